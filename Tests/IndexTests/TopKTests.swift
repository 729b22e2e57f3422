import Index
import Testing

@Suite struct TopKTests {
  /// The truth: sort everything, cut.
  private func twin(_ offers: [Hit], k: Int) -> [Hit] {
    let cleaned = offers.map { Hit(row: $0.row, score: $0.score.isFinite ? $0.score : -.infinity) }
    let sorted = cleaned.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row
    }
    return Array(sorted.prefix(max(k, 0)))
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func keepsWhatSortingKeeps(seed: UInt64) {
    var draw = Drawing(seed: seed)
    let special: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
      .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    ]
    var top = TopK(k: 0)
    var hits = [Hit(row: 9, score: 9)]
    for _ in 0..<200 {
      let rows = (0..<UInt32.random(in: 0...300, using: &draw)).shuffled(using: &draw)
      let offers = rows.map { row in
        let score: Float =
          switch Int.random(in: 0..<3, using: &draw) {
          case 0: special.randomElement(using: &draw)!
          case 1: Float(Int.random(in: -3...3, using: &draw))
          default: Float.random(in: -1...1, using: &draw)
          }
        return Hit(row: row, score: score)
      }
      // Few are compared, many are sorted by bytes.
      let k = Int.random(in: -1...250, using: &draw)
      top.reset(k: k)
      for offer in offers { top.insert(row: offer.row, score: offer.score) }
      top.drain(into: &hits)
      #expect(hits == twin(offers, k: k), "seed \(seed), k \(k)")
    }
  }

  @Test func thresholdIsTheWorstKeptScoreOnceFull() {
    var top = TopK(k: 2)
    top.insert(row: 1, score: 5)
    #expect(top.threshold == -.infinity)
    top.insert(row: 2, score: 3)
    #expect(top.threshold == 3)
    top.insert(row: 3, score: 4)
    #expect(top.threshold == 4)
    top.insert(row: 0, score: 4)
    var hits: [Hit] = []
    top.drain(into: &hits)
    #expect(hits == [Hit(row: 1, score: 5), Hit(row: 0, score: 4)])
    #expect(top.count == 0)
    #expect(top.threshold == -.infinity)
  }

  @Test func extremeRowsKeepTheirOrder() {
    var top = TopK(k: 3)
    for row in [UInt32.max, 0, 1 << 31] { top.insert(row: row, score: 1) }
    var hits: [Hit] = []
    top.drain(into: &hits)
    #expect(hits.map(\.row) == [0, 1 << 31, .max])
  }
}
