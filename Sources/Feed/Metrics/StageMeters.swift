/// What ranking measures of its stages: time, candidates, and what was left out.
public final class StageMeters: Observer {
  /// One stage.
  public struct Stage: Sendable {
    /// A source's name, "filters", "features", "score", "online" or "slate".
    public let name: String
    /// How long it took, a request each.
    public let duration = Histogram()
    /// Candidates that left it; of a source, those that no source before it had brought.
    public let candidates = Counter()
  }

  /// Every stage, sources first.
  public let stages: [Stage] =
    (SourceName.names + ["filters", "features", "score", "online", "slate"])
    .map { Stage(name: $0) }
  /// Codes of what pages were made without, and how often.
  public let degraded: [(code: String, count: Counter)] =
    (SourceName.names.flatMap { ["\($0):deadline", "\($0):unavailable"] } + [
      "score:deadline", "model:not_finite",
    ])
    .map { ($0, Counter()) }

  /// Nothing measured yet.
  public init() {}

  /// Notes the stages of a page that was ranked for it.
  public func served(_ page: Page, of set: RankedSet) {
    for stage in page.stages {
      guard let index = stages.firstIndex(where: { $0.name == stage.name }) else { continue }
      let isSource = index < SourceName.allCases.count
      stages[index].duration.observe(seconds: Double(stage.microseconds) / 1e6)
      stages[index].candidates.add(
        UInt64(clamping: isSource ? stage.left - stage.entered : stage.left))
    }
    for code in page.degraded {
      degraded.first { $0.code == code }?.count.add()
    }
  }
}
