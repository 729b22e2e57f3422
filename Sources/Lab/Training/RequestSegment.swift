internal import Feed

/// Requests of one kind, which figures are taken from by themselves: a model may be good on the
/// whole and bad for some.
public struct RequestSegment: Equatable, Sendable {
  /// What they are told apart by: "surface" or "users".
  public var kind: String
  /// Which they are, such as "home", or "new".
  public var name: String
  /// Groups of the table.
  public var groups: [Int]

  /// The segments of a table: one a surface, and users with a short and with a long past, by the
  /// middle of how many of their deeds were known when the request came.
  ///
  /// - Parameter surfaces: the surface of each group; empty = not known, so none is told apart.
  public static func all(of table: TrainingTable, surfaces: [String]) -> [RequestSegment] {
    var segments: [RequestSegment] = []
    let groups = table.groups.indices.filter { table.groups[$0] > 0 }
    if surfaces.count == table.groups.count {
      for name in Set(surfaces).sorted() {
        segments.append(
          RequestSegment(
            kind: "surface", name: name, groups: groups.filter { surfaces[$0] == name }))
      }
    }
    if let column = table.features.firstIndex(of: Feature.userDeeds.name) {
      let known = { (group: Int) in
        table.values[table.starts[group] * table.features.count + column]
      }
      let deeds = groups.map(known).filter { !$0.isNaN }.sorted()
      if !deeds.isEmpty {
        let middle = deeds[(deeds.count - 1) / 2]
        segments.append(
          RequestSegment(kind: "users", name: "new", groups: groups.filter { known($0) <= middle }))
        segments.append(
          RequestSegment(kind: "users", name: "old", groups: groups.filter { known($0) > middle }))
      }
    }
    return segments.filter { !$0.groups.isEmpty }
  }
}
