/// Orders rows by score: higher first, ties by the lower row, non-finite scores last.
///
/// A radix sort over the bits that differ: for a few thousand rows several times as fast as
/// comparing.
struct ScoreOrder {
  /// Bits of a digit: tables of counts are cleared in each pass, so small sets have small digits.
  private static let digitBits = 11
  private static let smallDigitBits = 8
  private static let smallCount = 1_024

  /// The rows, best first.
  private(set) var rows: [UInt32] = []
  /// The complement of the ordered score above the row: ascending is the wanted order.
  private var keys: [UInt64] = []
  private var other: [UInt64] = []
  private var counts: [Int] = Array(repeating: 0, count: 1 << digitBits)

  /// The score as a number that compares like it; 0 for one that is not finite.
  @inline(__always)
  static func ordered(_ score: Float) -> UInt32 {
    guard score.isFinite else { return 0 }
    let bits = (score + 0).bitPattern  // + 0 turns -0 into 0
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  /// Sets `rows`.
  mutating func sort(rows: [UInt32], scores: [Float]) {
    keys.removeAll(keepingCapacity: true)
    var highest: UInt32 = 0
    for index in rows.indices {
      highest = max(highest, rows[index])
      keys.append(UInt64(~Self.ordered(scores[index])) << 32 | UInt64(rows[index]))
    }
    other.removeAll(keepingCapacity: true)
    other.append(contentsOf: keys)
    let rowBits = UInt32.bitWidth - highest.leadingZeroBitCount
    let bits = rows.count <= Self.smallCount ? Self.smallDigitBits : Self.digitBits
    for shift in stride(from: 0, to: rowBits, by: bits) { pass(shift: shift, bits: bits) }
    for shift in stride(from: 32, to: 64, by: bits) { pass(shift: shift, bits: bits) }
    self.rows.removeAll(keepingCapacity: true)
    for key in keys { self.rows.append(UInt32(truncatingIfNeeded: key)) }
  }

  /// Sorts by one digit; equal ones keep their order.
  private mutating func pass(shift: Int, bits: Int) {
    let mask: UInt64 = 1 << UInt64(bits) - 1
    for digit in 0..<1 << bits { counts[digit] = 0 }
    for key in keys { counts[Int(truncatingIfNeeded: key &>> UInt64(shift) & mask)] &+= 1 }
    var start = 0
    for digit in 0..<1 << bits {
      let count = counts[digit]
      counts[digit] = start
      start &+= count
    }
    for key in keys {
      let digit = Int(truncatingIfNeeded: key &>> UInt64(shift) & mask)
      other[counts[digit]] = key
      counts[digit] &+= 1
    }
    swap(&keys, &other)
  }
}
