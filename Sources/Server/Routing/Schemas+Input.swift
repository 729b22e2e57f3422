internal import Feed

/// The shapes of bodies and answers, by name.
enum Schemas {
  static let all: [(name: String, schema: Schema)] =
    input.map { ($0.name, $0.schema.nullable) } + output

  private static let eventMembers: [Schema.Member] = [
    .init("item_id", .identifier, required: false), .init("post_id", .identifier, required: false),
    .init("author_id", .identifier, required: false),
    .init("event", .choice(Action.allCases.map(\.name)), required: false),
    .init("type", .choice(Action.allCases.map(\.name)), required: false),
    .init("duration_sec", .number(min: 0, max: 1e6), required: false),
    .init("value", .number(min: 0, max: 1e9), required: false),
    .init("timestamp", timeInput, required: false),
    .init("event_id", .identifier, required: false),
    .init("session_id", .identifier, required: false),
    .init("request_id", .identifier, required: false),
    .init("position", .integer(min: 1, max: 65_535), required: false),
  ]

  private static let timeInput = Schema.any([
    .time,
    .number(min: TimestampText.milliseconds.lowerBound, max: TimestampText.milliseconds.upperBound),
    .number(min: TimestampText.seconds.lowerBound, max: TimestampText.seconds.upperBound),
  ])

  private static let term = Schema.name(max: ItemDecoder.termBytesMax)

  private static let itemMembers: [Schema.Member] = [
    .init("author_id", .identifier, required: false), .init("content_type", term, required: false),
    .init("title", .prose(max: ItemDecoder.titleBytesMax), required: false),
    .init("text", .prose(max: ItemDecoder.textBytesMax), required: false),
    .init("tags", .list(term, max: ItemDecoder.tagsMax), required: false),
    .init("topic", term, required: false), .init("category", term, required: false),
    .init("language", term, required: false), .init("region", term, required: false),
    .init("created_at", timeInput, required: false),
    .init("expires_at", timeInput, required: false),
    .init("embedding", .list(.number()), required: false),
  ]

  private static let profileMembers: [Schema.Member] = [
    .init("region", term, required: false), .init("language", term, required: false),
    .init("interests", .list(term, max: PeopleDecoder.interestsMax), required: false),
  ]

  private static func likings(_ list: String, of key: String, _ name: Schema) -> Schema.Member {
    .init(
      list,
      .list(
        .object([
          .init(key, name),
          .init(
            "weight",
            .number(min: -TasteDecoder.weightMax, max: TasteDecoder.weightMax)),
        ]), max: TasteSetting.entriesMax), required: false)
  }

  private static let taste = Schema.object([
    .init("interests", .list(term, max: PeopleDecoder.interestsMax), required: false),
    likings("topics", of: "topic", term), likings("authors", of: "author_id", .identifier),
    likings("types", of: "content_type", term), likings("items", of: "item_id", .identifier),
  ])

  static let utilityMembers: [Schema.Member] = SurfaceSettings.utilityNames.map {
    .init(
      $0, .number(min: -UtilityRoutes.weightMax, max: UtilityRoutes.weightMax), required: false)
  }

  private static let vector = Schema.list(.number(), max: VectorRoutes.componentsMax)

  private static let weight = Schema.Member(
    "weight", .number(min: 0.01, max: 1), required: false)

  private static let input: [(name: String, schema: Schema)] = [
    ("Interaction", .object(eventMembers)),
    ("ServiceEvent", .object([.init("user_id", .identifier)] + eventMembers)),
    ("PostInput", .object([.init("post_id", .identifier, required: false)] + itemMembers)),
    ("ItemInput", .object([.init("item_id", .identifier)] + itemMembers)),
    ("ProfileInput", .object(profileMembers)),
    ("TasteInput", taste),
    ("UserInput", .object([.init("user_id", .identifier)] + profileMembers)),
    ("FollowBody", .object([.init("follower_id", .identifier, required: false), weight])),
    (
      "FollowInput",
      .object([.init("follower_id", .identifier), .init("followee_id", .identifier), weight])
    ),
    (
      "VectorInput",
      .object([
        .init("vector", vector),
        .init("version", .integer(min: 1, max: Int(UInt32.max)), required: false),
      ])
    ),
    (
      "VectorQuery",
      .object([
        .init("vector", vector, required: false),
        .init("item_id", .identifier, required: false),
        .init("text", .prose(max: ItemDecoder.textBytesMax), required: false),
        .init("k", .integer(min: 1, max: VectorRoutes.hitsMax), required: false),
        .init("effort", .integer(min: 0, max: 100_000), required: false),
        .init("category", term, required: false),
        .init("author_id", .identifier, required: false),
        .init("exact", .boolean, required: false),
      ])
    ),
    (
      "VectorRow",
      .object([
        .init("item_id", .identifier), .init("space", .identifier), .init("vector", vector),
        .init("version", .integer(min: 1, max: Int(UInt32.max)), required: false),
      ])
    ),
    ("UtilityInput", .object(utilityMembers)),
    ("VersionInput", .object([.init("version", .integer(min: 1, max: Int(UInt32.max)))])),
    (
      "NeighbourInput",
      .object([
        .init("item_id", .identifier),
        .init(
          "neighbours",
          .list(
            .object([
              .init("item_id", .identifier),
              .init("weight", .told(.number(min: 0), "Above 0; over 1 in all: scaled down.")),
            ]), max: NeighbourTable.neighboursMax)),
      ])
    ),
    (
      "NeighboursServeInput",
      .object([
        .init("table", .identifier),
        .init("items", .told(.integer(min: 0), "How many items it has in all.")),
      ])
    ),
    ("ModelInput", .object([.init("files", .object([], isOpen: true))])),
    (
      "ReplayInput",
      .object([
        .init("ids", .list(.integer(min: 1)), required: false),
        .init("after", .integer(min: 0), required: false),
      ])
    ),
    ("DemoTokenInput", .object([.init("user_id", .identifier)])),
  ]
}
