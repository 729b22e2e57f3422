/// Which items follow which inside sessions: for each item a bounded list of successors with
/// decayed weights, learned as actions arrive.
///
/// A list's weights are true as of its own `updated`; that is brought forward when an action
/// arrives ten minutes later or more, and by the reader, so that idle lists cost nothing.
package struct CoEngagement {

  /// Successors of one item; `total` is the sum of all weights ever added, decayed alike.
  package struct Successors {
    package var rows: [UInt32] = []
    package var weights: [Float] = []
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
    guard Int(item) < lists.count, !lists[Int(item)].rows.isEmpty else { return nil }
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

  /// Fetches what the list of an item holds; `fetchList` came before.
  @inline(__always)
  mutating func fetchSuccessors(_ item: UInt32) {
    guard Int(item) < lists.count else { return }
    Prefetch.first(&lists[Int(item)].rows, capacity)
    Prefetch.first(&lists[Int(item)].weights, capacity)
  }

  /// Forgets what followed a dropped item.
  package mutating func removeAll(_ item: UInt32) {
    if Int(item) < lists.count { lists[Int(item)] = Successors() }
  }

  /// How many lists a sweep has to look at.
  package var sweepCount: Int { lists.count }

  /// Takes rows that are not live out of one list.
  package mutating func sweep(_ item: Int, isLive: (UInt32) -> Bool) {
    guard !lists[item].rows.allSatisfy(isLive) else { return }
    let kept = lists[item].rows.indices.filter { isLive(lists[item].rows[$0]) }
    lists[item].weights = kept.map { lists[item].weights[$0] }
    lists[item].rows = kept.map { lists[item].rows[$0] }
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt64(lists.count))
    for list in lists {
      try writer.put(column: list.rows)
      try writer.put(column: list.weights)
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
      list.rows = try reader.column(of: UInt32.self)
      list.weights = try reader.column(of: Float.self)
      list.total = try reader.float()
      list.updated = try reader.number(UInt32.self)
      guard list.rows.count == list.weights.count else { throw SnapshotReader.ended }
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
        for index in weights.indices { weights[index] *= factor }
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
    if let place = Columns.firstIndex(of: next, in: rows) {
      weights[place] += weight
      return
    }
    if rows.count < capacity {
      rows.append(next)
      weights.append(weight)
      return
    }
    let weakest = Columns.lowestIndex(weights)
    rows[weakest] = next
    weights[weakest] = weight
  }
}

extension CoEngagement {
  /// Whether every successor is one of `items`.
  func isSound(items: Int) -> Bool {
    lists.count <= items
      && lists.allSatisfy { list in list.rows.allSatisfy { $0 < items } }
  }
}
