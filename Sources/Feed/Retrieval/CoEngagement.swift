/// Which items follow which inside sessions: for each item a bounded list of successors with
/// decayed weights, learned as actions arrive.
///
/// A list's weights are true as of its own `updated`; that is brought forward when an action
/// arrives ten minutes later or more, and by the reader, so that idle lists cost nothing.
package struct CoEngagement {

  /// An item that followed, and how much it did.
  package struct Successor {
    package var row: UInt32
    package var weight: Float
  }

  /// Successors of one item; `total` is the sum of all weights ever added, decayed alike.
  package struct Successors {
    /// Side by side with their weights, so that both come with the same lines of memory.
    package var entries: [Successor] = []
    package var total: Float = 0
    /// Seconds as of which the weights are true.
    package var updated: UInt32 = 0
  }

  private var lists: [Successors] = []
  private let capacity: Int
  private let halfLifeMs: Int64

  package init(capacity: Int, halfLifeMs: Int64) {
    self.capacity = capacity
    self.halfLifeMs = halfLifeMs
  }

  /// Adds `weight` to "`next` follows `item`"; the weakest successor makes room.
  package mutating func add(_ next: UInt32, after item: UInt32, weight: Float, second: UInt32) {
    while lists.count <= Int(item) { lists.append(Successors()) }
    lists[Int(item)].add(next, weight, second: second, halfLifeMs, capacity)
  }

  /// The successors of an item, in no order; decay them by `factor`.
  package func successors(of item: UInt32) -> Successors? {
    guard Int(item) < lists.count, !lists[Int(item)].entries.isEmpty else { return nil }
    return lists[Int(item)]
  }

  /// What the stored weights of a list have decayed to at `second`.
  package func factor(_ list: Successors, second: UInt32) -> Float {
    guard second > list.updated else { return 1 }
    return Decay.factor(elapsed: Int64(second - list.updated) * 1000, halfLife: halfLifeMs)
  }

  /// Fetches the list of an item.
  @inline(__always)
  mutating func fetchList(_ item: UInt32) { Prefetch.element(&lists, Int(item)) }

  /// Fetches what tells how many successors an item has; `fetchList` came before.
  @inline(__always)
  mutating func fetchHead(_ item: UInt32) {
    if Int(item) < lists.count { Prefetch.head(&lists[Int(item)].entries) }
  }

  /// Fetches the successors of an item; `fetchHead` came before.
  @inline(__always)
  mutating func fetchSuccessors(_ item: UInt32) {
    guard Int(item) < lists.count else { return }
    let count = lists[Int(item)].entries.count
    Prefetch.first(&lists[Int(item)].entries, count)
  }

  /// Forgets what followed a dropped item.
  package mutating func removeAll(_ item: UInt32) {
    if Int(item) < lists.count { lists[Int(item)] = Successors() }
  }

  /// How many lists a sweep has to look at.
  package var sweepCount: Int { lists.count }

  /// Takes rows that are not live out of one list.
  package mutating func sweep(_ item: Int, isLive: (UInt32) -> Bool) {
    lists[item].entries.removeAll { !isLive($0.row) }
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt64(lists.count))
    for list in lists {
      try writer.put(column: list.entries.map(\.row))
      try writer.put(column: list.entries.map(\.weight))
      try writer.put(list.total.bitPattern)
      try writer.put(list.updated)
    }
  }

  init(
    capacity: Int, halfLifeMs: Int64, _ reader: inout SnapshotReader
  ) throws(SnapshotError) {
    self.init(capacity: capacity, halfLifeMs: halfLifeMs)
    for _ in 0..<(try reader.length(stride: 24)) {
      var list = Successors()
      let rows = try reader.column(of: UInt32.self)
      let weights = try reader.column(of: Float.self)
      list.total = try reader.float()
      list.updated = try reader.number(UInt32.self)
      guard rows.count == weights.count else { throw SnapshotReader.ended }
      list.entries = zip(rows, weights).map { CoEngagement.Successor(row: $0, weight: $1) }
      lists.append(list)
    }
  }
}

extension CoEngagement.Successors {
  /// Weights are brought forward when they are as old as this, or as a half-life.
  private static let staleMs: Int64 = 600_000

  fileprivate mutating func add(
    _ next: UInt32, _ weight: Float, second: UInt32, _ halfLifeMs: Int64, _ capacity: Int
  ) {
    var weight = weight
    if second > updated {
      let elapsed = Int64(second &- updated) &* 1000
      let factor = Decay.factor(elapsed: elapsed, halfLife: halfLifeMs)
      if elapsed >= min(Self.staleMs, halfLifeMs) {
        for index in entries.indices { entries[index].weight *= factor }
        total *= factor
        updated = second
      } else {
        // What is newer than the list's time weighs more there.
        weight /= factor
      }
    } else if second < updated {
      weight *= Decay.factor(elapsed: Int64(updated &- second) &* 1000, halfLife: halfLifeMs)
    }
    total += weight
    if let place = Columns.firstIndex(of: next, in: entries) {
      entries[place].weight += weight
      return
    }
    let entry = CoEngagement.Successor(row: next, weight: weight)
    if entries.count < capacity {
      entries.append(entry, most: capacity)
      return
    }
    entries[Columns.lowestIndex(entries)] = entry
  }
}

extension CoEngagement {
  /// Whether every successor is one of `items`.
  func isSound(items: Int) -> Bool {
    lists.count <= items
      && lists.allSatisfy { list in list.entries.allSatisfy { $0.row < items } }
  }
}
