internal import Feed
internal import HTTP
internal import JSON

/// Posts, one at a time. The author is the token's user.
enum PostRoutes {
  static let all: [Route] = [
    Route(
      method: .post, path: "/v1/posts", operation: "publishPost", summary: "Publishes a post.",
      callers: [.user, .service], body: .init("PostInput"), success: .init("PostWritten", 201),
      isIdempotent: true, handle: publish),
    Route(
      method: .put, path: "/v1/posts/{id}", operation: "changePost",
      summary: "Says anew what a post is.", callers: [.user, .service], body: .init("PostInput"),
      success: .init("PostWritten"), handle: change),
    Route(
      method: .delete, path: "/v1/posts/{id}", operation: "deletePost",
      summary: "Takes a post out of every page.", callers: [.user, .service],
      success: .init("PostDeleted"), handle: delete),
    Route(
      method: .get, path: "/v1/items/{id}", operation: "item", summary: "What is known of an item.",
      callers: .readers, success: .init("Item"), handle: item),
  ]

  private static func decoder(_ call: Call) -> ItemDecoder {
    ItemDecoder(
      idKey: "post_id", author: call.caller.user,
      dimension: call.engine.textSpace.serving.dimension, received: call.received)
  }

  @Sendable private static func publish(_ call: Call) throws(Problem) {
    let derived = call.ticket?.derivedID(0)
    let made = derived ?? "p" + Base64URL.encode(Crypto.random(15))
    var item = try SingleWrite.object(call) { (row) throws(Problem) in
      let item = try decoder(call).item(row, id: made)
      guard row["post_id"] != nil || item.saysSomething else {
        throw Problem.field(
          "/title",
          "A post without a post_id says something: send title, text, tags, topic, category or "
            + "embedding.")
      }
      return item
    }
    item.eventID = derived ?? ""
    let id = item.id
    let reservations = call.service.reservations
    guard reservations.take(id) else {
      throw Problem(
        .inProgress, "Another request publishes under this post_id.", retryAfterMs: 1_000)
    }
    // An identifier that was derived from the Idempotency-Key can only be this request's own.
    guard id == derived || call.engine.read({ $0.item(id) == nil }) else {
      reservations.give(id)
      throw Problem(.alreadyExists, "The post_id is taken; PUT /v1/posts/{id} changes a post.")
    }
    let created = TimestampText.text(item.created)
    SingleWrite.submit(
      call, .itemPublished(item), status: 201,
      headers: [.init("Location", "/v1/items/" + PercentText.encode(id))],
      always: { reservations.give(id) }
    ) { json in
      json.member("post_id", id)
      json.member("created_at", created)
    }
  }

  @Sendable private static func change(_ call: Call) throws(Problem) {
    let id = try call.capture()
    var item = try SingleWrite.object(call) { (row) throws(Problem) in
      var item = try decoder(call).item(row, id: id, isNamedByPath: true)
      // Unless a service says when it was made, that stays.
      if row["created_at"] == nil { item.created = .zero }
      return item
    }
    let owner = try own(call, id)
    if item.author.isEmpty { item.author = owner }
    guard item.author == owner else {
      throw Problem.field("/author_id", "A post keeps its author.")
    }
    SingleWrite.submit(call, .itemChanged(item)) { json in json.member("post_id", id) }
  }

  @Sendable private static func delete(_ call: Call) throws(Problem) {
    let id = try call.capture()
    _ = try own(call, id)
    let deletion = ItemDeletion(id: id, time: call.received)
    SingleWrite.submit(call, .itemDeleted(deletion)) { json in
      json.member("post_id", id)
      json.member("deleted", true)
    }
  }

  /// The author of a post that the caller may change.
  private static func own(_ call: Call, _ id: String) throws(Problem) -> String {
    guard let author = call.engine.read({ $0.author(ofItem: id) }) else {
      throw Problem(.notFound, "There is no such post.")
    }
    guard call.caller.isService || call.caller.user == author else {
      throw Problem(.forbidden, "The post is somebody else's.")
    }
    return author
  }

  @Sendable private static func item(_ call: Call) throws(Problem) {
    let id = try call.capture()
    guard let view = call.engine.read({ $0.view(ofItem: id) }) else {
      throw Problem(.notFound, "There is no such item.")
    }
    var json = JSONWriter(capacity: 512)
    json.object { json in write(view, into: &json) }
    let bytes = json.bytes
    let tag = "\"" + Base64URL.encode(Crypto.sha256(bytes).prefix(12)) + "\""
    let headers: [Response.Field] = [
      .init("ETag", tag), .init("Cache-Control", "private, no-cache"),
      .init("X-Content-Type-Options", "nosniff"),
    ]
    if let known = call.exchange.header("if-none-match"), known == tag || known == "*" {
      return call.finish(Response(status: 304, headers: headers))
    }
    call.finish(Response(headers: headers, bytes: bytes))
  }

  private static func write(_ view: ItemView, into json: inout JSONWriter) {
    json.member("item_id", view.id)
    json.member("author_id", view.author.isEmpty ? nil : view.author)
    json.member("title", view.title)
    json.member("content_type", view.contentType)
    json.member("topic", view.topic)
    json.member("category", view.category)
    json.member("language", view.language)
    json.member("region", view.region)
    json.member("created_at", TimestampText.text(view.created))
    json.member("expires_at", view.expires == .zero ? nil : TimestampText.text(view.expires))
    json.object("counts") { json in
      for (channel, total) in zip(Channel.allCases, view.totals) {
        json.member(channel.name, Int(total))
      }
    }
  }
}

extension Item {
  /// Whether there is anything that a reader could see or a ranker could use.
  fileprivate var saysSomething: Bool {
    !(title.isEmpty && text.isEmpty && tags.isEmpty && topic.isEmpty && category.isEmpty
      && embedding.isEmpty)
  }
}
