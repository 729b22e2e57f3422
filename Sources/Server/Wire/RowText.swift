internal import Feed
internal import JSON

/// Events of a batch, written as the rows that bring them: for the dead letters.
enum RowText {
  /// The row of an event; empty for what no row brings.
  static func json(_ batch: EventBatch, _ place: Int) -> [UInt8] {
    let event = try? RecordView.over(batch.bytes, batch.range(place)) {
      (record) throws(DecodeError) in
      try Event.decode(record)
    }
    guard let event else { return [] }
    var json = JSONWriter()
    json.object { json in write(event, into: &json) }
    return json.bytes
  }

  /// What names an event of a batch in an answer.
  static func eventID(_ batch: EventBatch, _ place: Int) -> String {
    let id = try? RecordView.over(batch.bytes, batch.range(place)) { (record) throws(DecodeError) in
      try InteractionView(record).eventID.text
    }
    return id ?? ""
  }

  /// Whether an event's own time is too far ahead to count.
  static func isAhead(_ batch: EventBatch, _ place: Int, _ settings: WorldSettings) -> Bool {
    facts(batch, place, settings).isAhead
  }

  /// What an event of a batch is, nil for what is no interaction, and whether its own time is too
  /// far ahead to count.
  static func facts(
    _ batch: EventBatch, _ place: Int, _ settings: WorldSettings
  ) -> (action: Action?, isAhead: Bool) {
    let facts = try? RecordView.over(batch.bytes, batch.range(place)) {
      (record) throws(DecodeError) -> (action: Action?, isAhead: Bool) in
      guard try record.kind() == .interaction else { return (nil, false) }
      let view = try InteractionView(record)
      return (view.action, view.isAhead(by: settings.futureSkewMs))
    }
    return facts ?? (nil, false)
  }

  private static func write(_ event: Event, into json: inout JSONWriter) {
    switch event {
    case .interaction(let interaction): write(interaction, into: &json)
    case .itemPublished(let item), .itemChanged(let item): write(item, into: &json)
    case .itemDeleted(let deletion): json.member("item_id", deletion.id)
    case .profile(let profile):
      json.member("user_id", profile.user)
      put("region", profile.region, &json)
      put("language", profile.language, &json)
      json.member("interests", profile.interests)
    case .follow(let follow), .unfollow(let follow):
      json.member("follower_id", follow.follower)
      json.member("followee_id", follow.followee)
      json.member("weight", follow.weight)
    case .userErased(let erasure): json.member("user_id", erasure.user)
    case .itemVector(let vector):
      json.member("item_id", vector.item)
      json.member("space", vector.space)
      json.array("vector") { json in for value in vector.vector { json.value(value) } }
    case .pageServed, .spaceSwitched, .tasteSet: break
    }
  }

  private static func write(_ interaction: Interaction, into json: inout JSONWriter) {
    json.member("user_id", interaction.user)
    json.member(interaction.targetIsAuthor ? "author_id" : "item_id", interaction.target)
    json.member("event", interaction.action.name)
    if interaction.value != 0 { json.member("value", interaction.value) }
    if interaction.position != 0 { json.member("position", Int(interaction.position)) }
    json.member("timestamp", TimestampText.text(interaction.time))
    put("event_id", interaction.eventID, &json)
    put("session_id", interaction.session, &json)
    put("request_id", interaction.requestID, &json)
  }

  private static func write(_ item: Item, into json: inout JSONWriter) {
    json.member("item_id", item.id)
    put("author_id", item.author, &json)
    put("content_type", item.contentType, &json)
    put("title", item.title, &json)
    put("text", item.text, &json)
    if !item.tags.isEmpty { json.member("tags", item.tags) }
    put("topic", item.topic, &json)
    put("category", item.category, &json)
    put("language", item.language, &json)
    put("region", item.region, &json)
    json.member("created_at", TimestampText.text(item.created))
    if item.expires != .zero { json.member("expires_at", TimestampText.text(item.expires)) }
    if !item.embedding.isEmpty {
      json.array("embedding") { json in for value in item.embedding { json.value(value) } }
    }
  }

  private static func put(_ name: String, _ text: String, _ json: inout JSONWriter) {
    if !text.isEmpty { json.member(name, text) }
  }
}
