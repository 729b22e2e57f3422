/// Orders candidates by score: higher first, ties by the lower row, non-finite scores last.
///
/// A radix sort over the bits of the score: for a few thousand candidates several times as fast as
/// comparing. It leaves equal scores as they came; those few are put in the order of rows after it.
struct ScoreOrder {
  private static let digitBits = 11

  /// The complement of the ordered score above the candidate's index: ascending is the wanted
  /// order.
  private var keys: [UInt64] = []
  private var other: [UInt64] = []
  private var counts: [UInt32] = Array(repeating: 0, count: 1 << digitBits)

  /// The score as a number that compares like it; 0 for one that is not finite.
  @inline(__always)
  static func ordered(_ score: Float) -> UInt32 {
    guard score.isFinite else { return 0 }
    let bits = (score + 0).bitPattern  // + 0 turns -0 into 0
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  /// Puts the candidates' indices, best first, in place of what `order` held.
  mutating func sort(rows: [UInt32], scores: [Float], into order: inout [Int]) {
    keys.removeAll(keepingCapacity: true)
    keys.reserveCapacity(rows.count)
    for index in rows.indices {
      keys.append(
        UInt64(~Self.ordered(scores[index])) << 32 | UInt64(UInt32(truncatingIfNeeded: index)))
    }
    other.removeAll(keepingCapacity: true)
    other.append(contentsOf: keys)
    for shift in stride(from: 32, to: 64, by: Self.digitBits) {
      Self.pass(keys, &other, &counts, shift: UInt64(shift))
      swap(&keys, &other)
    }
    order.removeAll(keepingCapacity: true)
    order.reserveCapacity(rows.count)
    var start = 0
    while start < rows.count {
      let score = keys[start] >> 32
      var end = start + 1
      while end < rows.count, keys[end] >> 32 == score { end += 1 }
      for place in start..<end { order.append(Int(truncatingIfNeeded: keys[place] & 0xffff_ffff)) }
      if end - start > 1 { order[start..<end].sort { rows[$0] < rows[$1] } }
      start = end
    }
  }

  /// Sorts by one digit into `other`; equal ones keep their order.
  private static func pass(
    _ keys: borrowing [UInt64], _ other: inout [UInt64], _ counts: inout [UInt32], shift: UInt64
  ) {
    let mask: UInt64 = 1 << UInt64(digitBits) - 1
    let keys = keys.span
    var counts = counts.mutableSpan
    var other = other.mutableSpan
    for digit in counts.indices { counts[digit] = 0 }
    for index in keys.indices {
      counts[Int(truncatingIfNeeded: keys[index] &>> shift & mask)] &+= 1
    }
    var start: UInt32 = 0
    for digit in counts.indices {
      let count = counts[digit]
      counts[digit] = start
      start &+= count
    }
    for index in keys.indices {
      let digit = Int(truncatingIfNeeded: keys[index] &>> shift & mask)
      other[Int(counts[digit])] = keys[index]
      counts[digit] &+= 1
    }
  }
}
