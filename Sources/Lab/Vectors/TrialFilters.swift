public import Index

/// Filters that let a share of all rows through.
public enum TrialFilters: String, CaseIterable, Sendable {
  /// Any rows, by chance.
  case random
  /// The rows nearest to a place, in turn the place nearest to the query and the one farthest away:
  /// what happens when a filter has to do with what is looked for.
  case correlated

  private static let places = 8

  /// The sets for queries, one each in turn.
  ///
  /// - Parameter share: how much they let through, 0 to 1.
  public func sets(
    _ vectors: VectorTable, queries: VectorTable, share: Double, seed: UInt64
  ) -> [RowSet] {
    var chance = SplitMix(seed: seed)
    let wanted = max(1, Int((Double(vectors.count) * share).rounded()))
    switch self {
    case .random:
      return (0..<Self.places).map { _ in
        var rows = RowSet(capacity: vectors.count)
        while rows.count < wanted { rows.insert(UInt32(chance.below(vectors.count))) }
        return rows
      }
    case .correlated:
      let places = (0..<Self.places).map { _ in chance.below(vectors.count) }
      let sets = places.map { Self.nearest(wanted, to: $0, of: vectors) }
      return (0..<queries.count).map { index in
        let distances = places.map { (place) -> Float in
          queries.withVector(index) { query in
            vectors.withVector(place) { Self.distance(query, $0) }
          }
        }
        let order = distances.indices.sorted { distances[$0] < distances[$1] }
        return sets[index.isMultiple(of: 2) ? order[0] : order[order.count - 1]]
      }
    }
  }

  private static func nearest(_ count: Int, to place: Int, of vectors: VectorTable) -> RowSet {
    var top = TopK(k: count)
    for row in 0..<vectors.count {
      let distance: Float = vectors.withVector(place) { here in
        vectors.withVector(row) { Self.distance(here, $0) }
      }
      if -distance >= top.threshold { top.insert(row: UInt32(row), score: -distance) }
    }
    var hits: [Hit] = []
    top.drain(into: &hits)
    var rows = RowSet(capacity: vectors.count)
    for hit in hits { rows.insert(hit.row) }
    return rows
  }

  private static func distance(_ a: Span<Float>, _ b: Span<Float>) -> Float {
    var sum: Float = 0
    for i in a.indices { sum += (a[i] - b[i]) * (a[i] - b[i]) }
    return sum
  }
}
