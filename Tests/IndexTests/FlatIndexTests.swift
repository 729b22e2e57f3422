import Index
import Testing

@Suite struct FlatIndexTests {
  private struct Case: Sendable, CustomStringConvertible {
    var metric: Metric
    var dimension: Int
    var seed: UInt64
    var description: String { "\(metric.rawValue), \(dimension) dimensions, seed \(seed)" }
  }

  private static let cases = Metric.allCases.flatMap { metric in
    [1, 7, 64].map { Case(metric: metric, dimension: $0, seed: UInt64($0) * 31 + 5) }
  }

  /// Small integers: inner products and distances are exact, so rows must agree, ties included;
  /// a cosine is rounded, so there the scores must agree and be in order.
  @Test(arguments: cases)
  private func agreesWithTheNaiveTwin(_ test: Case) {
    var draw = Drawing(seed: test.seed)
    var index = FlatIndex(dimension: test.dimension, metric: test.metric)
    var twin = NaiveIndex(metric: test.metric)
    // Rows on both sides of the chunks' edges, and dense runs.
    let rows = Array(UInt32(0)..<200) + Array(4_000..<4_200) + Array(12_280..<12_300)
    var hits: [Hit] = []
    for step in 0..<400 {
      for _ in 0..<6 {
        let row = rows.randomElement(using: &draw)!
        if Int.random(in: 0..<4, using: &draw) > 0 {
          let vector = draw.coarseVector(test.dimension)
          index.insert(row: row, vector: vector.span)
          twin.vectors[row] = vector
        } else {
          index.remove(row: row)
          twin.vectors[row] = nil
        }
      }
      let query = draw.coarseVector(test.dimension)
      let k = Int.random(in: 0...30, using: &draw)
      let limit = Bool.random(using: &draw) ? 0 : Int.random(in: 1...300, using: &draw)
      let allowed = filter(rows, using: &draw)
      let report = index.search(
        query: query.span, k: k, effort: 0, allowed: allowed, newestFirst: limit,
        keepGoing: { true }, into: &hits)
      let (seen, complete) = twin.eligible(allowed: allowed, limit: limit)
      let truth = twin.search(query: query, k: k, rows: seen)
      #expect(index.count == twin.vectors.count, "\(test), step \(step)")
      #expect(hits.count == truth.count, "\(test), step \(step)")
      if k > 0 {
        #expect(report == SearchReport(visited: seen.count, complete: complete), "\(test) \(step)")
      }
      if test.metric != .cosine {
        #expect(hits.map(\.row) == truth.map(\.row), "\(test), step \(step)")
      }
      for (hit, best) in zip(hits, truth) {
        #expect(abs(Double(hit.score) - best.score) < 1e-5, "\(test), step \(step)")
        let own = twin.score(query, twin.vectors[hit.row]!)
        #expect(abs(Double(hit.score) - own) < 1e-5, "\(test), step \(step)")
      }
    }
  }

  /// Nil, none, a few, most or all rows.
  private func filter(_ rows: [UInt32], using draw: inout Drawing) -> RowSet? {
    let share = [nil, 0, 0.05, 0.8, 1].randomElement(using: &draw)!
    guard let share else { return nil }
    var allowed = RowSet(capacity: 100)
    for row in rows where Double.random(in: 0..<1, using: &draw) < share { allowed.insert(row) }
    return allowed
  }

  @Test(arguments: Metric.allCases)
  func scoresOfAPairAndOfAListAgreeWithSearch(metric: Metric) {
    var draw = Drawing(seed: 77)
    var index = FlatIndex(dimension: 50, metric: metric)
    for row in UInt32(0)..<300 { index.insert(row: row * 17, vector: draw.vector(50).span) }
    var query: [Float] = []
    #expect(index.vector(row: 170, into: &query))
    let rows = (UInt32(0)..<5_200).shuffled(using: &draw)
    var dots: [Float] = [1, 2]
    index.dots(query: query.span, rows: rows.span, into: &dots)
    #expect(dots.count == rows.count)
    var hits: [Hit] = []
    let report = index.search(
      query: query.span, k: 400, effort: 0, allowed: nil, newestFirst: 0, keepGoing: { true },
      into: &hits)
    #expect(report == SearchReport(visited: 300, complete: true))
    #expect(hits.count == 300)
    for hit in hits {
      #expect(index.pairwise(170, hit.row) == hit.score)
    }
    if metric != .squaredEuclidean {
      let scores = Dictionary(uniqueKeysWithValues: hits.map { ($0.row, $0.score) })
      for (row, dot) in zip(rows, dots) { #expect(dot == scores[row] ?? 0, "row \(row)") }
    }
    for row in [UInt32(1), 5_099, .max] {
      let worst: Float = metric == .squaredEuclidean ? -.greatestFiniteMagnitude : 0
      #expect(index.pairwise(170, row) == worst)
    }
  }

  @Test func stopsWhenAskedAndSaysSo() {
    var index = FlatIndex(dimension: 2, metric: .innerProduct)
    let vector: [Float] = [1, 0]
    for row in UInt32(0)..<20_000 { index.insert(row: row, vector: vector.span) }
    var asked = 0
    var hits: [Hit] = []
    let stopped = index.search(
      query: vector.span, k: 3, effort: 0, allowed: nil, newestFirst: 0,
      keepGoing: {
        asked += 1
        return asked < 3
      }, into: &hits)
    #expect(asked == 3)
    #expect(!stopped.complete)
    #expect((8_000...16_000).contains(stopped.visited))
    // Equal scores: the lowest of the rows that were seen, which are the highest.
    let lowest = UInt32(20_000 - stopped.visited)
    #expect(hits.map(\.row) == [lowest, lowest + 1, lowest + 2])
    let whole = index.search(
      query: vector.span, k: 3, effort: 0, allowed: nil, newestFirst: 20_000,
      keepGoing: { true }, into: &hits)
    #expect(whole == SearchReport(visited: 20_000, complete: true))
    #expect(hits.map(\.row) == [0, 1, 2])
  }

  private final class Shared: Sendable {
    let index: FlatIndex

    init(_ index: consuming FlatIndex) { self.index = index }

    /// The 50 best rows, or none when a list of their scores disagrees.
    func searchRepeatedly(_ query: [Float]) -> [Hit] {
      var (hits, dots): ([Hit], [Float]) = ([], [])
      for _ in 0..<20 {
        _ = index.search(
          query: query.span, k: 50, effort: 0, allowed: nil, newestFirst: 0, keepGoing: { true },
          into: &hits)
        let rows = hits.map { $0.row }
        index.dots(query: query.span, rows: rows.span, into: &dots)
        if dots != hits.map({ $0.score }) { return [] }
      }
      return hits
    }
  }

  /// What the thread sanitizer watches: readers share nothing that they write.
  @Test func readersShareAnIndex() async {
    var draw = Drawing(seed: 99)
    var index = FlatIndex(dimension: 33, metric: .cosine)
    for row in UInt32(0)..<2_000 { index.insert(row: row, vector: draw.vector(33).span) }
    let query = draw.vector(33)
    let shared = Shared(index)
    let found = await withTaskGroup(of: [Hit].self) { group in
      for _ in 0..<8 {
        group.addTask { shared.searchRepeatedly(query) }
      }
      return await group.reduce(into: [[Hit]]()) { $0.append($1) }
    }
    #expect(found.count == 8 && found[0].count == 50)
    #expect(found.allSatisfy { $0 == found[0] })
  }

  @Test func emptyIndexFindsNothing() {
    let index = FlatIndex(dimension: 3, metric: .cosine)
    var hits = [Hit(row: 1, score: 1)]
    var vector: [Float] = [4]
    let query: [Float] = [1, 2, 3]
    let report = index.search(
      query: query.span, k: 5, effort: 0, allowed: nil, newestFirst: 0, keepGoing: { true },
      into: &hits)
    #expect(report == SearchReport(visited: 0, complete: true))
    #expect(hits.isEmpty && index.count == 0 && !index.contains(row: 0))
    #expect(!index.vector(row: 0, into: &vector) && vector == [4])
    #expect(index.withVector(row: 0, { $0.count }) == nil)
  }

  @Test func nonFiniteScoresComeLast() {
    for metric in Metric.allCases {
      var index = FlatIndex(dimension: 2, metric: metric)
      let vectors: [[Float]] = [
        [.nan, 1], [.infinity, 1], [3e38, -3e38], [-1, -1], [.infinity, -.infinity], [0, 0],
      ]
      for (row, vector) in vectors.enumerated() {
        index.insert(row: UInt32(row), vector: vector.span)
      }
      var hits: [Hit] = []
      let query: [Float] = [1e10, 1e10]
      _ = index.search(
        query: query.span, k: 6, effort: 0, allowed: nil, newestFirst: 0, keepGoing: { true },
        into: &hits)
      #expect(hits.count == 6)
      let finite = hits.prefix { $0.score.isFinite }.map(\.row)
      #expect(finite.contains(3) && finite.contains(5), "\(metric)")
      #expect(hits.dropFirst(finite.count).allSatisfy { $0.score == -.infinity }, "\(metric)")
    }
  }

  @Test func cosineKeepsUnitVectorsBitForBit() {
    var draw = Drawing(seed: 5)
    for dimension in [1, 3, 64, 384] {
      var first = FlatIndex(dimension: dimension, metric: .cosine)
      var second = FlatIndex(dimension: dimension, metric: .cosine)
      var (kept, again): ([Float], [Float]) = ([], [])
      for row in UInt32(0)..<200 {
        first.insert(row: row, vector: draw.vector(dimension).span)
        #expect(first.vector(row: row, into: &kept))
        second.insert(row: row, vector: kept.span)
        #expect(second.vector(row: row, into: &again))
        #expect(kept.map(\.bitPattern) == again.map(\.bitPattern))
        let length = kept.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(length - 1) < 1e-6)
      }
    }
  }

  @Test func anErasedVectorLeavesNothing() {
    var index = FlatIndex(dimension: 4, metric: .innerProduct)
    let vector: [Float] = [1, 2, 3, 4]
    index.insert(row: 0, vector: vector.span)
    index.insert(row: 1, vector: vector.span)
    index.remove(row: 1)
    index.remove(row: 1)
    index.remove(row: 9_999)
    #expect(index.count == 1 && !index.contains(row: 1))
    index.remove(row: 0)
    #expect(index.rows.isEmpty)
    index.insert(row: 1, vector: vector.span)
    #expect(index.withVector(row: 1, { $0[3] }) == 4)
    var dots: [Float] = []
    index.dots(query: vector.span, rows: ([0, 1] as [UInt32]).span, into: &dots)
    #expect(dots == [0, 30])
  }
}
