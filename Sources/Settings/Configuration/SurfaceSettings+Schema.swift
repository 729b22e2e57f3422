public import Feed

extension SurfaceSettings {
  /// The settings of each block below `surfaces`.
  public static let schema = Schema<SurfaceSettings>(
    settings: pages + retrieval + slate + exploration + times + online.settings,
    families: [
      .values(
        "sources", \.sources, names: SourceName.names, .integer(in: 0...100_000),
        "How many candidates each source may bring; 0: the source is off."),
      .values(
        "nearest_spaces", \.nearestSpaces, names: nil, .integer(in: 0...100_000),
        "How many candidates nearest may also bring out of other spaces of vectors: cf: 100."
      ),
      .values(
        "weights", \.weights, names: Feature.names, .number(in: -1_000_000...1_000_000),
        "Weights of the linear scorer by feature; a feature that is not named weighs 0."),
      .values(
        "utility", \.utility, names: SurfaceSettings.utilityNames,
        .number(in: -1_000_000...1_000_000),
        "Weights of what a model predicts, by objective, of order, and of features; fresh: what an"
          + " item of no age gets."),
      .values(
        "reserved", \.reserved, names: SourceName.names, .integer(in: 0...1000),
        "Places on a page kept for a source."),
    ],
    sections: online.sections,
    rules: [
      .init("limit_default", "must not be above limit_max") { $0.limitDefault <= $0.limitMax },
      .init("depth", "must not be below limit_max") { $0.depth >= $0.limitMax },
      .init("sources_deadline", "must not be above deadline") {
        $0.sourcesDeadlineMs <= $0.deadlineMs
      },
    ])

  private static let online = Schema<SurfaceSettings>.block(
    "online", \.online, OnlineSettings.schema,
    "What corrects scores between trainings, within seconds of a choice on a page that was logged.")

  private static let pages: [Setting<SurfaceSettings>] = [
    Setting(
      "ranker", \.ranker, .choice,
      "What scores: a model where one serves, or the weights whatever serves."),
    Setting("seen", \.seen, .choice, "Which items the seen filter removes."),
    Setting(
      "limit_default", \.limitDefault, .integer(in: 1...1000),
      "Items on a page when the request does not say."),
    Setting("limit_max", \.limitMax, .integer(in: 1...1000), "Items on a page at most."),
    Setting(
      "depth", \.depth, .integer(in: 1...100_000),
      "Items ranked at once, over which cursors move."),
  ]

  private static let retrieval: [Setting<SurfaceSettings>] = [
    Setting(
      "learned_neighbours", \.learnedNeighbours, .number(in: 0...1_000_000),
      "How many live successions the learned neighbours of an item count as, in co_engaged; 0:"
        + " they are left out.")
  ]

  private static let slate: [Setting<SurfaceSettings>] = [
    Setting(
      "author_cap", \.authorCap, .integer(in: 0...1000),
      "Items of one author on a page at most; 0: any number."),
    Setting(
      "category_cap", \.categoryCap, .integer(in: 0...1000),
      "Items of one category on a page at most; 0: any number."),
    Setting(
      "run_max", \.runMax, .integer(in: 0...1000),
      "The longest run of items of one author or category; 0: any."),
    Setting(
      "mmr_lambda", \.mmrLambda, .number(in: 0...1),
      "The weight of relevance against similarity to what is already on the page."),
    Setting(
      "mmr_pool", \.mmrPool, .integer(in: 1...10_000), "Items among which MMR picks the next."),
    Setting(
      "fresh_boost", \.freshBoost, .number(in: 0...1000),
      "Adds to the score of a young item, fading to nothing at the age fresh_boost_age."),
    Setting(
      "fresh_boost_age", \.freshBoostMs, .duration(in: someTime),
      "The age at which an item is no longer young."),
  ]

  private static let exploration: [Setting<SurfaceSettings>] = [
    Setting(
      "explore_share", \.exploreShare, .number(in: 0...1),
      "The share of pages whose first explore_top places are shuffled."),
    Setting(
      "explore_top", \.exploreTop, .integer(in: 2...100), "Places that are shuffled then."),
  ]

  private static let times: [Setting<SurfaceSettings>] = [
    Setting(
      "cache_age", \.cacheAgeMs, .duration(in: anyTime), "How old a cached page may be."),
    Setting(
      "deadline", \.deadlineMs, .duration(in: 1...60_000), "The time that a page may take in all."),
    Setting(
      "sources_deadline", \.sourcesDeadlineMs, .duration(in: 1...60_000),
      "The time after which no further source is asked."),
  ]
}
