/// A surface: one configuration of the pipeline. Home feed, recommendations, similar items and
/// trending are surfaces, not programs.
public struct SurfaceSettings: Equatable, Sendable {
  /// How many candidates each source may bring, by source name; 0 = the source is off.
  public var sources: [String: Int] = [:]
  /// How many candidates `nearest`, where it is on, may also bring out of spaces of vectors beside
  /// the one of texts, by the space's name: `cf` for vectors that were learned from behaviour.
  public var nearestSpaces: [String: Int] = [:]
  /// How many live successions the learned neighbours of an item count as, in the source
  /// `co_engaged`; 0 leaves them out.
  public var learnedNeighbours = 2.0
  /// Weights of the linear scorer, by feature name; a feature that is not named weighs 0.
  public var weights: [String: Double] = [:]
  /// What scores: a model where one serves, or the weights whatever serves.
  public var ranker = Ranker.model
  /// Weights of what a model predicts, by the name of the objective, of `order` and of features;
  /// `fresh` is what an item of no age gets, in place of `freshBoost`. What is not named weighs 0.
  public var utility: [String: Double] = [
    "click": 1, "long_dwell": 1, "like": 2, "share": 3, "comment": 2, "save": 2, "complete": 1,
    "purchase": 6, "hide": -4, "report": -8, "order": 0.1, "fresh": 0.05, "recency": 0.05,
    "creator_health": 0.05,
  ]
  /// The share of pages whose first `exploreTop` places are shuffled, so that what a place does to
  /// clicks can be told from what the item does.
  public var exploreShare = 0.0
  /// See `exploreShare`.
  public var exploreTop = 10
  /// What corrects scores within seconds of a click.
  public var online = OnlineSettings()
  /// What the seen filter removes.
  public var seen = SeenPolicy.impressed
  /// Items on a page when the request does not say.
  public var limitDefault = 20
  /// Items on a page at most.
  public var limitMax = 100
  /// Items ranked at once, over which cursors move.
  public var depth = 500
  /// Items of one author on a page at most; 0 = any number.
  public var authorCap = 3
  /// Items of one category on a page at most; 0 = any number.
  public var categoryCap = 0
  /// The longest run of items of one author or category; 0 = any.
  public var runMax = 2
  /// The weight of relevance against similarity to what is already on the page (MMR's lambda).
  public var mmrLambda = 0.85
  /// Items among which MMR picks each next one.
  public var mmrPool = 100
  /// Adds to the score of an item younger than `freshBoostMs`, fading to nothing at that age.
  public var freshBoost = 0.0
  /// See `freshBoost`.
  public var freshBoostMs: Int64 = 6 * 3_600_000
  /// Places on a page kept for a source, by source name.
  public var reserved: [String: Int] = [:]
  /// How old a cached page may be.
  public var cacheAgeMs: Int64 = 60_000
  /// The time that a page may take in all.
  public var deadlineMs = 100
  /// The time after which no further source is asked.
  public var sourcesDeadlineMs = 50

  /// A surface with every source off.
  public init() {}

  /// What scores the candidates of a surface.
  public enum Ranker: String, CaseIterable, Sendable {
    /// The surface's weights.
    case linear
    /// A model where one serves, else the weights.
    case model
  }

  /// What the seen filter removes.
  public enum SeenPolicy: String, CaseIterable, Sendable {
    /// Nothing.
    case off
    /// Items that the user acted on.
    case interacted
    /// Items that the user acted on or was shown.
    case impressed
  }
}
