import Index
import Sync
import Synchronization
import Testing

@Suite struct ShardedIndexTests {
  private static func index(
    _ shards: Int, threads: Int, dimension: Int = 16, metric: Metric = .cosine
  ) -> ShardedIndex {
    ShardedIndex(
      dimension: dimension, metric: metric, shards: shards, threads: threads,
      settings: GraphIndexTests.small())
  }

  private static func found(
    _ index: ShardedIndex, _ query: [Float], _ k: Int, effort: Int = 64, allowed: RowSet? = nil
  ) -> (hits: [Hit], report: SearchReport) {
    var hits: [Hit] = []
    let report = index.search(
      query: query.span, k: k, effort: effort, allowed: allowed, keepGoing: { true }, into: &hits)
    return (hits, report)
  }

  private static func exact(
    _ truth: borrowing FlatIndex, _ query: [Float], _ k: Int, allowed: RowSet? = nil
  ) -> [Hit] {
    var hits: [Hit] = []
    _ = truth.search(
      query: query.span, k: k, effort: 0, allowed: allowed, newestFirst: 0, keepGoing: { true },
      into: &hits)
    return hits
  }

  @Test(arguments: [1, 2, 3, 7], Metric.allCases)
  func staysWithItsTwin(shards: Int, metric: Metric) {
    let seed = UInt64(40 + shards)
    var draw = Drawing(seed: seed)
    let vectors = GraphIndexTests.clustered(&draw, 3000, 16)
    let index = Self.index(shards, threads: 2, metric: metric)
    var truth = FlatIndex(dimension: 16, metric: metric)
    for (step, vector) in vectors.enumerated() {
      let row = UInt32.random(in: 0..<1500, using: &draw)
      if step % 4 == 3 {
        index.remove(row: row)
        truth.remove(row: row)
      } else {
        index.insert(row: row, vector: vector.span)
        truth.insert(row: row, vector: vector.span)
      }
      if step % 50 == 0 { _ = index.settle(most: 40) }
    }
    #expect(index.count == truth.count && index.rows() == truth.rows, "seed \(seed)")
    var (ours, theirs): ([Float], [Float]) = ([], [])
    for row in 0..<UInt32(1600) {
      #expect(index.contains(row: row) == truth.contains(row: row), "seed \(seed)")
      let has = index.vector(row: row, into: &ours)
      #expect(has == truth.vector(row: row, into: &theirs), "seed \(seed)")
      if has { #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 1e-2 }, "seed \(seed)") }
    }
    var allowed = RowSet(capacity: 1500)
    for row in 0..<UInt32(1500) where row % 5 == 0 { allowed.insert(row) }
    for filter in [nil, allowed] {
      var (right, all) = (0, 0)
      for query in vectors.suffix(40) {
        let exact = Self.exact(truth, query, 10, allowed: filter)
        let found = Self.found(index, query, 10, allowed: filter)
        let rows = Set(found.hits.map(\.row))
        right += exact.count { rows.contains($0.row) }
        all += exact.count
        #expect(found.report.complete && found.report.visited >= found.hits.count)
        #expect(zip(found.hits, found.hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(filter == nil || found.hits.allSatisfy { allowed[$0.row] }, "seed \(seed)")
      }
      #expect(Double(right) >= 0.95 * Double(all), "seed \(seed): \(right) of \(all)")
    }
    index.build(threads: 2)
    #expect(index.pending == 0 && index.statistics(reach: true).rows == truth.count)
  }

  @Test func rowsAreSpreadEvenlyAndStayWhereTheyAre() {
    // A filter that allows one row each: every row is found in whatever shard it lies.
    let index = Self.index(5, threads: 1, dimension: 2)
    for row in 0..<UInt32(1000) { index.insert(row: row, vector: [Float(row), 1].span) }
    for row in 0..<UInt32(1000) {
      var only = RowSet(capacity: 1000)
      only.insert(row)
      #expect(Self.found(index, [1, 1], 3, allowed: only).hits.map(\.row) == [row])
    }
  }

  @Test func tiesComeByTheLowerRow() {
    let index = Self.index(4, threads: 3, dimension: 4, metric: .innerProduct)
    for row in 0..<UInt32(700) { index.insert(row: row, vector: [1, 0, 0, 0].span) }
    index.build(threads: 1)
    let found = Self.found(index, [1, 0, 0, 0], 700, effort: 2000)
    #expect(found.hits.map(\.row) == Array(0..<700))
  }

  @Test func isTheSameWhateverTheThreads() {
    var draw = Drawing(seed: 9)
    let vectors = GraphIndexTests.clustered(&draw, 2000, 16)
    func built(threads: Int) -> ShardedIndex {
      let index = Self.index(4, threads: threads)
      for (row, vector) in vectors.enumerated() {
        index.load(row: UInt32(row), vector: vector.span)
      }
      index.build(threads: 1)
      return index
    }
    let (one, many) = (built(threads: 1), built(threads: 4))
    #expect(one.statistics() == many.statistics())
    var (first, second): ([[Hit]], [[Hit]]) = ([], [])
    let queries = Array(vectors[0..<21].joined())
    one.search(batch: queries.span, k: 10, effort: 64, into: &first)
    many.search(batch: queries.span, k: 10, effort: 64, into: &second)
    #expect(first == second && first.count == 21)
    for query in 0..<21 {
      let (alone, together) = (
        Self.found(one, vectors[query], 10), Self.found(many, vectors[query], 10)
      )
      #expect(alone.hits == together.hits && alone.hits == first[query])
      #expect(alone.report == together.report)
    }
  }

  @Test func aStopEndsTheSearchOfEveryShard() {
    var draw = Drawing(seed: 4)
    for threads in [1, 3] {
      let index = Self.index(3, threads: threads)
      for row in 0..<UInt32(9000) {
        let vector = draw.vector(16)
        index.load(row: row, vector: vector.span)
      }
      index.build(threads: 2)
      var hits: [Hit] = []
      var asked = 0
      let query = draw.vector(16)
      let report = index.search(
        query: query.span, k: 10, effort: 4000, allowed: nil,
        keepGoing: {
          asked += 1
          return false
        }, into: &hits)
      // Several threads may be done before the first question.
      #expect(threads > 1 || asked >= 1 && !report.complete && report.visited < 9000)
      #expect(hits.count <= 10)
    }
  }

  @Test func manyThreadsSearchWhileRowsComeAndGo() {
    var draw = Drawing(seed: 31)
    let vectors = GraphIndexTests.clustered(&draw, 900, 16)
    let index = Self.index(3, threads: 3)
    for (row, vector) in vectors.prefix(400).enumerated() {
      index.load(row: UInt32(row), vector: vector.span)
    }
    index.build(threads: 1)
    let stop = Atomic(false)
    let searcher: @Sendable () -> Void = {
      var i = 0
      while !stop.load(ordering: .acquiring) || i < 40 {
        let hits = Self.found(index, vectors[i % 900], 10).hits
        #expect(Set(hits.map(\.row)).count == hits.count)
        i += 1
      }
    }
    let writer: @Sendable () -> Void = {
      for (i, vector) in vectors.enumerated() {
        let row = UInt32(i % 600)
        if i % 3 == 0 { index.remove(row: row) }
        index.insert(row: row, vector: vector.span)
        #expect(Self.found(index, vector, 3).hits.contains { $0.row == row })
        if i % 16 == 0 { _ = index.settle(most: 16) }
      }
      stop.store(true, ordering: .releasing)
    }
    for thread in [searcher, searcher, writer].map({ Thread($0) }) { thread.join() }
  }
}
