public import Feed

extension WorldSettings {
  /// The settings of the block `world`.
  public static let schema = Schema<WorldSettings>(
    settings: items + time + fanOut + users + sessions,
    families: [
      .values(
        "action_strength", \.actionStrength, names: Action.allCases.map(\.name),
        .number(in: -1000...1000),
        "How strongly an action speaks for (or against) an item, by action name."),
      .blocks(
        "spaces", \.spaces, template: SpaceSettings(), SpaceSettings.schema,
        "Spaces of item vectors beside `text`, such as image: {dimension: 512}."),
    ],
    rules: [
      .init("small_author_followers", "must not be above celebrity_followers") {
        $0.smallAuthorFollowers <= $0.celebrityFollowers
      },
      .init("short_half_life", "must not be above long_half_life") {
        $0.shortHalfLifeMs <= $0.longHalfLifeMs
      },
      .init("spaces", "must not have a space named text: that one is always there") {
        $0.spaces["text"] == nil
      },
    ])

  private static let items: [Setting<WorldSettings>] = [
    Setting(
      "items_max", \.itemsMax, .integer(in: 1...1_000_000_000),
      "Items at most; beyond it the oldest leave."),
    Setting(
      "users_max", \.usersMax, .integer(in: 1...1_000_000_000),
      "Users at most; beyond it new users are refused."),
    Setting(
      "item_retention", \.itemRetentionMs, .duration(in: anyTime),
      "How long an item lives after its creation; 0: until it is deleted or expires."),
    Setting(
      "anonymous_retention", \.anonymousRetentionMs, .duration(in: someTime),
      "How long an anonymous session is kept after its last event."),
    Setting(
      "dimension", \.dimension, .integer(in: 1...4096), "Components of an item's vector."),
    Setting(
      "window_blocks_max", \.windowBlocksMax, .integer(in: 1...100_000_000),
      "Pairs of an item and a kind of action with live windows at most."),
    Setting(
      "top_list_items", \.topListItems, .integer(in: 1...100_000),
      "Items kept in each list of trending and popular items."),
  ]

  private static let time: [Setting<WorldSettings>] = [
    Setting(
      "allowed_lateness", \.allowedLatenessMs, .duration(in: anyTime),
      "How far behind the newest event a late one still enters windows and decayed counters."),
    Setting(
      "future_skew", \.futureSkewMs, .duration(in: anyTime),
      "How far ahead of the program's clock an event may be; beyond it gets the clock's time."),
    Setting(
      "dedup_events", \.dedupEvents, .integer(in: 1...1_000_000_000),
      "How many event ids are remembered so that a retry counts once."),
    Setting(
      "burst_half_life", \.burstHalfLifeMs, .duration(in: someTime),
      "The half-life of the burst counter, which tells what rises right now."),
    Setting(
      "short_half_life", \.shortHalfLifeMs, .duration(in: someTime),
      "The half-life of the short decayed counters."),
    Setting(
      "long_half_life", \.longHalfLifeMs, .duration(in: someTime),
      "The half-life of the long decayed counters."),
    Setting(
      "long_dwell", \.longDwellMs, .duration(in: someTime),
      "A dwell of this length counts as one long read."),
  ]

  private static let fanOut: [Setting<WorldSettings>] = [
    Setting(
      "small_author_followers", \.smallAuthorFollowers, .integer(in: 0...1_000_000_000),
      "Authors with fewer followers have posts written to inboxes and their followers' pages"
        + " renewed."),
    Setting(
      "celebrity_followers", \.celebrityFollowers, .integer(in: 0...1_000_000_000),
      "Authors with at least as many followers are read from their own index at request time."),
    Setting(
      "inbox_items", \.inboxItems, .integer(in: 1...1_000_000),
      "Newest posts kept for each inbox."),
    Setting(
      "author_items", \.authorItems, .integer(in: 1...1_000_000),
      "Newest posts kept for each author."),
    Setting(
      "follows_max", \.followsMax, .integer(in: 1...1_000_000), "Followees of one user at most."),
  ]

  private static let users: [Setting<WorldSettings>] = [
    Setting(
      "user_actions", \.userActions, .integer(in: 1...10_000),
      "Newest actions kept for each user."),
    Setting(
      "seen_items", \.seenItems, .integer(in: 0...1_000_000),
      "Newest seen items kept for each user."),
    Setting(
      "affinity_entries", \.affinityEntries, .integer(in: 1...10_000),
      "Authors, topics and types with an affinity kept for each user and kind."),
    Setting(
      "taste_half_life", \.tasteHalfLifeMs, .duration(in: someTime),
      "The half-life of affinities and taste."),
    Setting(
      "taste_vectors", \.tasteVectors, .integer(in: 1...64), "Taste vectors kept for each user."),
    Setting(
      "taste_join_cosine", \.tasteJoinCosine, .number(in: -1...1),
      "An item joins a taste whose cosine to it is at least this; otherwise it starts another."),
    Setting(
      "mutes_max", \.mutesMax, .integer(in: 1...1_000_000),
      "Authors muted or blocked by one user at most, each."),
  ]

  private static let sessions: [Setting<WorldSettings>] = [
    Setting(
      "session_gap", \.sessionGapMs, .duration(in: someTime),
      "A pause that ends a session that the client does not name."),
    Setting(
      "co_engaged_items", \.coEngagedItems, .integer(in: 1...10_000),
      "Successors kept for each item."),
    Setting(
      "co_engaged_reach", \.coEngagedReach, .integer(in: 1...16),
      "How many earlier items of the session an action is joined to."),
    Setting(
      "co_engaged_half_life", \.coEngagedHalfLifeMs, .duration(in: someTime),
      "The half-life of a co-engagement."),
  ]
}
