internal import Sync
internal import Synchronization

/// The surfaces by name. Their weights can be changed while pages are made: a request takes its
/// surface once.
final class Surfaces: @unchecked Sendable {
  // Sendable: the table is only touched under the lock.
  private let lock = Lock()
  private var table: [String: Surface] = [:]
  /// How often a surface was changed.
  private let changes = Atomic<Int>(0)

  init(_ settings: [String: SurfaceSettings]) {
    for (name, settings) in settings { table[name] = Surface(name, settings) }
  }

  /// A surface by name; nil when there is none.
  subscript(name: String) -> Surface? { lock.withLock { table[name] } }

  /// The surface of a key, which is looked up once as long as none is changed.
  func surface(of key: PageKey) -> Surface? {
    let count = changes.load(ordering: .acquiring)
    if let known = key.known.load(), known.surfaces === self, known.changes == count {
      return known.surface
    }
    guard let surface = self[key.surface] else { return nil }
    key.known.storeIfNil(Known(surface: surface, surfaces: self, changes: count))
    return surface
  }

  /// A surface that was found, and up to which change it holds.
  final class Known: Sendable {
    fileprivate let surface: Surface
    fileprivate let surfaces: Surfaces
    fileprivate let changes: Int

    fileprivate init(surface: Surface, surfaces: Surfaces, changes: Int) {
      self.surface = surface
      self.surfaces = surfaces
      self.changes = changes
    }
  }

  /// Puts other settings in place of a surface's; false when there is no such surface.
  func change(_ name: String, _ body: (inout SurfaceSettings) -> Void) -> Bool {
    lock.withLock {
      guard var settings = table[name]?.settings else { return false }
      body(&settings)
      table[name] = Surface(name, settings)
      changes.add(1, ordering: .releasing)
      return true
    }
  }
}
