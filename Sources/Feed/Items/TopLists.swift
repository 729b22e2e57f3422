/// The items with the most engagement, decayed with one half-life: of the whole World, and for each
/// region, category and topic.
///
/// An item's counter at time t is v · 2^(−(t − u)/H). Its logarithm in half-lives, log2 v + u/H,
/// does not change with time, so it orders items once and for all and only events move an item:
/// forward decay (Cormode et al., ICDE 2009, doi:10.1109/ICDE.2009.65).
package struct TopLists {
  /// What a list is about.
  package enum Segment: UInt8, CaseIterable {
    case all, region, category, topic
  }

  /// One list: at most `capacity` rows with their keys, in no order.
  package struct List {
    package var rows: [UInt32] = []
    package var keys: [Double] = []
    /// The lowest key of a full list; -infinity while there is room.
    var lowest = -Double.infinity
  }

  private static let listsMax = 4_096
  private var lists: [[List]] = Array(repeating: [], count: Segment.allCases.count)
  private let capacity: Int

  package init(capacity: Int) { self.capacity = capacity }

  /// The rows of a list with their keys, in no order.
  package func list(_ segment: Segment, _ value: UInt16) -> List? {
    let group = lists[Int(segment.rawValue)]
    return Int(value) < group.count ? group[Int(value)] : nil
  }

  /// Notes that an item's key is now `key`, which never falls.
  package mutating func note(_ row: UInt32, key: Double, _ segment: Segment, _ value: UInt16) {
    let group = Int(segment.rawValue)
    guard Int(value) < Self.listsMax else { return }
    while lists[group].count <= Int(value) { lists[group].append(List()) }
    lists[group][Int(value)].note(row, key, capacity)
  }

  /// How many lists a sweep has to look at.
  package var sweepCount: Int { lists.reduce(0) { $0 + $1.count } }

  /// Takes rows that are not live out of the list numbered `index` of `sweepCount`.
  package mutating func sweep(_ index: Int, isLive: (UInt32) -> Bool) {
    var index = index
    for group in lists.indices {
      if index < lists[group].count { return lists[group][index].keep(where: isLive) }
      index -= lists[group].count
    }
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    for group in lists {
      try writer.put(UInt64(group.count))
      for list in group {
        try writer.put(column: list.rows)
        try writer.put(column: list.keys)
        try writer.put(list.lowest.bitPattern)
      }
    }
  }

  init(capacity: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.capacity = capacity
    lists = []
    for _ in Segment.allCases {
      var group: [List] = []
      for _ in 0..<(try reader.length(stride: 8)) {
        var list = List()
        list.rows = try reader.column(of: UInt32.self)
        list.keys = try reader.column(of: Double.self)
        list.lowest = try reader.double()
        guard list.rows.count == list.keys.count else { throw SnapshotReader.ended }
        group.append(list)
      }
      lists.append(group)
    }
  }
}

extension TopLists.List {
  fileprivate mutating func note(_ row: UInt32, _ key: Double, _ capacity: Int) {
    if key <= lowest { return }
    if let place = Columns.firstIndex(of: row, in: rows) {
      let wasLowest = keys[place] <= lowest
      keys[place] = max(keys[place], key)
      if wasLowest { lowest = Columns.lowest(keys) }
      return
    }
    if rows.count < capacity {
      rows.append(row)
      keys.append(key)
      lowest = rows.count < capacity ? -.infinity : Columns.lowest(keys)
      return
    }
    guard let place = keys.firstIndex(of: lowest) else { return }
    rows[place] = row
    keys[place] = key
    lowest = Columns.lowest(keys)
  }

  fileprivate mutating func keep(where isLive: (UInt32) -> Bool) {
    guard !rows.allSatisfy(isLive) else { return }
    let kept = rows.indices.filter { isLive(rows[$0]) }
    rows = kept.map { rows[$0] }
    keys = kept.map { keys[$0] }
    lowest = -.infinity
  }
}

extension TopLists {
  /// Whether every row is one of `items`.
  func isSound(items: Int) -> Bool {
    lists.allSatisfy { group in
      group.allSatisfy { list in list.rows.allSatisfy { $0 < items } }
    }
  }
}
