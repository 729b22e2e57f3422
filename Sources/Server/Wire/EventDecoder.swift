internal import Feed
internal import JSON

/// Reads rows of events straight into a batch for the log: no text of an event becomes a `String`.
///
/// A row is `{item_id | post_id | author_id, event, duration_sec | value, timestamp, event_id,
/// session_id, request_id, position}`, with `user_id` if and only if a service sends it.
struct EventDecoder {
  private static let keys = JSONKeys([
    "user_id", "item_id", "event", "duration_sec", "timestamp", "event_id", "session_id", "value",
    "request_id", "post_id", "author_id", "type", "position",
  ])
  private static let actions = JSONKeys(Action.allCases.map(\.name))
  /// Members by their position in `keys`.
  private enum Key {
    static let user = 0
    static let item = 1
    static let event = 2
    static let duration = 3
    static let time = 4
    static let eventID = 5
    static let session = 6
    static let value = 7
    static let request = 8
    static let post = 9
    static let author = 10
    static let type = 11
    static let position = 12
  }
  private static let anonymousPrefix = Array(World.anonymousPrefix.utf8)
  /// Seconds in `duration_sec` at most: eleven days.
  private static let durationMax = 1e6
  /// `value` at most.
  private static let valueMax = 1e9
  /// `position` at most.
  private static let positionMax = 65_535

  /// The user who did it all; nil when each row names its own.
  let user: [UInt8]?
  /// Whether an unknown item is made on the spot.
  let createsItems: Bool
  /// When the request came.
  let received: Timestamp
  /// Makes the identifier of a row that has none; nil leaves it empty.
  let eventID: ((Int) -> [UInt8])?

  /// What one row says, in places of its text.
  private struct Fields {
    var user: JSONValue?
    var target: JSONValue?
    var targetKey = -1
    var targets = 0
    var action: JSONValue?
    var actions = 0
    var duration: JSONValue?
    var time: JSONValue?
    var eventID: JSONValue?
    var session: JSONValue?
    var value: JSONValue?
    var request: JSONValue?
    var position: JSONValue?

    mutating func take(_ key: Int, _ member: JSONValue) {
      if member.isNull { return }
      switch key {
      case Key.user: user = member
      case Key.item, Key.post, Key.author:
        target = member
        targetKey = key
        targets += 1
      case Key.event, Key.type:
        action = member
        actions += 1
      case Key.duration: duration = member
      case Key.time: time = member
      case Key.eventID: eventID = member
      case Key.session: session = member
      case Key.value: value = member
      case Key.position: position = member
      default: request = member
      }
    }
  }

  /// Appends a row's event; on an error the batch is as before.
  func append(_ row: JSONValue, index: Int, to batch: inout EventBatch) throws(Problem) {
    var fields = Fields()
    do {
      try row.forEachMember(of: Self.keys) { (key, member) throws(JSONError) in
        fields.take(key, member)
      }
      if user != nil, let claimed = fields.user {
        throw Problem(
          .identityFromToken, "The user is the token's: leave user_id out.",
          errors: [.init(pointer: claimed.pointer, detail: "leave user_id out")])
      }
      try append(fields, row, index, to: &batch)
    } catch let error as JSONError {
      throw Problem(error)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.internalError, "The row could not be read.")
    }
  }

  private func append(
    _ fields: Fields, _ row: JSONValue, _ index: Int, to batch: inout EventBatch
  ) throws(JSONError) {
    guard fields.actions == 1, let name = fields.action else {
      throw fields.actions == 0 ? row.missing("event") : row.error(.invalid, "event stands twice")
    }
    guard fields.targets == 1, let target = fields.target else {
      throw fields.targets == 0
        ? row.missing("item_id")
        : row.error(.invalid, "name one target: item_id, post_id, or author_id")
    }
    guard let action = Action(rawValue: UInt8(try name.choice(of: Self.actions) + 1)) else {
      throw name.error(.invalid, "no such event")
    }
    let isAuthor = fields.targetKey == Key.author
    guard !isAuthor || action.concernsAuthor else {
      throw target.error(.invalid, "\(action.name) is about an item: send item_id")
    }
    let time = try fields.time.map { (value) throws(JSONError) in try TimestampText.time(value) }
    var head = EventBatch.InteractionHead(
      action: action, received: received, time: time ?? received)
    head.value = try value(fields, action, row)
    if let position = fields.position {
      head.position = UInt16(clamping: try position.int(in: 1...Self.positionMax))
    }
    head.targetIsAuthor = isAuthor
    head.createsItem = createsItems && !action.concernsAuthor
    let start = batch.begin(head)
    do throws(JSONError) {
      try putTexts(fields, row, index, start, &batch)
    } catch {
      batch.cancel(start)
      throw error
    }
    batch.end()
  }

  private func putTexts(
    _ fields: Fields, _ row: JSONValue, _ index: Int, _ start: Int, _ batch: inout EventBatch
  ) throws(JSONError) {
    if let user {
      batch.put(user.span, as: .user, of: start)
    } else {
      guard let named = fields.user else { throw row.missing("user_id") }
      try put(named, .user, start, &batch)
      guard !batch.bytes[(start + InteractionView.textsStart)...].starts(with: Self.anonymousPrefix)
      else {
        throw named.error(.invalid, "anonymous sessions can't be named")
      }
    }
    if let target = fields.target { try put(target, .target, start, &batch) }
    if let id = fields.eventID {
      try put(id, .event, start, &batch)
    } else if let eventID {
      batch.put(eventID(index).span, as: .event, of: start)
    }
    if let session = fields.session { try put(session, .session, start, &batch) }
    if let request = fields.request { try put(request, .request, start, &batch) }
  }

  @inline(__always)
  private func put(
    _ value: JSONValue, _ place: EventBatch.InteractionText, _ start: Int,
    _ batch: inout EventBatch
  ) throws(JSONError) {
    try value.withIdentifier(maxBytes: Identifier.bytesMax) { (text) throws(JSONError) in
      batch.put(text, as: place, of: start)
    }
  }

  /// `duration_sec` in the unit of the action, or `value` as it is.
  private func value(
    _ fields: Fields, _ action: Action, _ row: JSONValue
  ) throws(JSONError) -> Float {
    guard let duration = fields.duration else {
      guard let value = fields.value else { return 0 }
      return Float(try value.double(in: 0...Self.valueMax))
    }
    guard fields.value == nil else {
      throw duration.error(.invalid, "send duration_sec or value, not both")
    }
    let seconds = try duration.double(in: 0...Self.durationMax)
    return Float(action == .dwell || action == .impression ? seconds * 1000 : seconds)
  }
}
