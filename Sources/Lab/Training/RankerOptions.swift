public import Feed

/// How a ranker is trained.
public struct RankerOptions: Sendable {
  /// Where the curve of the position bias comes from.
  public enum Bias: String, CaseIterable, Sendable {
    /// From places that chance filled where there are enough, else by regression.
    case auto
    /// From places that chance filled; none where there are too few.
    case randomised
    /// By regression-EM over all places.
    case regression
    /// Clicks count as they are.
    case off
  }

  /// How the forest of the order is grown.
  public var order = BoosterSettings.order
  /// How the forests of objectives are grown.
  public var heads = BoosterSettings.heads
  /// What chance follows from: the same table, options and number of threads give the same bytes.
  public var seed: UInt64 = 0
  /// Threads of XGBoost; 0 = all cores.
  public var threads = 0
  /// Pairs count in LambdaMART when one of the two stands so far up.
  public var truncation = 30
  /// The k of the NDCG that stops the growth of the order and that a search looks at.
  public var ndcgAt = 10
  /// The objectives that get a head where there are enough positive rows.
  public var objectives = Set(Objective.allCases)
  /// The least positive rows, and the least others, from which a head is learned; a tenth of that
  /// must be among the rows that its growth is stopped by.
  public var positivesMin = 100
  /// How long to search for better settings, over all forests together; 0 = not at all. What a
  /// search finds depends on the machine's speed, all else follows from the seed.
  public var searchSeconds = 0.0
  /// The most settings that a search tries for a forest.
  public var searchTrialsMax = 10_000
  /// Where the position bias comes from.
  public var bias = Bias.auto
  /// The most that a row counts for standing where few look; 1 or more.
  public var clip: Float = 10
  /// Whether the order is also trained without weights, to show what they do.
  public var ablation = true
  /// The shares of the latest requests that growth is stopped by, and that metrics are taken from,
  /// where no held-out table is given.
  public var stopShare = 0.15
  /// See `stopShare`.
  public var judgeShare = 0.15
  /// Rows of the smoke test.
  public var smokeRows = 64
  /// When it is trained, for the manifest.
  public var created = Timestamp.zero
  /// The last event of the log that the rows were joined from, for the manifest; zero for files.
  public var through = Offset.zero
  /// The version of the program, for the manifest.
  public var code = ""

  /// The standard.
  public init() {}

  /// - Throws: `LabError` that names the first option that makes no sense.
  func check() throws(LabError) {
    try order.check()
    try heads.check()
    for (name, isFine, range) in [
      ("threads", (0...1_024).contains(threads), "0 to 1,024"),
      ("truncation", truncation >= 1, "1 or more"), ("ndcgAt", ndcgAt >= 1, "1 or more"),
      ("positivesMin", positivesMin >= 1, "1 or more"),
      ("search", searchSeconds >= 0 && searchSeconds <= 1e6, "0 to 1,000,000 seconds"),
      ("clip", clip >= 1 && clip.isFinite, "1 or more"),
      (
        "shares of held-out requests",
        stopShare > 0 && judgeShare > 0 && stopShare + judgeShare < 1,
        "above 0, and below 1 together"
      ),
      ("smokeRows", (1...4_096).contains(smokeRows), "1 to 4,096"),
    ] where !isFine {
      throw LabError(.option, "\(name): must be \(range)")
    }
  }
}
