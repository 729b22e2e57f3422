internal import Index

/// Orders candidates by score: higher first, ties by the lower row, non-finite scores last.
///
/// Equal scores are left as they came by the sort; those few are put in the order of rows after it.
struct ScoreOrder {
  /// The complement of the ordered score above the candidate's index: ascending is the wanted
  /// order.
  private var keys: [UInt64] = []
  private var sorter = KeySorter()

  /// The score as a number that compares like it; 0 for one that is not finite.
  @inline(__always)
  static func ordered(_ score: Float) -> UInt32 {
    guard score.isFinite else { return 0 }
    let bits = (score + 0).bitPattern  // + 0 turns -0 into 0
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  /// Puts the candidates' indices, best first, in place of what `order` held.
  mutating func sort(rows: [UInt32], scores: [Float], into order: inout [Int]) {
    keys.fit(rows.count, 0)
    order.fit(rows.count, 0)
    Self.fill(&keys, scores)
    sorter.sort(&keys, from: 4)
    Self.read(keys, &order)
    var start = 0
    for place in 1..<max(1, keys.count) where keys[place] >> 32 == keys[place - 1] >> 32 {
      guard place >= start else { continue }
      start = place
      while start < keys.count, keys[start] >> 32 == keys[place - 1] >> 32 { start += 1 }
      order[place - 1..<start].sort { rows[$0] < rows[$1] }
    }
  }

  private static func fill(_ keys: inout [UInt64], _ scores: borrowing [Float]) {
    let scores = scores.span
    var keys = keys.mutableSpan
    for index in keys.indices {
      keys[index] =
        UInt64(~ordered(scores[index])) &<< 32 | UInt64(UInt32(truncatingIfNeeded: index))
    }
  }

  private static func read(_ keys: borrowing [UInt64], _ order: inout [Int]) {
    let keys = keys.span
    var order = order.mutableSpan
    for place in keys.indices { order[place] = Int(truncatingIfNeeded: keys[place] & 0xffff_ffff) }
  }
}
