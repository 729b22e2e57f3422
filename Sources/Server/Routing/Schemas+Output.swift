internal import Feed

extension Schemas {
  private static let offset = Schema.Member("offset", .integer(min: 1), required: false)
  private static let duplicate = Schema.Member("duplicate", .boolean, required: false)

  private static let warning = Schema.Member("warning", .text(), required: false)

  static let output: [(name: String, schema: Schema)] = pages + writes + others

  /// A table of learned neighbours, with more members.
  private static func neighbourTable(_ more: [Schema.Member]) -> Schema {
    .object(
      [.init("table", .identifier), .init("items", .integer()), .init("pairs", .integer())] + more)
  }

  private static func page(_ list: String, _ id: String, _ cursor: String) -> Schema {
    .object([
      .init(
        list,
        .list(
          .object([
            .init(id, .identifier), .init("rank", .integer(min: 1)), .init("score", .number()),
            .init("reason", .choice(Reason.allCases.map(\.rawValue))),
            .init("because", .text(), required: false), .init("title", .text()),
            .init("author_id", .identifier, required: false), .init("content_type", .text()),
            .init("category", .text(), required: false), .init("created_at", .time),
            .init("sources", .list(.choice(SourceName.names))),
          ]))),
      .init(cursor, .optional(.text())), .init("surface", .text()),
      .init("limit", .integer(min: 1)), .init("scored_at", .time),
      .init("offset", .integer(min: 0)),
      .init(
        "request_id",
        .told(
          .text(),
          "The request that ranked the page, under which the log knows it: send it with "
            + "interactions. A page from the cache keeps it; each answer's own is X-Request-ID.")),
      .init("served_by", .choice(Rung.allCases.map(\.name))),
      .init("degraded", .list(.text())),
    ])
  }

  private static let pages: [(name: String, schema: Schema)] = [
    ("FeedPage", page("posts", "post_id", "next_cursor")),
    ("ItemPage", page("items", "item_id", "cursor")),
    (
      "Problem",
      .object(
        [
          .init("type", .text()), .init("title", .text()), .init("status", .integer()),
          .init("code", .choice(ProblemCode.allCases.map(\.rawValue))), .init("detail", .text()),
          .init("instance", .text()), .init("retry_after_ms", .integer(), required: false),
          .init(
            "errors",
            .list(.object([.init("pointer", .text()), .init("detail", .text())])),
            required: false),
        ], isOpen: true)
    ),
  ]

  private static let spaceVersion = Schema.object([
    .init("version", .integer(min: 1)), .init("encoder", .text()),
    .init("dimension", .integer(min: 1)), .init("items", .integer(min: 0)),
  ])

  private static let row = Schema.object([
    .init("index", .integer(min: 0)), .init("status", .integer()),
    .init("interaction_id", .text(), required: false), offset, duplicate,
    .init("late", .boolean, required: false), warning, .init("code", .text(), required: false),
    .init("detail", .text(), required: false), .init("pointer", .text(), required: false),
  ])

  private static let accepted = Schema.object([
    .init("interaction_id", .text()), offset, duplicate, .init("late", .boolean, required: false),
    warning,
  ])

  private static let batch = Schema.object([
    .init("accepted", .integer()), .init("duplicates", .integer()), .init("late", .integer()),
    .init("ahead", .integer(min: 1), required: false),
    .init("refused", .integer()), .init("dead_letters", .integer()), offset,
    .init("errors", .list(row), required: false),
  ])

  private static let writes: [(name: String, schema: Schema)] = [
    (
      "InteractionsAccepted",
      .any([
        accepted,
        .object([
          .init("accepted", .integer()), .init("refused", .integer()),
          .init("results", .list(row)),
        ]),
      ])
    ),
    ("EventsAccepted", .any([accepted, batch])),
    ("BatchAccepted", batch),
    (
      "VectorsAccepted",
      .object([
        .init("accepted", .integer(min: 0)), .init("refused", .integer(min: 0)),
        .init("unknown_items", .integer(min: 0)), offset,
        .init("errors", .list(row), required: false),
      ])
    ),
    (
      "PostWritten",
      .object([
        .init("post_id", .identifier), .init("created_at", .time, required: false), offset,
        duplicate,
      ])
    ),
    ("PostDeleted", .object([.init("post_id", .identifier), .init("deleted", .boolean), offset])),
    ("UserWritten", .object([.init("user_id", .identifier), offset])),
    (
      "Followed",
      .object([
        .init("follower_id", .identifier), .init("followee_id", .identifier),
        .init("weight", .number()), offset,
      ])
    ),
    (
      "Unfollowed",
      .object([
        .init("follower_id", .identifier), .init("followee_id", .identifier),
        .init("deleted", .boolean), offset,
      ])
    ),
    ("Erased", .object([.init("user_id", .identifier), .init("erased", .boolean), offset])),
    ("Token", .object([.init("token", .text())])),
  ]

  private static func open(_ members: [Schema.Member]) -> Schema { .object(members, isOpen: true) }

  private static let others: [(name: String, schema: Schema)] = [
    (
      "Item",
      .object([
        .init("item_id", .identifier), .init("author_id", .optional(.identifier)),
        .init("title", .text()), .init("content_type", .text()), .init("topic", .text()),
        .init("category", .text()), .init("language", .text()), .init("region", .text()),
        .init("created_at", .time), .init("expires_at", .optional(.time)),
        .init("counts", .object(Channel.allCases.map { .init($0.name, .integer(min: 0)) })),
      ])
    ),
    (
      "VectorSpaces",
      .object([
        .init(
          "spaces",
          .list(
            .object([
              .init("space", .text()), .init("metric", .text()),
              .init("serving", spaceVersion),
              .init("next", spaceVersion, required: false),
              .init("previous", spaceVersion, required: false),
            ])))
      ])
    ),
    (
      "VectorWritten",
      .object([.init("item_id", .identifier), .init("space", .text()), offset])
    ),
    (
      "VectorHits",
      .object([
        .init(
          "hits",
          .list(
            .object([
              .init("item_id", .identifier), .init("score", .number()), .init("title", .text()),
            ]))),
        .init("space", .text()), .init("version", .integer(min: 1)),
        .init("strategy", .text()), .init("visited", .integer(min: 0)),
        .init("complete", .boolean),
      ])
    ),
    (
      "VersionServed",
      .object([
        .init("space", .text()), .init("version", .integer(min: 1)), .init("verdict", .text()),
      ])
    ),
    ("User", open([.init("user_id", .identifier)])),
    ("Live", .object([.init("status", .text())])),
    ("Ready", open([.init("status", .choice(["starting", "ready", "draining", "failed"]))])),
    ("Status", open([.init("status", .text()), .init("notices", .list(.text()))])),
    ("Settings", open([])), ("Document", open([])), ("Stats", open([])),
    (
      "Snapshots",
      .object([
        .init(
          "snapshots",
          .list(
            .object([
              .init("name", .text()), .init("offset", .integer()), .init("configuration", .text()),
            ])))
      ])
    ),
    ("Utility", .object(utilityMembers)),
    (
      "Digest",
      .object([
        .init("offset", .integer()), .init("digest", .text()), .init("configuration", .text()),
      ])
    ),
    (
      "DeadLetters",
      .object([
        .init(
          "dead_letters",
          .list(
            .object([
              .init("id", .integer()), .init("received", .time), .init("origin", .text()),
              .init("reason", .text()), .init("bytes", .text()),
            ]))),
        .init("next", .optional(.text())),
      ])
    ),
    (
      "Replayed",
      .object([
        .init("replayed", .integer()), .init("refused", .integer()),
        .init("next", .integer(min: 1), required: false),
        .init("kept", .list(.object([.init("id", .integer()), .init("reason", .text())]))),
      ])
    ),
    ("Models", .object([.init("models", .list(open([.init("id", .text())])))], isOpen: true)),
    ("Model", open([.init("id", .text()), .init("stage", .text())])),
    (
      "Neighbours",
      .object([
        .init("serving", neighbourTable([.init("made", .time)]), required: false),
        .init("gathered", neighbourTable([]), required: false),
        .init("notices", .list(.text())),
      ])
    ),
    ("NeighboursTaken", neighbourTable([.init("rows", .integer())])),
    ("NeighboursServed", neighbourTable([.init("unknown_items", .integer())])),
    ("NeighboursRemoved", .object([.init("removed", .boolean)])),
    ("Imported", .object([.init("id", .text())])),
    (
      "Promoted",
      .object([
        .init("id", .text()), .init("stage", .text()), .init("forced", .boolean),
        .init("checks", .list(open([.init("name", .text())]))),
      ])
    ),
    (
      "RolledBack",
      .object([
        .init("stage", .text()), .init("id", .text()),
        .init("serving", .optional(.text())),
      ])
    ),
    (
      "Discarded",
      .object([
        .init("discarded", .integer()), .init("next", .integer(min: 1), required: false),
      ])
    ),
    ("DemoInfo", .object([.init("demo", .boolean)])),
    (
      "DemoUsers",
      .object([
        .init(
          "users",
          .list(
            .object([
              .init("user_id", .identifier), .init("region", .text()),
              .init("follows", .integer()), .init("interests", .list(.text())),
            ])))
      ])
    ),
  ]
}
