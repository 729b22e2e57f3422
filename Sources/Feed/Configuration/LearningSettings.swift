/// How labels are joined to the pages that were served. Two runs over one log give the same
/// examples only under equal settings.
public struct LearningSettings: Equatable, Sendable {
  /// Whether the engine joins labels as events come in, for meters and guardrails. Export and
  /// training read the log and need no live joiner.
  public var enabled = false
  /// How long after a page an event may come and still be its label, by objective.
  public var windowsMs: [String: Int64] = [
    "click": 3_600_000, "long_dwell": 3_600_000, "like": 6 * 3_600_000, "share": 24 * 3_600_000,
    "comment": 24 * 3_600_000, "save": 24 * 3_600_000, "complete": 6 * 3_600_000,
    "purchase": 24 * 3_600_000, "hide": 3_600_000, "report": 24 * 3_600_000,
  ]
  /// How long after a page an event without a request id still finds it by user and item, and how
  /// long an impression of the client's counts.
  public var attributionMs: Int64 = 24 * 3_600_000
  /// How long a page waits, beyond its windows, for events that are delivered late.
  public var allowedLatenessMs: Int64 = 3_600_000
  /// How far a client's clock may be behind, so that its events seem to precede their page.
  public var clockSkewMs: Int64 = 60_000
  /// How long an event waits for the page of its request, which is logged after it was answered.
  public var pageDelayMs: Int64 = 10_000
  /// Pages that wait for labels at most; beyond it the oldest are emitted early.
  public var pendingPagesMax = 500_000
  /// Memory that waiting pages take at most, about; beyond it the oldest are emitted early.
  public var pendingBytesMax = 512 << 20
  /// Pages that wait at most for a choice that the online part of a surface learns from; beyond it
  /// the oldest are given up. It has a joiner of its own, whether `enabled` or not.
  public var onlinePagesMax = 20_000

  /// The defaults.
  public init() {}

  /// The window of an objective; one that is not named has none, so that its label never joins.
  public func windowMs(_ objective: Objective) -> Int64 { windowsMs[objective.name] ?? 0 }

  /// How long a page waits at most, by the times at which records were taken in.
  public var horizonMs: Int64 {
    var longest = attributionMs
    for objective in Objective.allCases { longest = max(longest, windowMs(objective)) }
    let (sum, overflow) = longest.addingReportingOverflow(max(0, allowedLatenessMs))
    return overflow ? .max : sum
  }
}
