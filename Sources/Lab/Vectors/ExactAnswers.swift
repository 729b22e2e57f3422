public import Index
internal import Sync

/// The true nearest rows of queries, by scoring every row.
public final class ExactAnswers: Sendable {
  private let flat: FlatIndex
  /// Where the rows that were kept lie in it; nil: every row in its own place.
  private let places: [UInt32: UInt32]?

  /// Holds all vectors.
  public init(_ vectors: VectorTable, metric: Metric) {
    var flat = FlatIndex(dimension: vectors.dimension, metric: metric)
    for row in 0..<vectors.count {
      vectors.withVector(row) { flat.insert(row: UInt32(row), vector: $0) }
    }
    self.flat = flat
    places = nil
  }

  /// The answers to some queries over vectors that come a few at a time, of which only the
  /// `k` nearest to each query are kept: `thresholds` is for these queries, at most `k` hits, and
  /// no filter. The threads share the queries.
  public init(
    _ seeded: SeededVectors, queries: VectorTable, k: Int, metric: Metric, threads: Int,
    each: (Int, VectorTable) -> Void
  ) {
    let tops = Tops(count: queries.count, k: k)
    var places: [UInt32: UInt32] = [:]
    var kept = FlatIndex(dimension: seeded.dimension, metric: metric)
    seeded.pieces(of: Self.piece) { first, vectors in
      each(first, vectors)
      let part = ExactAnswers(vectors, metric: metric)
      let workers = (0..<max(1, threads)).map { worker in
        Thread {
          for index in stride(from: worker, to: queries.count, by: max(1, threads)) {
            var hits: [Hit] = []
            queries.withVector(index) { query in
              _ = part.flat.search(
                query: query, k: k, effort: 0, allowed: nil, newestFirst: 0,
                keepGoing: { true }, into: &hits)
            }
            tops.offer(hits, from: UInt32(first), to: index)
          }
        }
      }
      for worker in workers { worker.join() }
      // A row that is among the best so far is kept, whether or not it stays so.
      for row in tops.rows(from: UInt32(first)) {
        let place = UInt32(places.count)
        places[row] = place
        vectors.withVector(Int(row) - first) { kept.insert(row: place, vector: $0) }
      }
    }
    flat = kept
    self.places = places
  }

  private static let piece = 1 << 16

  /// The score of the `k`th nearest allowed row for every query: a row of at least this score is a
  /// true one. `-infinity` where fewer than `k` rows are allowed.
  ///
  /// - Parameters:
  ///   - filters: the rows allowed, one set a query in turn; empty: all rows.
  ///   - threads: how many work on it.
  public func thresholds(
    _ queries: VectorTable, k: Int, filters: [RowSet] = [], threads: Int
  ) -> [Float] {
    let shelf = Lock()
    let result = Results(count: queries.count)
    let workers = (0..<max(1, threads)).map { worker in
      Thread {
        var hits: [Hit] = []
        for index in stride(from: worker, to: queries.count, by: max(1, threads)) {
          let allowed = filters.isEmpty ? nil : filters[index % filters.count]
          queries.withVector(index) { query in
            _ = self.flat.search(
              query: query, k: k, effort: 0, allowed: allowed, newestFirst: 0,
              keepGoing: { true }, into: &hits)
          }
          let least = hits.count < k ? -.infinity : hits[k - 1].score
          shelf.withLock { result.put(least, at: index) }
        }
      }
    }
    for worker in workers { worker.join() }
    return shelf.withLock { result.values }
  }

  /// The exact scores of rows, in their order; `-infinity` for one that was not kept.
  func scores(_ query: Span<Float>, _ hits: [Hit], into scores: inout [Float]) {
    let rows = hits.map { hit in places.map { $0[hit.row] ?? .max } ?? hit.row }
    guard flat.metric == .squaredEuclidean else {
      flat.dots(query: query, rows: rows.span, into: &scores)
      for i in rows.indices where !flat.contains(row: rows[i]) { scores[i] = -.infinity }
      return
    }
    scores.removeAll(keepingCapacity: true)
    for row in rows {
      let distance = flat.withVector(row: row) { vector in
        var sum: Float = 0
        for i in vector.indices { sum += (vector[i] - query[i]) * (vector[i] - query[i]) }
        return sum
      }
      scores.append(-(distance ?? .infinity))
    }
  }
}

/// Numbers that several threads fill in, under one lock.
private final class Results: @unchecked Sendable {
  // Sendable: only touched inside the lock of whoever made it.
  private(set) var values: [Float]

  init(count: Int) { values = Array(repeating: 0, count: count) }

  func put(_ value: Float, at index: Int) { values[index] = value }
}

/// The nearest rows to each query so far.
private final class Tops: @unchecked Sendable {
  // Sendable: only touched under the lock.
  private let lock = Lock()
  private var best: [[Hit]]
  private let k: Int

  init(count: Int, k: Int) {
    best = Array(repeating: [], count: count)
    self.k = k
  }

  /// Hits for a query, whose rows count from `first`.
  func offer(_ hits: [Hit], from first: UInt32, to query: Int) {
    lock.withLock {
      var top = TopK(k: k)
      for hit in best[query] { top.insert(row: hit.row, score: hit.score) }
      for hit in hits { top.insert(row: first + hit.row, score: hit.score) }
      top.drain(into: &best[query])
    }
  }

  /// All rows among the best from `first` on.
  func rows(from first: UInt32) -> Set<UInt32> {
    lock.withLock { Set(best.joined().map(\.row).filter { $0 >= first }) }
  }
}
