internal import Feed
internal import JSON

/// Reads items: posts of users, and the catalogue of a service.
struct ItemDecoder {
  /// The name of the identifier, `post_id` or `item_id`.
  let idKey: String
  /// The author of everything; nil when a row may name one.
  let author: String?
  /// Components of a vector.
  let dimension: Int
  /// When the request came.
  let received: Timestamp

  /// The longest title, in bytes.
  static let titleBytesMax = 1_000
  /// The longest text, in bytes.
  static let textBytesMax = 32 << 10
  /// Tags of one item.
  static let tagsMax = 32
  /// The longest tag, topic, category, type, language or region, in bytes.
  static let termBytesMax = 128

  private static let keys = JSONKeys([
    "item_id", "post_id", "author_id", "content_type", "title", "text", "tags", "topic",
    "category", "language", "region", "created_at", "expires_at", "embedding",
  ])

  /// The item of a row.
  ///
  /// - Parameter id: the identifier, when the path names it or one was made here; nil = the row
  /// must
  ///   have one. An identifier in the row must equal one that the path names.
  func item(_ row: JSONValue, id: String?, isNamedByPath: Bool = false) throws(Problem) -> Item {
    var item = Item(id: id ?? "")
    item.author = author ?? ""
    item.created = received
    do throws(JSONError) {
      try row.forEachMember(of: Self.keys) { (key, value) throws(JSONError) in
        let name = Self.keys.names[key]
        if name == idKey || !Self.isID(name) {
          if value.isNull { return }
          try take(name, value, into: &item)
          if name == idKey, isNamedByPath, item.id != id {
            throw value.error(.invalid, "the path names another \(idKey)")
          }
        } else {
          throw value.error(.unknownKey, "send \(idKey)")
        }
      }
      if item.id.isEmpty { throw row.missing(idKey) }
      if item.expires != .zero, item.expires <= item.created {
        throw row.error(.invalid, "expires_at is not after created_at")
      }
    } catch {
      throw problem(error)
    }
    return item
  }

  private static func isID(_ name: String) -> Bool { name == "item_id" || name == "post_id" }

  private func problem(_ error: JSONError) -> Problem {
    var problem = Problem(error)
    if author != nil, error.pointer.hasSuffix("/author_id") { problem.code = .identityFromToken }
    return problem
  }

  private func take(_ name: String, _ value: JSONValue, into item: inout Item) throws(JSONError) {
    switch name {
    case "item_id", "post_id": item.id = try value.identifier(maxBytes: Identifier.bytesMax)
    case "author_id":
      guard author == nil else {
        throw value.error(.unknownKey, "the author is the token's user: leave author_id out")
      }
      item.author = try value.identifier(maxBytes: Identifier.bytesMax)
      guard Tokens.isUser(item.author) else {
        throw value.error(.invalid, "anonymous sessions can't be authors")
      }
    case "content_type": item.contentType = try term(value)
    case "title": item.title = try text(value, Self.titleBytesMax)
    case "text": item.text = try text(value, Self.textBytesMax)
    case "tags":
      for tag in try value.elements(maxCount: Self.tagsMax) { item.tags.append(try term(tag)) }
    case "topic": item.topic = try term(value)
    case "category": item.category = try term(value)
    case "language": item.language = try term(value)
    case "region": item.region = try term(value)
    case "created_at":
      guard author == nil else {
        throw value.error(.unknownKey, "the server says when a post was made")
      }
      item.created = try TimestampText.time(value)
    case "expires_at": item.expires = try TimestampText.time(value)
    default: item.embedding = try value.floats(count: dimension...dimension)
    }
  }

  private func term(_ value: JSONValue) throws(JSONError) -> String {
    try value.identifier(maxBytes: Self.termBytesMax)
  }

  /// A text that may have line ends and tabs, but no other control characters.
  private func text(_ value: JSONValue, _ bytesMax: Int) throws(JSONError) -> String {
    let text = try value.string(maxBytes: bytesMax)
    let isClean = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x09 }
    guard isClean else { throw value.error(.invalid, "the text holds control characters") }
    return text
  }
}
