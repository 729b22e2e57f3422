internal import Feed
internal import JSON

/// Reads learned neighbours.
enum NeighbourDecoder {
  private static let rowKeys = JSONKeys(["item_id", "neighbours"])
  private static let neighbourKeys = JSONKeys(["item_id", "weight"])
  private static let serveKeys = JSONKeys(["table", "items"])

  /// An item and what follows it.
  static func row(
    _ row: JSONValue
  ) throws(Problem) -> (item: String, neighbours: [NeighbourTable.Neighbour]) {
    var item: String?
    var neighbours: [NeighbourTable.Neighbour]?
    do throws(JSONError) {
      try row.forEachMember(of: rowKeys) { (key, value) throws(JSONError) in
        switch rowKeys.names[key] {
        case "item_id": item = try value.identifier(maxBytes: Identifier.bytesMax)
        default:
          guard value.count <= NeighbourTable.neighboursMax else {
            throw value.error(
              .tooManyValues, "at most \(NeighbourTable.neighboursMax) neighbours an item")
          }
          var list: [NeighbourTable.Neighbour] = []
          for element in try value.elements() { list.append(try neighbour(element)) }
          neighbours = list
        }
      }
      guard let item else { throw row.missing("item_id") }
      guard let neighbours else { throw row.missing("neighbours") }
      return (item, neighbours)
    } catch {
      throw Problem(error)
    }
  }

  private static func neighbour(_ row: JSONValue) throws(JSONError) -> NeighbourTable.Neighbour {
    var item: String?
    var weight: Float?
    try row.forEachMember(of: neighbourKeys) { (key, value) throws(JSONError) in
      switch neighbourKeys.names[key] {
      case "item_id": item = try value.identifier(maxBytes: Identifier.bytesMax)
      default: weight = Float(try value.double(in: 0...1e30))
      }
    }
    guard let item else { throw row.missing("item_id") }
    guard let weight else { throw row.missing("weight") }
    return NeighbourTable.Neighbour(item: item, weight: weight)
  }

  /// Which table is to serve, and how many items it has.
  static func serve(_ row: JSONValue) throws(Problem) -> (table: String, items: Int) {
    var table: String?
    var items: Int?
    do throws(JSONError) {
      try row.forEachMember(of: serveKeys) { (key, value) throws(JSONError) in
        switch serveKeys.names[key] {
        case "table": table = try value.identifier(maxBytes: Identifier.bytesMax)
        default: items = Int(try value.int64(in: 0...Int64(UInt32.max)))
        }
      }
      guard let table else { throw row.missing("table") }
      guard let items else { throw row.missing("items") }
      return (table, items)
    } catch {
      throw Problem(error)
    }
  }
}
