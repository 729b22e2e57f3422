/// What pages of each arm were like: how many, how long they took, on how many the model failed,
/// and how many authors stood on them. Guardrails compare arms by it.
public final class ArmMeters: Observer {
  /// One arm.
  public struct Arm: Sendable {
    /// Which.
    public let name: Serving.Arm
    /// Pages that were ranked.
    public let pages = Counter()
    /// Pages of them on which the arm's model said something that is no number.
    public let failures = Counter()
    /// Distinct authors, page by page, added up.
    public let authors = Counter()
    /// The squares of distinct authors, page by page, added up: how much they vary.
    public let authorSquares = Counter()
    /// How long ranking took.
    public let duration = Histogram(bounds: ArmMeters.durations)
  }

  /// From 0.2 ms to 10 s, each a twentieth above the one before: guardrails ask which share of
  /// pages took longer, which coarser buckets would blur.
  public static let durations: [Double] = {
    var bounds = [0.000_2]
    while let last = bounds.last, last < 10 { bounds.append(last * 1.05) }
    return bounds
  }()

  private static let failure = "model:not_finite"

  /// Every arm.
  public let arms = Serving.Arm.allCases.map { Arm(name: $0) }

  /// Nothing measured yet.
  public init() {}

  /// The meters of an arm.
  public subscript(_ arm: Serving.Arm) -> Arm {
    arms[Serving.Arm.allCases.firstIndex(of: arm) ?? 0]
  }

  /// Notes a page that was ranked for it.
  public func served(_ page: Page, of set: RankedSet) {
    let arm = self[set.arm]
    arm.pages.add()
    if set.degraded.contains(Self.failure) { arm.failures.add() }
    let authors = UInt64(Set(page.entries.map(\.author)).count)
    arm.authors.add(authors)
    arm.authorSquares.add(authors * authors)
    let microseconds = page.stages.reduce(0.0) { $0 + Double($1.microseconds) }
    arm.duration.observe(seconds: microseconds / 1e6)
  }
}
