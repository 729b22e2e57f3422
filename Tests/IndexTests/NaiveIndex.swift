import Index

/// Exact search in the plainest form, in double precision: the truth for `FlatIndex`.
struct NaiveIndex {
  let metric: Metric
  var vectors: [UInt32: [Float]] = [:]

  func score(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ x: [Float], _ y: [Float]) -> Double {
      zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    switch metric {
    case .innerProduct: return dot(a, b)
    case .cosine:
      let lengths = dot(a, a).squareRoot() * dot(b, b).squareRoot()
      return lengths == 0 ? 0 : dot(a, b) / lengths
    case .squaredEuclidean:
      return -zip(a, b).reduce(0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
    }
  }

  /// The rows that a search with this limit looks at, newest first.
  func eligible(allowed: RowSet?, limit: Int) -> (rows: [UInt32], complete: Bool) {
    let rows = vectors.keys.filter { allowed?.contains($0) ?? true }.sorted(by: >)
    let kept = limit > 0 ? Array(rows.prefix(limit)) : rows
    return (kept, kept.count == rows.count)
  }

  func search(query: [Float], k: Int, rows: [UInt32]) -> [(row: UInt32, score: Double)] {
    rows.map { (row: $0, score: score(query, vectors[$0]!)) }
      .sorted { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
      .prefix(k).map { $0 }
  }
}
