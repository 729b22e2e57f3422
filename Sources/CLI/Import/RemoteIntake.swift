internal import Feed
internal import HTTP
internal import JSON

/// Hands events to a running server, in their order: runs of one kind in one request.
struct RemoteIntake {
  private let server: RemoteServer
  private static let rowsMax = 2_000

  init(_ server: RemoteServer) { self.server = server }

  /// What one request carries.
  private enum Route: String {
    case events = "/api/v1/events"
    case items = "/api/v1/items"
    case users = "/api/v1/users"
    case follows = "/api/v1/follows"
  }

  /// Sends a batch; returns when the server has it.
  ///
  /// - Returns: an outcome for each event. The server tells how many fared how, not which.
  /// - Throws: `Failure` when it does not take a request at all.
  func submit(_ batch: EventBatch) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    var route: Route?
    var rows: [Event] = []
    for index in 0..<batch.count {
      let event = try RecordView.over(batch.bytes, batch.range(index)) { record in
        try Event.decode(record)
      }
      let next = Self.route(event)
      if next != route || rows.count >= Self.rowsMax {
        outcomes += try send(rows, route)
        rows = []
        route = next
      }
      if next == nil { outcomes.append(try remove(event)) } else { rows.append(event) }
    }
    return outcomes + (try send(rows, route))
  }

  private static func route(_ event: Event) -> Route? {
    switch event {
    case .interaction: .events
    case .itemPublished, .itemChanged: .items
    case .profile: .users
    case .follow: .follows
    case .itemDeleted, .unfollow, .userErased, .pageServed, .itemVector, .spaceSwitched,
      .tasteSet:
      nil
    }
  }

  private func send(_ rows: [Event], _ route: Route?) throws -> [Outcome] {
    guard let route, !rows.isEmpty else { return [] }
    var json = JSONWriter(capacity: rows.count * 256)
    json.array { json in for row in rows { Self.write(row, to: &json) } }
    let answer = try server.call("POST", route.rawValue, body: json.bytes)
    let refused = try answer.optional("refused")?.int(in: 0...rows.count) ?? 0
    let duplicates = try answer.optional("duplicates")?.int(in: 0...rows.count) ?? 0
    let taken = max(0, rows.count - refused - duplicates)
    return Array(repeating: .applied, count: taken)
      + Array(repeating: .duplicate, count: duplicates)
      + Array(repeating: .refused, count: refused)
  }

  /// What has a call of its own for each.
  private func remove(_ event: Event) throws -> Outcome {
    let path: String
    switch event {
    case .itemDeleted(let deletion): path = "/v1/posts/\(Self.escape(deletion.id))"
    case .unfollow(let edge):
      path =
        "/v1/follows/\(Self.escape(edge.followee))?follower_id=\(Self.escape(edge.follower))"
    default: return .refused
    }
    do {
      _ = try server.send("DELETE", path)
      return .applied
    } catch let failure as Failure where failure.message.contains("answers 404") {
      return .unknownTarget
    }
  }

  private static func write(_ event: Event, to json: inout JSONWriter) {
    json.object { json in
      switch event {
      case .interaction(let interaction): write(interaction, to: &json)
      case .itemPublished(let item), .itemChanged(let item): write(item, to: &json)
      case .profile(let profile):
        json.member("user_id", profile.user)
        if !profile.region.isEmpty { json.member("region", profile.region) }
        if !profile.language.isEmpty { json.member("language", profile.language) }
        if !profile.interests.isEmpty { json.member("interests", profile.interests) }
      case .follow(let edge):
        json.member("follower_id", edge.follower)
        json.member("followee_id", edge.followee)
        json.member("weight", edge.weight)
      default: break
      }
    }
  }

  private static func write(_ interaction: Interaction, to json: inout JSONWriter) {
    json.member("user_id", interaction.user)
    json.member(interaction.targetIsAuthor ? "author_id" : "item_id", interaction.target)
    json.member("event", interaction.action.name)
    json.member("timestamp", interaction.time.milliseconds)
    if interaction.value != 0 { json.member("value", interaction.value) }
    if !interaction.eventID.isEmpty { json.member("event_id", interaction.eventID) }
    if !interaction.session.isEmpty { json.member("session_id", interaction.session) }
    if !interaction.requestID.isEmpty { json.member("request_id", interaction.requestID) }
  }

  private static func write(_ item: Item, to json: inout JSONWriter) {
    json.member("item_id", item.id)
    let texts = [
      ("author_id", item.author), ("content_type", item.contentType), ("title", item.title),
      ("text", item.text), ("topic", item.topic), ("category", item.category),
      ("language", item.language), ("region", item.region),
    ]
    for (name, text) in texts where !text.isEmpty { json.member(name, text) }
    if !item.tags.isEmpty { json.member("tags", item.tags) }
    if item.created > .zero { json.member("created_at", item.created.milliseconds) }
    if item.expires > .zero { json.member("expires_at", item.expires.milliseconds) }
    guard !item.embedding.isEmpty else { return }
    json.array("embedding") { json in for number in item.embedding { json.value(number) } }
  }

  /// A text as one segment or value of a URL.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        escaped.append(Character(UnicodeScalar(byte)))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return escaped
  }
}
