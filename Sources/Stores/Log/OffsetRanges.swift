/// A set of offsets as sorted ranges that do not touch.
struct OffsetRanges: Equatable {
  private(set) var ranges: [ClosedRange<UInt64>] = []

  /// Whether there are none.
  var isEmpty: Bool { ranges.isEmpty }

  /// The lowest.
  var first: UInt64? { ranges.first?.lowerBound }

  /// How many offsets there are.
  var count: UInt64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) + 1 } }

  /// Whether every offset of `first...last` is in the set; an empty range is.
  func cover(_ first: UInt64, _ last: UInt64) -> Bool {
    first > last || ranges.contains { $0.lowerBound <= first && last <= $0.upperBound }
  }

  /// Adds the offsets `first...last`, merging what touches.
  mutating func insert(_ first: UInt64, _ last: UInt64) {
    guard first <= last else { return }
    var merged = first...last
    var rest: [ClosedRange<UInt64>] = []
    for range in ranges {
      let touches =
        range.lowerBound <= merged.upperBound &+ 1 && merged.lowerBound <= range.upperBound &+ 1
      if touches {
        merged =
          min(range.lowerBound, merged.lowerBound)...max(range.upperBound, merged.upperBound)
      } else {
        rest.append(range)
      }
    }
    rest.append(merged)
    ranges = rest.sorted { $0.lowerBound < $1.lowerBound }
  }
}

extension OffsetRanges {
  static let select = "SELECT first, last FROM loss ORDER BY first"

  /// Reads the table of accepted losses.
  init(reading select: borrowing Statement) throws(SQLiteError) {
    while try select.step() { insert(select.bits(0), select.bits(1)) }
  }
}
