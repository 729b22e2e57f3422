extension GraphIndex {
  /// Rows that wait to be linked.
  public var pending: Int { memory[.tail] - memory[.head] }

  /// Whether codes mean nothing yet: every search compares every row.
  public var isYoung: Bool { memory[.ready] == 0 }

  /// Puts the `k` best rows into `hits` by scoring every row, or every allowed one: what a walk is
  /// judged by. Rows that enter or leave meanwhile may be missed.
  ///
  /// - Complexity: O(rows × dimension)
  public func scan(
    query: Span<Float>, k: Int, allowed: RowSet?, keepGoing: () -> Bool = { true },
    into hits: inout [Hit]
  ) -> SearchReport {
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    hits.removeAll(keepingCapacity: true)
    var top = TopK(k: min(k, count))
    var batch: [UInt32] = []
    var scores: [Float] = []
    var report = SearchReport(visited: 0, complete: true)
    let every = rows()
    let wanted = allowed ?? every
    wanted.forEach { row in
      guard report.complete, every.contains(row) else { return }
      batch.append(row)
      guard batch.count == Self.batchRows else { return }
      report.complete = keepGoing()
      score(query, batch, &scores, &top)
      report.visited += batch.count
      batch.removeAll(keepingCapacity: true)
    }
    if report.complete {
      score(query, batch, &scores, &top)
      report.visited += batch.count
    }
    top.drain(into: &hits)
    return report
  }

  private static var batchRows: Int { 4_096 }

  private func score(
    _ query: Span<Float>, _ rows: [UInt32], _ scores: inout [Float], _ top: inout TopK
  ) {
    guard metric == .squaredEuclidean else {
      dots(query: query, rows: rows.span, into: &scores)
      for (row, score) in zip(rows, scores) where score >= top.threshold {
        top.insert(row: row, score: score)
      }
      return
    }
    for row in rows {
      let distance = withVector(row: row) { vector in
        var sum: Float = 0
        for i in vector.indices { sum += (vector[i] - query[i]) * (vector[i] - query[i]) }
        return sum
      }
      if let distance, -distance >= top.threshold { top.insert(row: row, score: -distance) }
    }
  }
}
