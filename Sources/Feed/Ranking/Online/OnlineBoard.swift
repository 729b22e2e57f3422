internal import Sync

/// Where the thread that learns puts weights, and those that rank find them: by surface.
///
/// A page is made with the weights that were there when it began. To publish costs a copy of the
/// slots at the next step (4 MB with 2^20 slots), so a learner publishes once a second or so, not
/// after every page.
public final class OnlineBoard: @unchecked Sendable {
  // Sendable: every access to the state holds the lock.
  private let lock = Lock()
  private var bySurface: [String: OnlineWeights] = [:]

  /// An empty board: nothing is corrected.
  public init() {}

  /// The weights of a surface; nil when there are none.
  public func weights(_ surface: String) -> OnlineWeights? {
    lock.withLock { bySurface[surface] }
  }

  /// Puts weights in place of those that were there; nil takes them away.
  public func publish(_ weights: OnlineWeights?, surface: String) {
    let old = lock.withLock {
      let old = bySurface[surface]
      bySurface[surface] = weights
      return old
    }
    // Old weights are freed after the lock is given up.
    withExtendedLifetime(old) {}
  }
}
