import Index
import Testing

@Suite struct RowSetTests {
  @Test(arguments: [UInt64(11), 12, 13, 14])
  func behavesAsASet(seed: UInt64) {
    var draw = Drawing(seed: seed)
    var rows = RowSet(capacity: 100)
    var truth: Set<UInt32> = []
    for step in 0..<3_000 {
      let row = UInt32.random(in: 0..<700, using: &draw)
      if Bool.random(using: &draw) {
        #expect(rows.insert(row) == truth.insert(row).inserted, "seed \(seed), step \(step)")
      } else {
        #expect(rows.remove(row) == (truth.remove(row) != nil), "seed \(seed), step \(step)")
      }
      #expect(rows.count == truth.count, "seed \(seed), step \(step)")
    }
    for row in UInt32(0)..<1_000 { #expect(rows[row] == truth.contains(row)) }
    var listed: [UInt32] = []
    rows.forEach { listed.append($0) }
    #expect(listed == truth.sorted(), "seed \(seed)")
  }

  @Test(arguments: [UInt64(21), 22, 23])
  func combinesAsSetsDo(seed: UInt64) {
    var draw = Drawing(seed: seed)
    for _ in 0..<50 {
      let bounds = (
        UInt32.random(in: 1...300, using: &draw), UInt32.random(in: 1...300, using: &draw)
      )
      var (a, b) = (RowSet(), RowSet(capacity: 512))
      var (left, right): (Set<UInt32>, Set<UInt32>) = ([], [])
      for _ in 0..<40 {
        let (x, y) = (
          UInt32.random(in: 0..<bounds.0, using: &draw),
          UInt32.random(in: 0..<bounds.1, using: &draw)
        )
        a[x] = true
        b[y] = true
        left.insert(x)
        right.insert(y)
      }
      var (union, common, rest) = (a, a, a)
      union.formUnion(b)
      common.formIntersection(b)
      rest.subtract(b)
      #expect(union == rowSet(left.union(right)), "seed \(seed)")
      #expect(common == rowSet(left.intersection(right)), "seed \(seed)")
      #expect(rest == rowSet(left.subtracting(right)), "seed \(seed)")
      #expect(a == b || left != right, "seed \(seed)")
    }
  }

  @Test func emptyAgain() {
    var rows = RowSet(capacity: 64)
    rows[5] = true
    rows[500] = true
    #expect(!rows.isEmpty)
    rows[5] = false
    rows.removeAll()
    #expect(rows.isEmpty && !rows.contains(500) && !rows.contains(.max))
    #expect(rows == RowSet())
  }

  private func rowSet(_ rows: Set<UInt32>) -> RowSet {
    var set = RowSet()
    for row in rows { set.insert(row) }
    return set
  }
}
