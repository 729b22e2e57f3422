internal import Sync

/// Which table of neighbours pages read now: set as a whole, read as a whole.
///
/// A request takes its table once, so that no page is made of two.
public final class NeighbourBoard: @unchecked Sendable {
  // Sendable: `current` is only touched under the lock.
  private let lock = Lock()
  private var current: NeighbourTable?

  /// A board without a table.
  public init() {}

  /// Lets a table serve from the next page on that is ranked; nil: none.
  public func set(_ table: NeighbourTable?) {
    // What goes is freed after the lock is given up.
    let replaced = lock.withLock {
      let old = current
      current = table
      return old
    }
    withExtendedLifetime(replaced) {}
  }

  /// The table that serves now.
  public var table: NeighbourTable? { lock.withLock { current } }
}
