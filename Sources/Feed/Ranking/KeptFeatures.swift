/// Features of items that were computed before, by row: one entry a row and few enough to stay in
/// the cache, so a row takes the place of another.
///
/// An entry is true while the item is the same, no event of it was counted, and the minute is the
/// same.
struct KeptFeatures {
  private static let slotsLog2 = 15
  private static let width = 16

  private struct Entry {
    /// Of the item; 0 = the entry is free.
    var serial: UInt64 = 0
    /// How many events of the item were counted.
    var events: UInt32 = 0
    var minute: UInt32 = 0
    var values = InlineArray<16, Float>(repeating: 0)
  }

  private let features: [Feature]
  /// Empty until it is needed.
  private var entries: [Entry] = []
  /// The World that the entries are of.
  private var owner: Freshness?

  /// A place for at most 16 features of each item.
  init(_ features: [Feature]) {
    precondition(features.count <= Self.width, "an entry has room for so many")
    self.features = features
  }

  /// Copies what is kept of the candidates into their columns.
  ///
  /// - Parameters:
  ///   - places: becomes the candidates of which nothing true is kept.
  ///   - missing: becomes their rows.
  mutating func find(
    _ world: borrowing World, minute: UInt32, _ candidates: borrowing CandidateSet,
    into matrix: inout FeatureMatrix, missing places: inout [Int], rows missing: inout [UInt32]
  ) {
    if entries.isEmpty || owner !== world.freshness {
      entries = Array(repeating: Entry(), count: 1 << Self.slotsLog2)
      owner = world.freshness
    }
    places.removeAll(keepingCapacity: true)
    missing.removeAll(keepingCapacity: true)
    let starts = starts(matrix)
    let width = features.count
    let (rows, facts) = (candidates.rows.span, candidates.facts.span)
    let totals = world.engagement.totals.span
    let entries = entries.span
    var values = matrix.values.mutableSpan
    for index in rows.indices {
      let ahead = rows[min(index &+ FeatureExtractor.ahead, rows.count &- 1)]
      Prefetch.element(totals, Int(ahead) &* Channel.count)
      Prefetch.element(entries, Self.slot(ahead))
      let slot = Self.slot(rows[index])
      guard entries[slot].serial == facts[index].serial, entries[slot].minute == minute,
        entries[slot].events == Self.events(totals, rows[index])
      else {
        places.append(index)
        missing.append(rows[index])
        continue
      }
      for column in 0..<width {
        values[starts[column] &+ index] = entries[slot].values[column]
      }
    }
  }

  /// Keeps features that were computed of some candidates, and copies them into their columns.
  ///
  /// - Parameter places: which candidates they are of.
  mutating func keep(
    _ fresh: borrowing FeatureMatrix, _ world: borrowing World, minute: UInt32,
    _ candidates: borrowing CandidateSet, _ places: [Int], into matrix: inout FeatureMatrix
  ) {
    let (from, to) = (starts(fresh), starts(matrix))
    let width = features.count
    let (rows, facts) = (candidates.rows.span, candidates.facts.span)
    let totals = world.engagement.totals.span
    let computed = fresh.values.span
    var entries = self.entries.mutableSpan
    var values = matrix.values.mutableSpan
    for (number, index) in places.enumerated() {
      let slot = Self.slot(rows[index])
      entries[slot].serial = facts[index].serial
      entries[slot].minute = minute
      entries[slot].events = Self.events(totals, rows[index])
      for column in 0..<width {
        let value = computed[from[column] &+ number]
        entries[slot].values[column] = value
        values[to[column] &+ index] = value
      }
    }
  }

  /// Where the columns of the features begin.
  private func starts(_ matrix: borrowing FeatureMatrix) -> InlineArray<16, Int> {
    var starts = InlineArray<16, Int>(repeating: 0)
    for (column, feature) in features.enumerated() { starts[column] = matrix.start(feature) }
    return starts
  }

  @inline(__always)
  private static func slot(_ row: UInt32) -> Int { Int(row) & (1 << slotsLog2 &- 1) }

  /// How many events of a row were counted: each adds one to one of its lifetime counts.
  @inline(__always)
  private static func events(_ totals: Span<UInt32>, _ row: UInt32) -> UInt32 {
    let first = Int(row) &* Channel.count
    var sum: UInt32 = 0
    for channel in 0..<Channel.count { sum &+= totals[first &+ channel] }
    return sum
  }
}
