// A record is
//   version u8 · kind u8 · a u8 · b u8 · received i64 · time i64 · body
// little-endian. The body of an interaction has fixed places, because most records are
// interactions; the other kinds are read field by field.

/// The version that this program writes; it reads every version up to it.
public enum RecordFormat {
  /// The current version: 2 since served pages tell what the online part did.
  public static let version: UInt8 = 2
  static let headerBytes = 20
}

/// Why a record can't be read: the reason of its dead letter.
public enum DecodeError: Error, Equatable, Sendable, CustomStringConvertible {
  case truncated
  case newerVersion(UInt8)
  case unknownKind(UInt8)
  case unknownAction(UInt8)

  /// A stable code, a colon, and a sentence.
  public var description: String {
    switch self {
    case .truncated: "record-truncated: the record ends before its fields do"
    case .newerVersion(let version):
      "record-newer: the record has version \(version); this program reads up to "
        + "\(RecordFormat.version); upgrade it"
    case .unknownKind(let kind): "record-kind: \(kind) is no kind of event"
    case .unknownAction(let action): "record-action: \(action) is no action"
    }
  }
}

extension Event {
  /// What the record holds.
  public var kind: EventKind {
    switch self {
    case .itemPublished: .itemPublished
    case .itemChanged: .itemChanged
    case .itemDeleted: .itemDeleted
    case .profile: .profile
    case .userErased: .userErased
    case .follow: .follow
    case .unfollow: .unfollow
    case .interaction: .interaction
    case .pageServed: .pageServed
    case .itemVector: .itemVector
    case .spaceSwitched: .spaceSwitched
    case .tasteSet: .tasteSet
    }
  }

  /// Appends the event's record. Texts beyond 65,535 bytes are cut.
  public func encode(received: Timestamp, into bytes: inout [UInt8]) {
    switch self {
    case .interaction(let interaction):
      interaction.encode(received: received, into: &bytes)
    case .itemPublished(let item), .itemChanged(let item):
      Self.header(kind, received, item.created, &bytes)
      item.encodeBody(into: &bytes)
    case .itemDeleted(let deletion):
      Self.header(kind, received, deletion.time, &bytes)
      bytes.put(text: deletion.id)
    case .userErased(let erasure):
      Self.header(kind, received, erasure.time, &bytes)
      bytes.put(text: erasure.user)
    case .profile(let profile):
      Self.header(kind, received, profile.time, &bytes)
      for text in [profile.user, profile.region, profile.language] { bytes.put(text: text) }
      bytes.put(texts: profile.interests)
    case .follow(let follow), .unfollow(let follow):
      Self.header(kind, received, follow.time, &bytes)
      bytes.put(text: follow.follower)
      bytes.put(text: follow.followee)
      bytes.put(follow.weight.bitPattern)
    case .pageServed(let page):
      Self.header(kind, received, page.time, &bytes)
      page.encodeBody(into: &bytes)
    case .itemVector(let vector):
      Self.header(kind, received, vector.time, &bytes)
      vector.encodeBody(into: &bytes)
    case .spaceSwitched(let change):
      Self.header(kind, received, change.time, &bytes)
      change.encodeBody(into: &bytes)
    case .tasteSet(let setting):
      Self.header(kind, received, setting.time, &bytes)
      setting.encodeBody(into: &bytes)
    }
  }

  private static func header(
    _ kind: EventKind, _ received: Timestamp, _ time: Timestamp, _ bytes: inout [UInt8]
  ) {
    bytes.append(RecordFormat.version)
    bytes.append(kind.rawValue)
    bytes.put(UInt16(0))
    bytes.put(received.milliseconds)
    bytes.put(time.milliseconds)
  }

  /// Reads a record.
  public static func decode(_ record: RecordView) throws(DecodeError) -> Event {
    let kind = try record.kind()
    if kind == .interaction { return .interaction(try InteractionView(record).interaction) }
    guard let milliseconds = record.load(12, as: Int64.self) else { throw .truncated }
    let time = Timestamp(milliseconds: milliseconds)
    var reader = FieldReader(record, at: RecordFormat.headerBytes)
    switch kind {
    case .itemPublished: return .itemPublished(try Item(&reader, created: time))
    case .itemChanged: return .itemChanged(try Item(&reader, created: time))
    case .itemDeleted: return .itemDeleted(ItemDeletion(id: try reader.text(), time: time))
    case .userErased: return .userErased(UserErasure(user: try reader.text(), time: time))
    case .profile:
      var profile = Profile(user: try reader.text())
      profile.region = try reader.text()
      profile.language = try reader.text()
      profile.interests = try reader.texts()
      profile.time = time
      return .profile(profile)
    case .follow: return .follow(try Follow(&reader, time: time))
    case .unfollow: return .unfollow(try Follow(&reader, time: time))
    case .pageServed:
      let version = record.load(0, as: UInt8.self) ?? 0
      return .pageServed(try PageServed(&reader, time: time, version: version))
    case .itemVector: return .itemVector(try ItemVector(&reader, time: time))
    case .spaceSwitched: return .spaceSwitched(try SpaceSwitch(&reader, time: time))
    case .tasteSet: return .tasteSet(try TasteSetting(&reader, time: time))
    case .interaction: return .interaction(try InteractionView(record).interaction)
    }
  }
}

extension RecordView {
  /// What the record holds; throws for a newer version or a kind that there is not.
  public func kind() throws(DecodeError) -> EventKind {
    guard let version = load(0, as: UInt8.self), let raw = load(1, as: UInt8.self) else {
      throw .truncated
    }
    guard version <= RecordFormat.version, version > 0 else { throw .newerVersion(version) }
    guard let kind = EventKind(rawValue: raw) else { throw .unknownKind(raw) }
    return kind
  }

  /// When the record was taken in; nil when it is too short.
  public var received: Timestamp? {
    load(4, as: Int64.self).map { Timestamp(milliseconds: $0) }
  }
}

extension Follow {
  fileprivate init(_ reader: inout FieldReader, time: Timestamp) throws(DecodeError) {
    self.init(
      follower: try reader.text(), followee: try reader.text(), weight: try reader.float(),
      time: time)
  }
}

extension Item {
  fileprivate func encodeBody(into bytes: inout [UInt8]) {
    for text in [id, author, contentType, title, text, topic, category, language, region, eventID] {
      bytes.put(text: text)
    }
    bytes.put(expires.milliseconds)
    bytes.put(texts: tags)
    bytes.put(UInt16(clamping: embedding.count))
    for value in embedding.prefix(Int(UInt16.max)) { bytes.put(value.bitPattern) }
  }

  fileprivate init(_ reader: inout FieldReader, created: Timestamp) throws(DecodeError) {
    self.init(id: try reader.text())
    author = try reader.text()
    contentType = try reader.text()
    title = try reader.text()
    text = try reader.text()
    topic = try reader.text()
    category = try reader.text()
    language = try reader.text()
    region = try reader.text()
    eventID = try reader.text()
    self.created = created
    expires = Timestamp(milliseconds: try reader.number(Int64.self))
    tags = try reader.texts()
    let dimension = Int(try reader.number(UInt16.self))
    embedding.reserveCapacity(dimension)
    for _ in 0..<dimension { embedding.append(try reader.float()) }
  }
}

/// Reads the fields of a record one after another.
struct FieldReader {
  private let view: RecordView
  private(set) var position: Int

  init(_ view: RecordView, at position: Int) {
    self.view = view
    self.position = position
  }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(DecodeError) -> Number {
    guard let number = view.load(position, as: type) else { throw .truncated }
    position += MemoryLayout<Number>.size
    return number
  }

  mutating func float() throws(DecodeError) -> Float {
    Float(bitPattern: try number(UInt32.self))
  }

  mutating func bytes() throws(DecodeError) -> RecordView {
    let length = Int(try number(UInt16.self))
    guard let part = view.part(position, length) else { throw .truncated }
    position += length
    return part
  }

  mutating func text() throws(DecodeError) -> String { try bytes().text }

  mutating func texts() throws(DecodeError) -> [String] {
    var texts: [String] = []
    for _ in 0..<Int(try number(UInt16.self)) { texts.append(try text()) }
    return texts
  }
}

extension [UInt8] {
  /// Appends a text behind its length in two bytes.
  mutating func put(text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    put(UInt16(utf8.count))
    append(contentsOf: utf8)
  }

  /// Appends texts behind their number in two bytes.
  mutating func put(texts: [String]) {
    put(UInt16(clamping: texts.count))
    for text in texts.prefix(Int(UInt16.max)) { put(text: text) }
  }
}
