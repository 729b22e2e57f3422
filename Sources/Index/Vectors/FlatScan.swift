/// One exact search under way: the best rows so far, and rows that wait to be scored together.
struct FlatScan {
  /// Rows scored or waiting.
  private(set) var visited = 0
  private var top: TopK
  private let metric: Metric
  private let scale: Float
  private var waiting: [UInt32] = []
  private var scores: [Float]

  /// Rows that are scored together when they lie apart.
  private static var batch: Int { 256 }
  /// From this many wanted rows of 64 on, reading all 64 in order is faster than picking: between
  /// a half (in the caches) and nine tenths (from memory), measured at 64 and 384 dimensions.
  private static var dense: Int { 44 }

  /// - Parameter scale: what a raw score is multiplied with.
  init(k: Int, metric: Metric, scale: Float) {
    top = TopK(k: k)
    self.metric = metric
    self.scale = scale
    scores = Array(repeating: 0, count: Self.batch)
    waiting.reserveCapacity(Self.batch)
  }

  /// Scores the rows of `block` whose bit is set in `wanted`; each of them is present.
  mutating func visit(
    _ wanted: UInt64, block: Int, query: Span<Float>, store: borrowing VectorStore
  ) {
    visited += wanted.nonzeroBitCount
    let first = UInt32(block * VectorStore.rowsABlock)
    var rest = wanted
    guard wanted.nonzeroBitCount >= Self.dense else {
      while rest != 0 {
        waiting.append(first + UInt32(rest.trailingZeroBitCount))
        rest &= rest - 1
      }
      if waiting.count > Self.batch - VectorStore.rowsABlock { flush(query: query, store: store) }
      return
    }
    store.score(block: block, query: query, metric: metric, into: &scores)
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      offer(row: first + UInt32(bit), raw: scores[bit])
      rest &= rest - 1
    }
  }

  /// Scores what waits and puts the best rows into `hits`.
  mutating func finish(
    query: Span<Float>, store: borrowing VectorStore, into hits: inout [Hit]
  ) {
    flush(query: query, store: store)
    top.drain(into: &hits)
  }

  private mutating func flush(query: Span<Float>, store: borrowing VectorStore) {
    var rows: [UInt32] = []
    swap(&rows, &waiting)  // a span of `waiting` would hold `self` while `scores` is written
    store.score(rows: rows.span, query: query, metric: metric, into: &scores)
    for i in rows.indices { offer(row: rows[i], raw: scores[i]) }
    rows.removeAll(keepingCapacity: true)
    swap(&rows, &waiting)
  }

  @inline(__always)
  private mutating func offer(row: UInt32, raw: Float) {
    let score = raw * scale
    if score < top.threshold { return }
    top.insert(row: row, score: score)
  }
}
