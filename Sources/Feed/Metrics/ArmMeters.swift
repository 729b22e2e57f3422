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
    /// How long ranking took.
    public let duration = Histogram()
  }

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
    arm.authors.add(UInt64(Set(page.entries.map(\.author)).count))
    let microseconds = page.stages.reduce(0.0) { $0 + Double($1.microseconds) }
    arm.duration.observe(seconds: microseconds / 1e6)
  }
}
