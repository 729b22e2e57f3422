internal import Feed
internal import Sync

/// Identifiers that a request is about to publish under, so that two requests can't take the same.
final class Reservations: @unchecked Sendable {
  // Sendable: the set is only touched under `lock`.
  private let lock = Lock()
  private var taken: Set<String> = []

  /// Takes an identifier; false when another request has it.
  func take(_ id: String) -> Bool { lock.withLock { taken.insert(id).inserted } }

  /// Gives an identifier back.
  func give(_ id: String) { _ = lock.withLock { taken.remove(id) } }
}
