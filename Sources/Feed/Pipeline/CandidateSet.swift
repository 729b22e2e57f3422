/// The candidates of one request as columns, each row once however many sources bring it.
///
/// A source's value of a row means something only where the row has the source's bit, so columns
/// need no clearing between requests.
package struct CandidateSet {
  /// Values that sources leave beside their bit, a column each; the first by `SourceName`.
  package enum Column: Int, CaseIterable, Sendable {
    case followed, nearest, coEngaged, trending, fresh, popular
    /// How often the row came right after the very last item; `coEngaged` brings it.
    case next

    /// The bit of the source that fills the column.
    @inline(__always)
    var bit: UInt16 {
      self == .next ? SourceName.coEngaged.bit : 1 &<< UInt16(truncatingIfNeeded: rawValue)
    }
  }

  /// The rows.
  package private(set) var rows: [UInt32] = []
  /// Which sources brought each row, a bit each.
  package private(set) var sources: [UInt16] = []
  /// What is known of each row's item; filled by `describe`.
  private(set) var facts: [ItemTable.Facts] = []
  /// The score so far.
  package var scores: [Float] = []
  /// Column-major, `capacity` a column.
  private var values: [Float] = []
  /// The item that pulled a row in, for `nearest` and for `coEngaged`: two columns.
  private var pulls: [UInt32] = []
  private var capacity = 0
  private var present: UInt16 = 0
  private var table = RowTable()

  /// No candidates.
  package init() {}

  /// How many candidates there are.
  package var count: Int { rows.count }

  /// Empties the set and makes room for `capacity` rows.
  package mutating func begin(capacity: Int) {
    rows.removeAll(keepingCapacity: true)
    sources.removeAll(keepingCapacity: true)
    facts.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
    table.removeAll()
    present = 0
    guard capacity > self.capacity else { return }
    self.capacity = capacity
    values = Array(repeating: 0, count: capacity * Column.allCases.count)
    pulls = Array(repeating: .max, count: capacity * 2)
  }

  /// Adds a row, or a source's word to a row that is there; of two values of one source the
  /// higher stays.
  ///
  /// - Returns: the row's index; nil when the set is full.
  @inline(__always)
  @discardableResult
  package mutating func add(
    _ row: UInt32, _ source: SourceName, value: Float, pulledBy item: UInt32 = .max
  ) -> Int? {
    if rows.count >= capacity, !table.contains(row) { return nil }
    let index = Int(table.number(of: row, orSet: UInt32(truncatingIfNeeded: rows.count)))
    let place = Int(source.rawValue) &* capacity &+ index
    if index == rows.count {
      rows.append(row)
      sources.append(source.bit)
    } else {
      if sources[index] & source.bit != 0, values[place] >= value { return index }
      sources[index] |= source.bit
    }
    values[place] = value
    present |= source.bit
    switch source {
    case .nearest: pulls[index] = item
    case .coEngaged:
      pulls[capacity &+ index] = item
      values[Column.next.rawValue &* capacity &+ index] = 0
    default: break
    }
    return index
  }

  /// Adds what a source found, one after the other, and fetches the places of the next ones.
  package mutating func add(
    _ rows: [UInt32], _ source: SourceName, values: [Float], pulledBy item: UInt32 = .max
  ) {
    for place in rows.indices {
      table.fetch(rows[min(place &+ FeatureExtractor.ahead, rows.count &- 1)])
      add(rows[place], source, value: values[place], pulledBy: item)
    }
  }

  /// Sets the value of `next` of a row that `coEngaged` brought.
  mutating func setNext(_ value: Float, at index: Int) {
    values[Column.next.rawValue * capacity + index] = value
  }

  /// The index of a row; nil when it is no candidate.
  @inline(__always)
  package func index(of row: UInt32) -> Int? { table[row].map { Int($0) } }

  /// What a source said of the row at `index`; 0 when it said nothing.
  @inline(__always)
  package func value(_ column: Column, at index: Int) -> Float {
    sources[index] & column.bit == 0 ? 0 : values[column.rawValue &* capacity &+ index]
  }

  /// The item that made a source bring the row at `index`; nil when there is none.
  func pull(_ source: SourceName, at index: Int) -> UInt32? {
    guard sources[index] & source.bit != 0 else { return nil }
    let item: UInt32
    switch source {
    case .nearest: item = pulls[index]
    case .coEngaged: item = pulls[capacity + index]
    default: item = .max
    }
    return item == .max ? nil : item
  }

  /// Reads what filters and features need of each item, once.
  mutating func describe(_ items: borrowing ItemTable) {
    facts.fit(rows.count, ItemTable.Facts())
    Self.describe(rows, items.facts.span, &facts)
  }

  private static func describe(
    _ rows: borrowing [UInt32], _ known: Span<ItemTable.Facts>, _ facts: inout [ItemTable.Facts]
  ) {
    let rows = rows.span
    var facts = facts.mutableSpan
    for index in rows.indices {
      let ahead = rows[min(index &+ FeatureExtractor.ahead, rows.count &- 1)]
      Prefetch.element(known, Int(ahead))
      let row = Int(rows[index])
      // A row that is none has the facts of a free row, which is not live and so is removed.
      facts[index] = row < known.count ? known[row] : ItemTable.Facts()
    }
  }

  /// Becomes the candidates at some places of another set, in their order.
  mutating func take(_ indices: [Int], of other: borrowing CandidateSet) {
    begin(capacity: indices.count)
    present = other.present
    for (place, index) in indices.enumerated() {
      rows.append(other.rows[index])
      sources.append(other.sources[index])
      facts.append(other.facts[index])
      for column in Column.allCases {
        values[column.rawValue &* capacity &+ place] =
          other.values[column.rawValue &* other.capacity &+ index]
      }
    }
  }

  /// Drops what the verdicts removed; the others keep their order.
  mutating func keep(_ verdicts: borrowing Verdicts) {
    guard verdicts.isKept.contains(false) else { return }
    table.removeAll()
    var kept = 0
    for index in rows.indices where verdicts.isKept[index] {
      rows[kept] = rows[index]
      sources[kept] = sources[index]
      facts[kept] = facts[index]
      table.set(rows[kept], UInt32(truncatingIfNeeded: kept))
      kept += 1
    }
    rows.removeLast(rows.count - kept)
    sources.removeLast(sources.count - kept)
    facts.removeLast(facts.count - kept)
    for column in Column.allCases where present & column.bit != 0 {
      Self.move(&values, verdicts, start: column.rawValue * capacity)
    }
    Self.move(&pulls, verdicts, start: 0)
    Self.move(&pulls, verdicts, start: capacity)
  }

  private static func move<Value>(
    _ column: inout [Value], _ verdicts: borrowing Verdicts, start: Int
  ) {
    var kept = start
    for index in verdicts.isKept.indices where verdicts.isKept[index] {
      column[kept] = column[start + index]
      kept += 1
    }
  }
}
