/// Features of items that were computed before, by row: one entry a row and few enough to stay in
/// the cache, so a row takes the place of another.
///
/// An entry is true while the item is the same, no event of it was counted, and the minute is the
/// same.
struct KeptFeatures {
  private static let slotsLog2 = 15
  private static let width = 16

  /// How far ahead of a candidate the memory of another is asked for.
  private static let ahead = 32

  /// What an entry is true of.
  private struct Entry: Equatable {
    /// Of the item; 0 = the entry is free.
    var serial: UInt64 = 0
    /// How many events of the item were counted.
    var events: UInt32 = 0
    var minute: UInt32 = 0
  }

  private let features: [Feature]
  /// Empty until it is needed.
  private var entries: [Entry] = []
  /// `width` an entry.
  private var values: [Float] = []
  /// The World that the entries are of.
  private var owner: Freshness?
  /// The entry of each candidate.
  private var slots: [UInt32] = []

  /// A place for 16 features of each item.
  init(_ features: [Feature]) {
    precondition(features.count == Self.width, "an entry has room for so many")
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
      values = Array(repeating: 0, count: entries.count * Self.width)
      owner = world.freshness
    }
    places.removeAll(keepingCapacity: true)
    missing.removeAll(keepingCapacity: true)
    slots.fit(candidates.count, 0)
    Self.find(
      world.engagement.totals.span, minute, candidates, entries, values, &slots,
      missing: &places, rows: &missing)
    // Those that are missing are written again once they are known.
    matrix.take(features, values.span, slots: slots.span)
  }

  private static func find(
    _ totals: Span<UInt32>, _ minute: UInt32, _ candidates: borrowing CandidateSet,
    _ entries: borrowing [Entry], _ values: borrowing [Float], _ slots: inout [UInt32],
    missing places: inout [Int], rows missing: inout [UInt32]
  ) {
    let rows = candidates.rows.span
    let (entries, values) = (entries.span, values.span)
    var slots = slots.mutableSpan
    for index in rows.indices {
      let ahead = rows[min(index &+ Self.ahead, rows.count &- 1)]
      Prefetch.element(totals, Int(ahead) &* Channel.count)
      Prefetch.element(entries, slot(ahead))
      Prefetch.element(values, slot(ahead) &* width)
      let slot = slot(rows[index])
      slots[index] = UInt32(truncatingIfNeeded: slot)
      if entries[slot] != entry(totals, minute, candidates, index) {
        places.append(index)
        missing.append(rows[index])
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
    let rows = candidates.rows.span
    let starts = features.map { (from: fresh.start($0), to: matrix.start($0)) }
    let totals = world.engagement.totals.span
    let computed = fresh.values.span
    for index in places {
      entries[Self.slot(rows[index])] = Self.entry(totals, minute, candidates, index)
    }
    var kept = self.values.mutableSpan
    var values = matrix.values.mutableSpan
    for (number, index) in places.enumerated() {
      let slot = Self.slot(rows[index])
      for column in starts.indices {
        let value = computed[starts[column].from &+ number]
        kept[slot &* Self.width &+ column] = value
        values[starts[column].to &+ index] = value
      }
    }
  }

  /// What is true of a candidate now.
  @inline(__always)
  private static func entry(
    _ totals: Span<UInt32>, _ minute: UInt32, _ candidates: borrowing CandidateSet, _ index: Int
  ) -> Entry {
    Entry(
      serial: candidates.facts[index].serial, events: events(totals, candidates.rows[index]),
      minute: minute)
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
