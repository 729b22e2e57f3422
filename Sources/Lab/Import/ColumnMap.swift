/// Which column gives which field of an event.
///
/// In words: `field=column`, several after commas. A time may name its unit: `time=ts:ms`. A
/// constant stands in for a column that is missing or empty: `event=kind|const:click`, or alone:
/// `event=const:click`.
public struct ColumnMap: Equatable, Sendable {
  /// A field of an event, an item, a user or an edge.
  public enum Field: String, CaseIterable, Sendable {
    case kind, user, item, event, time, value, id, session, author, title, text, tags, topic
    case category, language, region, created, expires, embedding, interests, follower, followee
    case weight
    case contentType = "content_type"
    case request
  }

  /// Where a field's value comes from.
  public struct Source: Equatable, Sendable {
    /// The column; nil = the constant only.
    public var column: String?
    /// The unit of a time.
    public var unit: TimeUnit
    /// What stands in for an empty or missing column.
    public var constant: String?

    /// Makes a source.
    public init(column: String? = nil, unit: TimeUnit = .auto, constant: String? = nil) {
      self.column = column
      self.unit = unit
      self.constant = constant
    }
  }

  /// The sources that were named; other fields are looked for under their usual names.
  public var sources: [Field: Source]

  /// A map of nothing: every field is looked for under its usual names.
  public init() { sources = [:] }

  /// Reads a map in words.
  ///
  /// - Throws: `.option`, naming the part that makes no sense.
  public init(parsing text: String) throws(LabError) {
    self.init()
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[1].isEmpty else {
        throw LabError(.option, "--map: '\(part)' is not of the form field=column")
      }
      guard let field = Field(rawValue: String(sides[0])) else {
        let names = Field.allCases.map(\.rawValue).joined(separator: ", ")
        throw LabError(.option, "--map: there is no field '\(sides[0])'; the fields are \(names)")
      }
      sources[field] = try Self.source(sides[1])
    }
  }

  private static func source(_ text: Substring) throws(LabError) -> Source {
    var source = Source()
    let parts = text.split(separator: "|", maxSplits: 1)
    for part in parts {
      if part.hasPrefix("const:") {
        source.constant = String(part.dropFirst("const:".count))
        continue
      }
      let sides = part.split(separator: ":", maxSplits: 1)
      source.column = sides.first.map(String.init)
      guard sides.count == 2 else { continue }
      guard let unit = TimeUnit(rawValue: String(sides[1])) else {
        let units = TimeUnit.allCases.map(\.rawValue).joined(separator: ", ")
        throw LabError(.option, "--map: '\(sides[1])' is no unit of time; the units are \(units)")
      }
      source.unit = unit
    }
    return source
  }

  /// The text of a field in a record.
  func text(_ field: Field, in record: InputRecord) -> String? {
    guard let source = sources[field] else { return record.text(Self.names(field)) }
    if let column = source.column, let text = record.text([column]) { return text }
    return source.constant
  }

  /// A field that may be a list: texts of an array, or parts of a text between `|` or `;`.
  func texts(_ field: Field, in record: InputRecord) -> [String] {
    let names = sources[field].map { $0.column.map { [$0] } ?? [] } ?? Self.names(field)
    for name in names {
      switch record.values[name] {
      case .texts(let texts): return texts
      case .text(let text) where !text.isEmpty:
        return text.split { $0 == "|" || $0 == ";" }.map { part in
          String(part.drop { $0 == " " })
        }
      default: continue
      }
    }
    return sources[field]?.constant.map { [$0] } ?? []
  }

  /// A field of numbers, an array or a text of numbers between blanks; nil when a part is none.
  func numbers(_ field: Field, in record: InputRecord) -> [Float]? {
    for name in sources[field].map({ $0.column.map { [$0] } ?? [] }) ?? Self.names(field) {
      switch record.values[name] {
      case .numbers(let numbers): return numbers
      case .text(let text) where !text.isEmpty:
        let parts = text.split { $0 == " " || $0 == ";" }
        let numbers = parts.compactMap { Float($0) }
        return numbers.count == parts.count ? numbers : nil
      default: continue
      }
    }
    return []
  }

  /// What a field is usually called.
  static func names(_ field: Field) -> [String] {
    switch field {
    case .kind: ["type"]
    case .user: ["user_id", "user"]
    case .item: ["item_id", "post_id", "item", "id"]
    case .event: ["event", "action", "event_type"]
    case .time: ["timestamp", "time", "ts"]
    case .value: ["value", "duration_ms", "duration_sec"]
    case .id: ["event_id"]
    case .session: ["session_id", "session"]
    case .author: ["author_id", "author"]
    case .created: ["created_at", "created", "timestamp"]
    case .expires: ["expires_at", "expires"]
    case .follower: ["follower_id", "follower", "user_id"]
    case .followee: ["followee_id", "followee", "author_id"]
    case .request: ["request_id"]
    default: [field.rawValue]
    }
  }
}
