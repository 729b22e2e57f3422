internal import Sync

/// The surfaces by name. Their weights can be changed while pages are made: a request takes its
/// surface once.
final class Surfaces: @unchecked Sendable {
  // Sendable: the table is only touched under the lock.
  private let lock = Lock()
  private var table: [String: Surface] = [:]

  init(_ settings: [String: SurfaceSettings]) {
    for (name, settings) in settings { table[name] = Surface(name, settings) }
  }

  /// A surface by name; nil when there is none.
  subscript(name: String) -> Surface? { lock.withLock { table[name] } }

  /// Puts other settings in place of a surface's; false when there is no such surface.
  func change(_ name: String, _ body: (inout SurfaceSettings) -> Void) -> Bool {
    lock.withLock {
      guard var settings = table[name]?.settings else { return false }
      body(&settings)
      table[name] = Surface(name, settings)
      return true
    }
  }
}
