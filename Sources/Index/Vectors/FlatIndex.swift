/// Exact search: every allowed row is scored.
///
/// ```swift
/// var index = FlatIndex(dimension: 64, metric: .cosine)
/// index.insert(row: 0, vector: vector.span)
/// let report = index.search(
///   query: query.span, k: 10, effort: 0, allowed: nil, newestFirst: 0,
///   keepGoing: { true }, into: &hits)
/// ```
///
/// Rows are positions: memory follows the highest row, in chunks of 4,096 rows that are allocated
/// when first used and freed when empty. With `Metric.cosine` vectors are kept at length one; one
/// whose length is one already, to a millionth, is kept as it is, so what was read from an index
/// and inserted again stays the same bit for bit. Scores of one row agree bit for bit between all
/// calls on one machine; between machines the last bits may differ.
public struct FlatIndex: VectorIndex, ~Copyable, Sendable {
  /// How vectors are compared.
  public let metric: Metric
  private var store: VectorStore

  /// Makes an empty index for vectors of `dimension` components.
  ///
  /// - Precondition: `dimension` is 1 to 65,536.
  public init(dimension: Int, metric: Metric) {
    self.metric = metric
    store = VectorStore(dimension: dimension)
  }

  /// Components of a vector.
  public var dimension: Int { store.dimension }

  /// Rows that have a vector.
  public var count: Int { store.present.count }

  /// The rows that have a vector.
  public var rows: RowSet { store.present }

  /// Gives `row` a vector, in place of one that it had.
  ///
  /// - Complexity: O(dimension), and zeroing a chunk when the row is the first in it.
  public mutating func insert(row: UInt32, vector: Span<Float>) {
    let scale = metric == .cosine ? Self.inverseLength(vector) : 1
    store.write(row: row, vector: vector, scale: scale)
  }

  /// Takes the vector of `row` away; nothing happens when it has none.
  public mutating func remove(row: UInt32) {
    store.erase(row: row)
  }

  /// Whether `row` has a vector.
  public func contains(row: UInt32) -> Bool {
    store.present.contains(row)
  }

  /// Puts the vector of `row`, as it is kept, in place of `vector`'s components; false, and
  /// `vector` untouched, when the row has none.
  public func vector(row: UInt32, into vector: inout [Float]) -> Bool {
    let found: Void? = store.withVector(row: row) { stored in
      vector.removeAll(keepingCapacity: true)
      for i in stored.indices { vector.append(stored[i]) }
    }
    return found != nil
  }

  /// Calls `body` with the vector of `row` where it lies, and returns what that returned; nil when
  /// the row has none.
  public func withVector<Result>(row: UInt32, _ body: (Span<Float>) -> Result) -> Result? {
    store.withVector(row: row, body)
  }

  /// Puts the inner product of `query` with each of `rows` in place of `scores`, in their order; 0
  /// for a row without a vector. With `Metric.cosine` it is the cosine, whatever the query's
  /// length.
  ///
  /// The rows may lie anywhere, they are fetched ahead.
  public func dots(query: Span<Float>, rows: Span<UInt32>, into scores: inout [Float]) {
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(0, count: rows.count))
    store.score(rows: rows, query: query, metric: .innerProduct, into: &scores)
    guard metric == .cosine else { return }
    let scale = queryScale(query)
    for i in scores.indices { scores[i] *= scale }
  }

  /// How alike the vectors of two rows are, by the index's metric. When either has none it is 0, or
  /// for `Metric.squaredEuclidean`, where 0 would mean equal, the lowest finite number.
  public func pairwise(_ a: UInt32, _ b: UInt32) -> Float {
    let raw = store.score(a, b, metric: metric)
    guard metric == .squaredEuclidean else { return raw ?? 0 }
    return raw.map { -$0 } ?? -.greatestFiniteMagnitude
  }

  /// Puts the `k` best rows into `hits`; see `VectorIndex`. `effort` is ignored.
  ///
  /// - Complexity: O(rows × dimension)
  public func search(
    query: Span<Float>, k: Int, effort: Int, allowed: RowSet?, newestFirst limit: Int,
    keepGoing: () -> Bool, into hits: inout [Hit]
  ) -> SearchReport {
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    hits.removeAll(keepingCapacity: true)
    guard k > 0 else { return SearchReport(visited: 0, complete: true) }
    var scan = FlatScan(k: min(k, count), metric: metric, scale: queryScale(query))
    var left = limit > 0 ? limit : Int.max
    var complete = true
    var rowsSinceAsked = 0
    for block in stride(from: store.present.words.count - 1, through: 0, by: -1) {
      var wanted = store.present.words[block]
      if let allowed { wanted &= allowed.word(block) }
      if wanted == 0 { continue }
      while wanted.nonzeroBitCount > left {
        wanted &= wanted - 1  // the lowest bit is the oldest row
        complete = false
      }
      if wanted == 0 { break }
      if rowsSinceAsked >= Self.rowsAQuestion {
        rowsSinceAsked = 0
        guard keepGoing() else {
          complete = false
          break
        }
      }
      left -= wanted.nonzeroBitCount
      rowsSinceAsked += VectorStore.rowsABlock
      scan.visit(wanted, block: block, query: query, store: store)
    }
    scan.finish(query: query, store: store, into: &hits)
    return SearchReport(visited: scan.visited, complete: complete)
  }

  /// Rows between two calls of a search's `keepGoing`.
  private static var rowsAQuestion: Int { 4096 }

  /// What a raw score is multiplied with to become a score.
  private func queryScale(_ query: Span<Float>) -> Float {
    switch metric {
    case .innerProduct: 1
    case .cosine: Float(Self.inverseLength(query))
    case .squaredEuclidean: -1
    }
  }

  /// One over the length: 1 for a vector of length one already, to a millionth, and for a zero
  /// vector. Added up in order in double precision, so that it is the same on every machine.
  private static func inverseLength(_ vector: Span<Float>) -> Double {
    var sum = 0.0
    for i in vector.indices { sum += Double(vector[i]) * Double(vector[i]) }
    if sum == 0 || (sum - 1).magnitude < 1e-6 { return 1 }
    return 1 / sum.squareRoot()
  }
}
