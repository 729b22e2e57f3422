internal import Sync

/// What the live joiner knows right now, for guardrails and metrics; any thread may read.
///
/// ```swift
/// let meters = engine.learning?.meters
/// let treated = meters?.total { $0.arm(of: "ranker") == "b" }
/// let rate = treated?.rate(.click)  // clicks for each item shown
/// ```
///
/// Counts begin with what lay in the largest label window when the engine started. A guardrail
/// compares two moments: `later.since(earlier)`.
public final class LearningMeters: @unchecked Sendable {
  // Sendable: the state is only touched under `lock`.
  private let lock = Lock()
  private var state = LearningReading()

  /// Empty meters.
  public init() {}

  /// Everything, as of one moment.
  public var reading: LearningReading { lock.withLock { state } }

  /// The sum over all pages of which `isIncluded` holds.
  public func total(_ isIncluded: (LearningKey) -> Bool = { _ in true }) -> LearningCounts {
    let counts = lock.withLock { state.counts }
    var total = LearningCounts()
    for (key, count) in counts where isIncluded(key) { total += count }
    return total
  }

  func publish(_ reading: LearningReading) { lock.withLock { state = reading } }
}

/// One look at the live joiner.
public struct LearningReading: Equatable, Sendable {
  /// By surface, model and experiments, in the order of their first page.
  public internal(set) var counts: [(key: LearningKey, counts: LearningCounts)] = []
  /// What became of pages and interactions.
  public internal(set) var tally = JoinTally()
  /// The running hash of all pages that were emitted.
  public internal(set) var digest: UInt64 = 0
  /// Pages up to this offset had been emitted before the joiner started; it is not about them.
  public internal(set) var after = Offset.zero
  /// The last page that was emitted.
  public internal(set) var through = Offset.zero
  /// Memory that waiting pages take, about.
  public internal(set) var pendingBytes = 0

  /// Nothing yet.
  public init() {}

  /// Whether everything is equal.
  public static func == (left: LearningReading, right: LearningReading) -> Bool {
    left.tally == right.tally && left.digest == right.digest && left.after == right.after
      && left.through == right.through && left.pendingBytes == right.pendingBytes
      && left.counts.elementsEqual(right.counts) { $0 == $1 }
  }
}
