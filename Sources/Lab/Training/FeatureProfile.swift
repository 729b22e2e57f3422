package import Feed

/// How a feature is distributed, for whoever compares it with what is served later.
package enum FeatureProfile {
  private static let bins = 10

  /// One profile a feature, in the order of the columns.
  static func profiles(of table: TrainingTable) -> [ModelManifest.Profile] {
    table.features.indices.map { column in
      let values = stride(from: column, to: table.values.count, by: table.features.count)
        .map { table.values[$0] }
      return profile(table.features[column], values)
    }
  }

  /// Ten bins with about as many rows each; fewer where values repeat so often that edges would
  /// fall together. A missing value is in no bin.
  package static func profile(_ feature: String, _ values: [Float]) -> ModelManifest.Profile {
    let known = values.filter { !$0.isNaN }.sorted()
    let missing = values.isEmpty ? 0 : Double(values.count - known.count) / Double(values.count)
    guard let largest = known.last else {
      return ModelManifest.Profile(
        feature: feature, mean: 0, deviation: 0, missing: missing, edges: [], shares: [0])
    }
    let count = Double(known.count)
    let mean = known.reduce(0.0) { $0 + Double($1) } / count
    let squares = known.reduce(0.0) { sum, value in
      let apart = Double(value) - mean
      return sum + apart * apart
    }
    var edges: [Float] = []
    for bin in 1..<bins {
      let edge = known[(known.count * bin - 1) / bins]
      // An edge at the largest value would leave nothing above it.
      if edge < largest, edge > edges.last ?? -.infinity { edges.append(edge) }
    }
    var counts = [Int](repeating: 0, count: edges.count + 1)
    var bin = 0
    for value in known {
      while bin < edges.count, value > edges[bin] { bin += 1 }
      counts[bin] += 1
    }
    // Shares of all rows, so that with `missing` they add up to one.
    return ModelManifest.Profile(
      feature: feature, mean: mean, deviation: (squares / count).squareRoot(), missing: missing,
      edges: edges, shares: counts.map { Double($0) / Double(values.count) })
  }
}
