internal import Feed
internal import HTTP
internal import JSON

/// Batches of items, users and follows, from services.
enum CatalogRoutes {
  static let all: [Route] = [
    Route(
      method: .post, path: "/api/v1/items", operation: "putItems",
      summary: "Adds items or changes them: one, a list, or one a line.", callers: .service,
      body: .init("ItemInput", isBatch: true), success: .init("BatchAccepted", 202),
      isIdempotent: true, handle: items),
    Route(
      method: .post, path: "/api/v1/users", operation: "putUsers",
      summary: "Sets profiles: one, a list, or one a line.", callers: .service,
      body: .init("UserInput", isBatch: true), success: .init("BatchAccepted", 202),
      isIdempotent: true, handle: users),
    Route(
      method: .post, path: "/api/v1/follows", operation: "putFollows",
      summary: "Sets follows: one, a list, or one a line.", callers: .service,
      body: .init("FollowInput", isBatch: true), success: .init("BatchAccepted", 202),
      isIdempotent: true, handle: follows),
  ]

  @Sendable private static func items(_ call: Call) throws(Problem) {
    let decoder = itemDecoder(call.service, call.received)
    try submit(call) { (row) throws(Problem) in .itemPublished(try decoder.item(row, id: nil)) }
  }

  @Sendable private static func users(_ call: Call) throws(Problem) {
    try submit(call) { (row) throws(Problem) in
      .profile(try PeopleDecoder.profile(row, user: nil, received: call.received))
    }
  }

  @Sendable private static func follows(_ call: Call) throws(Problem) {
    try submit(call) { (row) throws(Problem) in
      .follow(
        try PeopleDecoder.follow(row, follower: nil, followee: nil, received: call.received))
    }
  }

  /// Reads a service's items.
  static func itemDecoder(_ service: Service, _ received: Timestamp) -> ItemDecoder {
    ItemDecoder(
      idKey: "item_id", author: nil, dimension: service.engine.textSpace.serving.dimension,
      received: received)
  }

  private static func submit(
    _ call: Call, _ event: (JSONValue) throws(Problem) -> Event
  ) throws(Problem) {
    let rows = try BodyRows(
      call.exchange, rowsMax: call.service.settings.batchEventsMax, allowsLines: true)
    let intake = try Intake.read(rows, call.service.parsers, keepsBytes: true) {
      (row, _, batch) throws(Problem) in
      batch.append(try event(row), received: call.received)
    }
    ServiceBatch.submit(call, intake, isEvents: false)
  }
}
