/// The fields of an interaction's record, read in place: the fold's hot path makes no `String`.
///
/// Body, from byte 20: value f32 · five lengths u8 (user, target, event, session, request) · flags
/// u8 · position u16 · the five texts. Byte 2 of the record is the action.
public struct InteractionView {
  /// What.
  public let action: Action
  /// When the program took it in.
  public let received: Timestamp
  /// When it happened, by the client's clock.
  public let time: Timestamp
  /// Milliseconds or seconds, by the action.
  public let value: Float
  /// The item's place over all pages of the ranking, from 1; 0 = unknown.
  public let position: UInt16
  /// Who.
  public let user: RecordView
  /// The item or author.
  public let target: RecordView
  /// Makes a retry safe; may be empty.
  public let eventID: RecordView
  /// Bounds a visit; may be empty.
  public let session: RecordView
  /// The page that showed the item; may be empty.
  public let requestID: RecordView
  /// Whether `target` is an author.
  public let targetIsAuthor: Bool
  /// Whether an unknown item is made on the spot.
  public let createsItem: Bool

  /// Where the texts begin in a record.
  public static let textsStart = 32

  /// Reads the record of an interaction.
  @inline(__always)
  public init(_ record: RecordView) throws(DecodeError) {
    guard let rawAction = record.load(2, as: UInt8.self),
      let received = record.load(4, as: Int64.self), let time = record.load(12, as: Int64.self),
      let value = record.loadFloat(20), let userLength = record.load(24, as: UInt8.self),
      let targetLength = record.load(25, as: UInt8.self),
      let eventLength = record.load(26, as: UInt8.self),
      let sessionLength = record.load(27, as: UInt8.self),
      let requestLength = record.load(28, as: UInt8.self),
      let flags = record.load(29, as: UInt8.self),
      let rank = record.load(30, as: UInt16.self)
    else { throw .truncated }
    guard let action = Action(rawValue: rawAction) else { throw .unknownAction(rawAction) }
    var position = Self.textsStart
    func next(_ length: UInt8) throws(DecodeError) -> RecordView {
      guard let part = record.part(position, Int(length)) else { throw .truncated }
      position += Int(length)
      return part
    }
    user = try next(userLength)
    target = try next(targetLength)
    eventID = try next(eventLength)
    session = try next(sessionLength)
    requestID = try next(requestLength)
    self.action = action
    self.received = Timestamp(milliseconds: received)
    self.time = Timestamp(milliseconds: time)
    self.value = value
    self.position = rank
    targetIsAuthor = flags & 1 != 0
    createsItem = flags & 2 != 0
  }

  /// Whether the client's time is so far ahead of the program's that the latter counts.
  ///
  /// - Parameter skewMs: `WorldSettings.futureSkewMs`.
  @inline(__always)
  public func isAhead(by skewMs: Int64) -> Bool {
    time > received.advanced(milliseconds: skewMs)
  }

  /// The interaction with its texts copied.
  public var interaction: Interaction {
    var interaction = Interaction(user: user.text, action: action, target: target.text, time: time)
    interaction.targetIsAuthor = targetIsAuthor
    interaction.value = value
    interaction.position = position
    interaction.eventID = eventID.text
    interaction.session = session.text
    interaction.requestID = requestID.text
    interaction.createsItem = createsItem
    return interaction
  }
}

extension Interaction {
  /// Appends the interaction's record; identifiers beyond 255 bytes are cut.
  public func encode(received: Timestamp, into bytes: inout [UInt8]) {
    bytes.append(RecordFormat.version)
    bytes.append(EventKind.interaction.rawValue)
    bytes.append(action.rawValue)
    bytes.append(0)
    bytes.put(received.milliseconds)
    bytes.put(time.milliseconds)
    bytes.put(value.bitPattern)
    let texts = [user, target, eventID, session, requestID]
    for text in texts { bytes.append(UInt8(clamping: text.utf8.count)) }
    bytes.append((targetIsAuthor ? 1 : 0) | (createsItem ? 2 : 0))
    bytes.put(position)
    for text in texts { bytes.append(contentsOf: text.utf8.prefix(255)) }
  }
}
