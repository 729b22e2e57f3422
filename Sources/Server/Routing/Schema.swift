internal import JSON

/// The shape of a JSON value, as OpenAPI 3.1 (JSON Schema) tells it.
indirect enum Schema: Sendable {
  /// Any text, or one of a format.
  case text(format: String = "")
  /// A text without control characters; `max` counts bytes of UTF-8, of which there are at least as
  /// many as characters.
  case name(max: Int)
  /// A text of at most that many bytes of UTF-8, maybe empty.
  case prose(max: Int)
  /// One of a few texts.
  case choice([String])
  /// A whole number.
  case integer(min: Int? = nil, max: Int? = nil)
  /// A number.
  case number(min: Double? = nil, max: Double? = nil)
  case boolean
  /// A list.
  case list(Schema, max: Int? = nil)
  /// An object with these members alone, unless it is open.
  case object([Member], isOpen: Bool = false)
  /// This or null.
  case optional(Schema)
  /// One of several shapes.
  case any([Schema])
  /// A shape by its name.
  case named(String)
  /// A shape with a word on what it means.
  case told(Schema, String)

  /// A member of an object.
  struct Member: Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool

    init(_ name: String, _ schema: Schema, required: Bool = true) {
      self.name = name
      self.schema = schema
      isRequired = required
    }
  }

  /// An identifier of a user, an item, an event.
  static let identifier = Schema.name(max: 128)
  /// A time as RFC 3339.
  static let time = Schema.text(format: "date-time")

  /// Writes the schema.
  func write(into json: inout JSONWriter) {
    json.beginObject()
    writeMembers(into: &json)
    json.endObject()
  }

  private func writeMembers(into json: inout JSONWriter) {
    switch self {
    case .text(let format):
      json.member("type", "string")
      if !format.isEmpty { json.member("format", format) }
    case .name(let max):
      json.member("type", "string")
      json.member("minLength", 1)
      json.member("maxLength", max)
      json.member("pattern", #"^[^\u0000-\u001f\u007f-\u009f]*$"#)
      json.member("description", "At most \(max) bytes of UTF-8.")
    case .prose(let max):
      json.member("type", "string")
      json.member("maxLength", max)
      json.member("description", "At most \(max) bytes of UTF-8.")
    case .choice(let texts):
      json.member("type", "string")
      json.member("enum", texts)
    case .integer(let min, let max):
      json.member("type", "integer")
      if let min { json.member("minimum", min) }
      if let max { json.member("maximum", max) }
    case .number(let min, let max):
      json.member("type", "number")
      if let min { json.member("minimum", min) }
      if let max { json.member("maximum", max) }
    case .boolean: json.member("type", "boolean")
    case .list(let element, let max):
      json.member("type", "array")
      if let max { json.member("maxItems", max) }
      json.key("items")
      element.write(into: &json)
    case .object(let members, let isOpen): write(members, isOpen, into: &json)
    case .optional(let schema): Schema.any([schema, .named("Null")]).writeMembers(into: &json)
    case .any(let schemas):
      json.array("anyOf") { json in for schema in schemas { schema.write(into: &json) } }
    case .told(let schema, let text):
      schema.writeMembers(into: &json)
      json.member("description", text)
    case .named("Null"): json.member("type", "null")
    case .named(let name): json.member("$ref", "#/components/schemas/" + name)
    }
  }

  /// This object with null allowed wherever a member may be missing.
  var nullable: Schema {
    guard case .object(let members, let isOpen) = self else { return self }
    let changed = members.map { member in
      member.isRequired
        ? member : Member(member.name, .optional(member.schema), required: false)
    }
    return .object(changed, isOpen: isOpen)
  }

  private func write(_ members: [Member], _ isOpen: Bool, into json: inout JSONWriter) {
    json.member("type", "object")
    json.object("properties") { json in
      for member in members {
        json.key(member.name)
        member.schema.write(into: &json)
      }
    }
    let required = members.filter(\.isRequired).map(\.name)
    if !required.isEmpty { json.member("required", required) }
    if !isOpen { json.member("additionalProperties", false) }
  }
}
