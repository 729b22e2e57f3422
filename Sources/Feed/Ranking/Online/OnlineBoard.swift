internal import Sync

/// Where the thread that learns puts weights, and those that rank find them: by surface and by
/// whose scores they correct.
///
/// A page is made with the weights that were there when it began. To publish costs a copy of the
/// slots at the next step (4 MB with 2^20 slots), so a learner publishes once a second or so, not
/// after every page.
public final class OnlineBoard: @unchecked Sendable {
  // Sendable: every access to the state holds the lock.
  private let lock = Lock()
  private var surfaces: [String: Surface] = [:]

  /// The weights of a surface.
  private struct Surface {
    /// What has learned nothing yet.
    let blank: OnlineWeights
    var learned: [OnlineWeights] = []
  }

  /// An empty board: nothing is corrected.
  public init() {}

  /// Lets the pages of a surface say what they would be corrected by, so that they can be learned
  /// from; until weights come, nothing is corrected.
  public func open(_ surface: String, _ settings: OnlineSettings) {
    let blank = OnlineWeights(settings)
    lock.withLock { surfaces[surface] = Surface(blank: blank) }
  }

  /// The weights of a surface; nil when it is not open.
  ///
  /// - Parameter scorer: whose scores they shall correct, see `OnlineWeights.scorer`.
  public func weights(_ surface: String, scorer: String = "") -> OnlineWeights? {
    lock.withLock {
      guard let surface = surfaces[surface] else { return nil }
      if let learned = surface.learned.first(where: { $0.scorer == scorer }) { return learned }
      var blank = surface.blank
      blank.scorer = scorer
      return blank
    }
  }

  /// Puts all weights of an open surface in place of those that were there.
  public func publish(_ weights: [OnlineWeights], surface: String) {
    let old = lock.withLock {
      let old = surfaces[surface]?.learned
      surfaces[surface]?.learned = weights
      return old
    }
    // Old weights are freed after the lock is given up.
    withExtendedLifetime(old) {}
  }
}
