import Index
import Sync
import Synchronization
import Testing

@Suite struct GraphIndexTests {
  /// Vectors near a few centres: neighbours mean something.
  static func clustered(_ draw: inout Drawing, _ count: Int, _ dimension: Int) -> [[Float]] {
    let centres = (0..<12).map { _ in draw.vector(dimension) }
    return (0..<count).map { _ in
      let centre = centres[Int.random(in: 0..<12, using: &draw)]
      return zip(centre, draw.vector(dimension)).map { $0 + 0.5 * $1 }
    }
  }

  static func small(_ keeps: GraphSettings.Keeps = .half) -> GraphSettings {
    var settings = GraphSettings()
    settings.capacity = 1 << 14
    settings.degree = 16
    settings.constructionEffort = 48
    settings.keeps = keeps
    return settings
  }

  static func found(
    _ index: GraphIndex, _ query: [Float], _ k: Int, effort: Int = 64, allowed: RowSet? = nil
  ) -> [Hit] {
    var hits: [Hit] = []
    _ = index.search(
      query: query.span, k: k, effort: effort, allowed: allowed, keepGoing: { true }, into: &hits)
    return hits
  }

  /// The share of the exact answers that the index gives.
  static func recall(
    _ index: GraphIndex, _ truth: borrowing FlatIndex, _ queries: [[Float]], k: Int = 10,
    allowed: RowSet? = nil
  ) -> Double {
    var (right, all) = (0, 0)
    for query in queries {
      var exact: [Hit] = []
      _ = truth.search(
        query: query.span, k: k, effort: 0, allowed: allowed, newestFirst: 0, keepGoing: { true },
        into: &exact)
      let rows = Set(found(index, query, k, allowed: allowed).map(\.row))
      right += exact.count { rows.contains($0.row) }
      all += exact.count
    }
    return all == 0 ? 1 : Double(right) / Double(all)
  }

  @Test(
    arguments: Metric.allCases,
    [GraphSettings.Keeps.half, .codesOnly])
  func staysWithItsTwinThroughInsertsReplacementsAndRemovals(
    metric: Metric, keeps: GraphSettings.Keeps
  ) {
    let seed: UInt64 = 11
    var draw = Drawing(seed: seed)
    let dimension = 20
    let vectors = Self.clustered(&draw, 2600, dimension)
    let index = GraphIndex(dimension: dimension, metric: metric, settings: Self.small(keeps))
    var truth = FlatIndex(dimension: dimension, metric: metric)
    for (step, vector) in vectors.enumerated() {
      let row = UInt32.random(in: 0..<900, using: &draw)
      if step % 3 == 2 {
        index.remove(row: row)
        truth.remove(row: row)
        #expect(!index.contains(row: row))
      } else {
        index.insert(row: row, vector: vector.span)
        truth.insert(row: row, vector: vector.span)
      }
      if step % 50 == 0 { _ = index.settle(most: 40) }
      if step % 400 == 399 {
        #expect(index.count == truth.count && index.rows() == truth.rows, "seed \(seed)")
        let recall = Self.recall(index, truth, Array(vectors.suffix(30)))
        #expect(recall >= (keeps == .half ? 0.95 : 0.8), "seed \(seed) \(metric) \(step)")
      }
    }
    while index.settle(most: 100) > 0 {}
    let statistics = index.statistics(reach: true)
    #expect(statistics.rows == truth.count && statistics.pending == 0)
    #expect(statistics.unreachable ?? 1 < 0.01)
    let all = Self.found(index, vectors[0], truth.count, effort: 4000)
    #expect(Set(all.map(\.row)).count == all.count)
    #expect(Double(all.count) >= 0.98 * Double(truth.count))
  }

  @Test(arguments: [1, 2, 3, 17, 64, 100, 257, 1024])
  func takesAnyDimension(dimension: Int) {
    var draw = Drawing(seed: UInt64(dimension))
    let index = GraphIndex(
      dimension: dimension, metric: .squaredEuclidean, settings: Self.small())
    var truth = FlatIndex(dimension: dimension, metric: .squaredEuclidean)
    let vectors = (0..<330).map { _ in draw.vector(dimension) }
    for (row, vector) in vectors.enumerated() {
      index.load(row: UInt32(row), vector: vector.span)
      truth.insert(row: UInt32(row), vector: vector.span)
    }
    index.build(threads: 1)
    #expect(Self.recall(index, truth, Array(vectors.prefix(20))) >= 0.95)
    var back: [Float] = []
    #expect(index.vector(row: 7, into: &back))
    #expect(zip(back, vectors[7]).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(!index.vector(row: 4000, into: &back))
  }

  @Test(arguments: Metric.allCases)
  func scoresLikeItsTwin(metric: Metric) {
    var draw = Drawing(seed: 5)
    let index = GraphIndex(dimension: 24, metric: metric, settings: Self.small())
    var truth = FlatIndex(dimension: 24, metric: metric)
    for row in 0..<UInt32(300) {
      let vector = draw.vector(24)
      index.insert(row: row * 3, vector: vector.span)
      truth.insert(row: row * 3, vector: vector.span)
    }
    let query = draw.vector(24)
    let rows: [UInt32] = [0, 3, 4, 30, 897, 900]
    var (ours, exact): ([Float], [Float]) = ([], [])
    index.dots(query: query.span, rows: rows.span, into: &ours)
    truth.dots(query: query.span, rows: rows.span, into: &exact)
    #expect(zip(ours, exact).allSatisfy { abs($0 - $1) < 5e-3 })
    let queries = [query, draw.vector(24), draw.vector(24)]
    var many: [Float] = []
    var longer = (0..<300 as Range<UInt32>).map { $0 }
    longer.append(contentsOf: rows)
    index.dots(queries: queries, rows: longer.span, into: &many)
    for (number, query) in queries.enumerated() {
      index.dots(query: query.span, rows: longer.span, into: &ours)
      #expect(ours == Array(many[number * longer.count..<(number + 1) * longer.count]))
    }
    var vectors: [Float] = [7]
    index.append(rows: rows.span, to: &vectors)
    var (expected, vector): ([Float], [Float]) = ([7], [])
    for row in rows {
      let has = index.vector(row: row, into: &vector)
      expected += has ? vector : [Float](repeating: 0, count: 24)
    }
    #expect(vectors == expected)
    #expect(abs(index.pairwise(3, 30) - truth.pairwise(3, 30)) < 2e-2)
    #expect(index.pairwise(3, 4) == truth.pairwise(3, 4))
  }

  @Test func anEmptyIndexAndMoreHitsThanRows() {
    let index = GraphIndex(dimension: 4, metric: .cosine, settings: Self.small())
    #expect(Self.found(index, [1, 0, 0, 0], 5).isEmpty)
    index.build(threads: 2)
    #expect(index.settle(most: 10) == 0)
    for row in 0..<UInt32(3) { index.insert(row: row, vector: [1, Float(row), 0, 0].span) }
    #expect(Self.found(index, [1, 0, 0, 0], 50).map(\.row) == [0, 1, 2])
    #expect(Self.found(index, [1, 0, 0, 0], 0).isEmpty)
    index.build(threads: 1)
    #expect(Self.found(index, [1, 0, 0, 0], 50).map(\.row) == [0, 1, 2])
    for row in 0..<UInt32(3) { index.remove(row: row) }
    #expect(index.count == 0 && Self.found(index, [1, 0, 0, 0], 50).isEmpty)
  }

  @Test func aSecondBuildFromTheSameSeedIsTheSame() {
    var draw = Drawing(seed: 8)
    let vectors = Self.clustered(&draw, 1500, 16)
    func build() -> GraphIndex {
      let index = GraphIndex(dimension: 16, metric: .cosine, settings: Self.small())
      for (row, vector) in vectors.enumerated() {
        index.load(row: UInt32(row), vector: vector.span)
      }
      index.build(threads: 1)
      return index
    }
    let (first, second) = (build(), build())
    #expect(first.statistics() == second.statistics())
    for query in vectors.prefix(40) {
      #expect(Self.found(first, query, 20) == Self.found(second, query, 20))
    }
    var together: [[Hit]] = []
    let queries = Array(vectors[0..<19].joined())
    first.search(batch: queries.span, k: 10, effort: 64, into: &together)
    #expect(together.count == 19)
    for i in 0..<19 { #expect(together[i] == Self.found(first, vectors[i], 10)) }
  }

  @Test(arguments: [0.5, 0.1, 0.01], [0, 1, 2])
  func filtersLoseNothing(share: Double, kind: Int) {
    var draw = Drawing(seed: 21)
    let count = 6000
    let vectors = Self.clustered(&draw, count, 12)
    let (index, truth) = Self.built(vectors, metric: .cosine, threads: 2)
    for query in vectors.prefix(5) {
      // Kinds: chance; the nearest to the query; the farthest from it.
      let order = Self.exact(truth, query, count).map(\.row)
      let some = Int(Double(count) * share)
      var allowed = RowSet(capacity: count)
      let rows: [UInt32] =
        kind == 0 ? order.shuffled(using: &draw) : kind == 1 ? order : order.reversed()
      for row in rows.prefix(some) { allowed.insert(row) }
      #expect(
        Self.recall(index, truth.value, [query], allowed: allowed) >= 0.9, "\(share) \(kind)")
      #expect(Self.found(index, query, 10, allowed: allowed).allSatisfy { allowed[$0.row] })
    }
  }

  @Test func equalVectorsAreAllFoundAndCostLittle() {
    var draw = Drawing(seed: 3)
    let index = GraphIndex(dimension: 8, metric: .cosine, settings: Self.small())
    let (same, others) = (draw.vector(8), Self.clustered(&draw, 600, 8))
    for row in 0..<UInt32(1200) { index.load(row: row, vector: same.span) }
    for (row, vector) in others.enumerated() {
      index.load(row: UInt32(1200 + row), vector: vector.span)
    }
    index.build(threads: 1)
    let hits = Self.found(index, same, 40)
    #expect(hits.count == 40 && hits.allSatisfy { $0.row < 1200 || $0.score >= hits[0].score })
    for row in stride(from: UInt32(0), to: 1190, by: 1) { index.remove(row: row) }
    while index.settle(most: 1000) > 0 {}
    for _ in 0..<20 { _ = index.settle(most: 100) }
    #expect(Self.found(index, same, 10).allSatisfy { $0.row >= 1190 })
    #expect(index.statistics(reach: true).unreachable ?? 1 < 0.02)
  }

  @Test func replacingHalfOfItTenTimesKeepsTheRecallOfAFreshBuild() {
    var draw = Drawing(seed: 14)
    let count = 1500
    var vectors = Self.clustered(&draw, count, 16)
    let (index, _) = Self.built(vectors, metric: .cosine, threads: 1)
    for _ in 0..<10 {
      for row in (0..<count).shuffled(using: &draw).prefix(count / 2) {
        let vector = Self.clustered(&draw, 1, 16)[0]
        vectors[row] = vector
        index.insert(row: UInt32(row), vector: vector.span)
      }
      while index.settle(most: 200) > 0 {}
      for _ in 0..<5 { _ = index.settle(most: 200) }
    }
    let (fresh, truth) = Self.built(vectors, metric: .cosine, threads: 1)
    let queries = Self.clustered(&draw, 60, 16) + vectors.prefix(60)
    let (worn, new) = (
      Self.recall(index, truth.value, queries), Self.recall(fresh, truth.value, queries)
    )
    #expect(worn >= new - 0.01, "\(worn) against \(new)")
    #expect(index.statistics().freeSlots + index.statistics().tombstones < count)
  }

  @Test func searchesInsertsAndRemovalsAtOnce() {
    var draw = Drawing(seed: 30)
    let vectors = Self.clustered(&draw, 1200, 16)
    let (index, _) = Self.built(Array(vectors.prefix(600)), metric: .cosine, threads: 2)
    let stop = Atomic(false)
    let answered = Atomic(0)
    let bodies: [@Sendable () -> Void] = [
      {
        for (i, vector) in vectors.enumerated() {
          let row = UInt32(i % 800)
          if i % 3 == 0 { index.remove(row: row) }
          index.insert(row: row, vector: vector.span)
          #expect(Self.found(index, vector, 3).contains { $0.row == row })
          if i % 16 == 0 { _ = index.settle(most: 16) }
        }
        stop.store(true, ordering: .releasing)
      },
      { while !stop.load(ordering: .acquiring) { _ = index.settle(most: 4) } },
      {
        var i = 0
        while !stop.load(ordering: .acquiring) || i < 50 {
          let hits = Self.found(index, vectors[i % 1200], 10)
          #expect(Set(hits.map(\.row)).count == hits.count)
          i += 1
        }
        answered.add(i, ordering: .relaxed)
      },
    ]
    for thread in bodies.map({ Thread($0) }) { thread.join() }
    #expect(answered.load(ordering: .relaxed) >= 50)
  }

  /// An exact twin that can be handed around.
  final class Twin: Sendable {
    let value: FlatIndex
    init(_ value: consuming FlatIndex) { self.value = value }
  }

  static func built(_ vectors: [[Float]], metric: Metric, threads: Int) -> (GraphIndex, Twin) {
    let dimension = vectors[0].count
    let index = GraphIndex(dimension: dimension, metric: metric, settings: small())
    var truth = FlatIndex(dimension: dimension, metric: metric)
    for (row, vector) in vectors.enumerated() {
      index.load(row: UInt32(row), vector: vector.span)
      truth.insert(row: UInt32(row), vector: vector.span)
    }
    index.build(threads: threads)
    return (index, Twin(truth))
  }

  static func exact(_ truth: Twin, _ query: [Float], _ k: Int) -> [Hit] {
    var hits: [Hit] = []
    _ = truth.value.search(
      query: query.span, k: k, effort: 0, allowed: nil, newestFirst: 0, keepGoing: { true },
      into: &hits)
    return hits
  }
}
