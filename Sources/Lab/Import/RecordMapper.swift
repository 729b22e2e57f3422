internal import Feed

/// Turns records into events, or says why it can't.
struct RecordMapper {
  /// What a record holds when it does not say so itself.
  let kind: ImportKind?
  let map: ColumnMap
  let preset: ImportPreset?
  /// The start of the event ids that make a second run harmless.
  let prefix: String
  /// The time of records that have none.
  let now: Timestamp

  /// Why a record is refused: a stable code, a colon, a sentence.
  struct Refusal: Error {
    var reason: String
    init(_ code: String, _ sentence: String) { reason = code + ": " + sentence }
  }

  /// The events of a record.
  func events(_ record: InputRecord) throws(Refusal) -> [Event] {
    if let fault = record.fault { throw Refusal("unreadable", fault) }
    if let preset { return try presetEvents(preset, record) }
    switch try recordKind(record) {
    case .event: return [try interaction(record, action: nil)]
    case .item: return [.itemPublished(try item(record))]
    case .user: return [.profile(try profile(record))]
    case .follow: return [.follow(try follow(record))]
    case .unfollow: return [.unfollow(try follow(record))]
    case .delete:
      return [
        .itemDeleted(ItemDeletion(id: try identifier(.item, record), time: try time(record)))
      ]
    }
  }

  private func recordKind(_ record: InputRecord) throws(Refusal) -> ImportKind {
    if let kind { return kind }
    // Who says where the event is, means events.
    if map.sources[.event] != nil, map.sources[.kind] == nil { return .event }
    if let name = map.text(.kind, in: record) {
      guard let kind = ImportKind(rawValue: name) else {
        let names = ImportKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal("kind", "'\(name)' is none of \(names)")
      }
      return kind
    }
    if map.text(.event, in: record) != nil { return .event }
    throw Refusal("kind", "no type; name it in the record or with --kind")
  }

  func identifier(_ field: ColumnMap.Field, _ record: InputRecord) throws(Refusal) -> String {
    guard let text = map.text(field, in: record) else {
      throw Refusal("missing", "no \(field.rawValue)")
    }
    guard Identifier.isValid(text) else {
      throw Refusal(
        "identifier",
        "\(field.rawValue) must have 1 to \(Identifier.bytesMax) bytes and no "
          + "control characters")
    }
    return text
  }

  func time(_ record: InputRecord, _ field: ColumnMap.Field = .time) throws(Refusal) -> Timestamp {
    guard let text = map.text(field, in: record) else { return now }
    let unit = map.sources[field]?.unit ?? .auto
    guard let time = unit.time(text) else {
      throw Refusal(
        "time", "'\(text.prefix(40))' is no time from 1970 to 2100; expected \(unit.expected)")
    }
    return time
  }

  func interaction(_ record: InputRecord, action given: Action?) throws(Refusal) -> Event {
    let action: Action
    if let given {
      action = given
    } else {
      guard let name = map.text(.event, in: record) else { throw Refusal("missing", "no event") }
      guard let known = Action(name: name) else { throw Refusal("event", "'\(name)' is no event") }
      action = known
    }
    let target: String
    var isAuthor = false
    if action.concernsAuthor, let author = map.text(.author, in: record) {
      target = author
      isAuthor = true
    } else {
      target = try identifier(.item, record)
    }
    var interaction = Interaction(
      user: try identifier(.user, record), action: action, target: target, time: try time(record))
    interaction.targetIsAuthor = isAuthor
    interaction.value = try value(record, action)
    interaction.session = map.text(.session, in: record) ?? ""
    interaction.requestID = map.text(.request, in: record) ?? ""
    interaction.eventID = map.text(.id, in: record) ?? eventID(record)
    interaction.createsItem = !isAuthor
    for text in [interaction.session, interaction.requestID, interaction.eventID, target]
    where !text.isEmpty && !Identifier.isValid(text) {
      throw Refusal("identifier", "'\(text.prefix(40))' is too long or has control characters")
    }
    return .interaction(interaction)
  }

  /// Milliseconds of a dwell, seconds of a watch.
  private func value(_ record: InputRecord, _ action: Action) throws(Refusal) -> Float {
    guard let text = map.text(.value, in: record) else { return 0 }
    guard let value = Float(text), value.isFinite, value >= 0 else {
      throw Refusal("value", "'\(text.prefix(40))' is no duration")
    }
    guard map.sources[.value] == nil else { return value }
    let isSeconds = record.text(["value", "duration_ms"]) == nil
    if action == .dwell { return isSeconds ? value * 1000 : value }
    return isSeconds || record.text(["value"]) != nil ? value : value / 1000
  }

  func item(_ record: InputRecord) throws(Refusal) -> Item {
    var item = Item(id: try identifier(.item, record))
    item.author = map.text(.author, in: record) ?? ""
    item.contentType = map.text(.contentType, in: record) ?? item.contentType
    item.title = String((map.text(.title, in: record) ?? "").prefix(1_000))
    item.text = map.text(.text, in: record) ?? ""
    item.tags = Array(map.texts(.tags, in: record).prefix(32))
    item.topic = map.text(.topic, in: record) ?? ""
    item.category = map.text(.category, in: record) ?? ""
    item.language = map.text(.language, in: record) ?? ""
    item.region = map.text(.region, in: record) ?? ""
    item.created = try time(record, .created)
    if map.text(.expires, in: record) != nil { item.expires = try time(record, .expires) }
    guard let embedding = map.numbers(.embedding, in: record) else {
      throw Refusal("embedding", "not a list of numbers")
    }
    item.embedding = embedding
    item.eventID = map.text(.id, in: record) ?? eventID(record)
    for text in [item.author, item.contentType, item.topic, item.category, item.region]
    where !text.isEmpty && !Identifier.isValid(text) {
      throw Refusal("identifier", "'\(text.prefix(40))' is too long or has control characters")
    }
    return item
  }

  private func profile(_ record: InputRecord) throws(Refusal) -> Profile {
    var profile = Profile(user: try identifier(.user, record))
    profile.region = map.text(.region, in: record) ?? ""
    profile.language = map.text(.language, in: record) ?? ""
    profile.interests = Array(map.texts(.interests, in: record).prefix(16))
    profile.time = try time(record)
    return profile
  }

  private func follow(_ record: InputRecord) throws(Refusal) -> Follow {
    var weight: Float = 1
    if let text = map.text(.weight, in: record) {
      guard let number = Float(text), number > 0, number <= 1 else {
        throw Refusal("weight", "'\(text.prefix(40))' is not above 0 and at most 1")
      }
      weight = number
    }
    return Follow(
      follower: try identifier(.follower, record), followee: try identifier(.followee, record),
      weight: weight, time: try time(record))
  }

  /// The same for the same line of the same file, so that importing it again changes nothing.
  func eventID(_ record: InputRecord) -> String { "import:\(prefix):\(record.line)" }
}
