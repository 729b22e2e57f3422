/// What the engine measures of itself.
public struct Meters: Sendable {
  /// From the call of `submit` to durable and applied.
  public let eventToVisible = Histogram()
  /// One durable append of a commit.
  public let append = Histogram()
  /// Folding one commit in.
  public let apply = Histogram()
  /// Making one page.
  public let page = Histogram()
  /// Writing one snapshot; events wait meanwhile, pages do not.
  public let snapshot = Histogram()
  /// Commits.
  public let commits = Counter()
  /// Events committed.
  public let events = Counter()
  /// Retries that were recognised before they reached the log.
  public let duplicates = Counter()
  /// Served pages that could not be logged because the queue was full.
  public let pagesUnlogged = Counter()
  /// Pages made, by rung.
  public let rungs: [Counter] = Rung.allCases.map { _ in Counter() }
  /// Pages served from the cache.
  public let cacheHits = Counter()
  /// Pages that had to be made.
  public let cacheMisses = Counter()
  /// How a model in the shadow agrees with what was served.
  public let shadow = ShadowMeters()
  /// The stages of ranking.
  public let stages = StageMeters()
  /// Pages by who scored them.
  public let arms = ArmMeters()

  init() {}
}
