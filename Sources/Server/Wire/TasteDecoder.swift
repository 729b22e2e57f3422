internal import Feed
internal import JSON

/// Reads what a user says of their taste.
enum TasteDecoder {
  /// The largest weight, either way.
  static let weightMax = 1_000.0

  private static let keys = JSONKeys(["interests", "topics", "authors", "types", "items"])
  private static let topicKeys = JSONKeys(["topic", "weight"])
  private static let authorKeys = JSONKeys(["author_id", "weight"])
  private static let typeKeys = JSONKeys(["content_type", "weight"])
  private static let itemKeys = JSONKeys(["item_id", "weight"])

  /// The setting of a row.
  static func setting(
    _ row: JSONValue, user: String, received: Timestamp
  ) throws(Problem) -> TasteSetting {
    var setting = TasteSetting(user: user, time: received)
    do throws(JSONError) {
      try row.forEachMember(of: keys) { (key, value) throws(JSONError) in
        if value.isNull { return }
        switch keys.names[key] {
        case "interests":
          var interests: [String] = []
          for interest in try value.elements(maxCount: PeopleDecoder.interestsMax) {
            interests.append(try interest.identifier(maxBytes: ItemDecoder.termBytesMax))
          }
          setting.interests = interests
        case "topics":
          setting.topics = try likings(value, topicKeys, bytesMax: ItemDecoder.termBytesMax)
        case "authors":
          setting.authors = try likings(value, authorKeys, bytesMax: Identifier.bytesMax)
        case "types":
          setting.types = try likings(value, typeKeys, bytesMax: ItemDecoder.termBytesMax)
        default:
          setting.items = try likings(value, itemKeys, bytesMax: Identifier.bytesMax)
        }
      }
    } catch {
      throw Problem(error)
    }
    return setting
  }

  private static func likings(
    _ list: JSONValue, _ keys: JSONKeys, bytesMax: Int
  ) throws(JSONError) -> [TasteSetting.Liking] {
    var likings: [TasteSetting.Liking] = []
    for entry in try list.elements(maxCount: TasteSetting.entriesMax) {
      var liking = TasteSetting.Liking("", 0)
      var hasWeight = false
      try entry.forEachMember(of: keys) { (key, value) throws(JSONError) in
        if key == 0 {
          liking.name = try value.identifier(maxBytes: bytesMax)
        } else {
          liking.weight = Float(try value.double(in: -weightMax...weightMax))
          hasWeight = true
        }
      }
      if liking.name.isEmpty { throw entry.missing(keys.names[0]) }
      if !hasWeight { throw entry.missing("weight") }
      likings.append(liking)
    }
    return likings
  }
}
