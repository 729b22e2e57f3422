internal import Feed
internal import JSON

/// Reads vectors, and searches by vector.
enum VectorDecoder {
  /// A vector that is to be kept.
  struct Input {
    var vector: [Float]
    /// The version that it is of; nil = the one that serves.
    var version: UInt32?
  }

  private static let inputKeys = JSONKeys(["vector", "version"])
  private static let rowKeys = JSONKeys(["item_id", "space", "vector", "version"])
  private static let versionKeys = JSONKeys(["version"])
  private static let queryKeys = JSONKeys([
    "vector", "item_id", "text", "k", "effort", "category", "author_id", "exact",
  ])

  static func input(_ row: JSONValue) throws(Problem) -> Input {
    var vector: [Float]?
    var version: UInt32?
    do throws(JSONError) {
      try row.forEachMember(of: inputKeys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch inputKeys.names[key] {
        case "vector": vector = try components(value)
        default: version = UInt32(clamping: try value.int64(in: 1...Int64(UInt32.max)))
        }
      }
      guard let vector else { throw row.missing("vector") }
      return Input(vector: vector, version: version)
    } catch {
      throw Problem(error)
    }
  }

  /// A vector of a batch, which names its item and its space.
  static func row(_ row: JSONValue) throws(Problem) -> (item: String, space: String, Input) {
    var (item, space) = (String?.none, String?.none)
    var input = Input(vector: [], version: nil)
    do throws(JSONError) {
      try row.forEachMember(of: rowKeys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch rowKeys.names[key] {
        case "item_id": item = try value.identifier(maxBytes: Identifier.bytesMax)
        case "space": space = try value.identifier(maxBytes: Identifier.bytesMax)
        case "vector": input.vector = try components(value)
        default: input.version = UInt32(clamping: try value.int64(in: 1...Int64(UInt32.max)))
        }
      }
      guard let item else { throw row.missing("item_id") }
      guard let space else { throw row.missing("space") }
      guard !input.vector.isEmpty else { throw row.missing("vector") }
      return (item, space, input)
    } catch {
      throw Problem(error)
    }
  }

  static func version(_ row: JSONValue) throws(Problem) -> UInt32 {
    do throws(JSONError) {
      var number: UInt32?
      try row.forEachMember(of: versionKeys) { (_, value) throws(JSONError) in
        number = UInt32(clamping: try value.int64(in: 1...Int64(UInt32.max)))
      }
      guard let number else { throw row.missing("version") }
      return number
    } catch {
      throw Problem(error)
    }
  }

  static func query(_ row: JSONValue, space: String) throws(Problem) -> VectorQuery {
    var query = VectorQuery(space: space, target: .item(""))
    var targets = 0
    do throws(JSONError) {
      try row.forEachMember(of: queryKeys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch queryKeys.names[key] {
        case "vector":
          query.target = .vector(try components(value))
          targets += 1
        case "item_id":
          query.target = .item(try value.identifier(maxBytes: Identifier.bytesMax))
          targets += 1
        case "text":
          query.target = .text(try value.string(maxBytes: ItemDecoder.textBytesMax))
          targets += 1
        case "k": query.k = Int(try value.int64(in: 1...Int64(VectorRoutes.hitsMax)))
        case "effort": query.effort = Int(try value.int64(in: 0...100_000))
        case "category": query.category = try value.identifier(maxBytes: ItemDecoder.termBytesMax)
        case "author_id": query.author = try value.identifier(maxBytes: Identifier.bytesMax)
        default: query.isExact = try value.bool()
        }
      }
      guard targets == 1 else {
        throw row.error(.invalid, "send one of vector, item_id and text")
      }
      return query
    } catch {
      throw Problem(error)
    }
  }

  private static func components(_ value: JSONValue) throws(JSONError) -> [Float] {
    try value.floats(count: 1...VectorRoutes.componentsMax)
  }
}
