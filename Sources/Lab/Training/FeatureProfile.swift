package import Feed

/// How a feature is distributed, for whoever compares it with what is served later.
package enum FeatureProfile {
  private static let bins = 10

  /// Up to ten bins with about as many values each. Where values repeat so often that a bin would
  /// have less than half of its share, it goes with its neighbour, as what few rows do says little;
  /// but the last edge stays. A missing value is in no bin.
  package static func profile(_ feature: String, _ values: [Float]) -> ModelManifest.Profile {
    let known = values.filter { !$0.isNaN }.sorted()
    let missing = values.isEmpty ? 0 : Double(values.count - known.count) / Double(values.count)
    guard !known.isEmpty else {
      return ModelManifest.Profile(
        feature: feature, mean: 0, deviation: 0, missing: missing, edges: [], shares: [0])
    }
    let count = Double(known.count)
    let mean = known.reduce(0.0) { $0 + Double($1) } / count
    let squares = known.reduce(0.0) { sum, value in
      let apart = Double(value) - mean
      return sum + apart * apart
    }
    let edges = edges(known)
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

  /// The upper edges of all bins but the last, of values that rise.
  private static func edges(_ known: [Float]) -> [Float] {
    guard let largest = known.last else { return [] }
    let least = max(1, known.count / (2 * bins))
    var edges: [Float] = []
    var taken = 0
    for bin in 1..<bins {
      let edge = known[(known.count * bin - 1) / bins]
      // An edge at the largest value would leave nothing above it.
      guard edge < largest, edge > edges.last ?? -.infinity else { continue }
      let below = upper(known, edge)
      let isFirst = edges.isEmpty
      guard isFirst || (below - taken >= least && known.count - below >= least) else { continue }
      edges.append(edge)
      taken = below
    }
    return edges
  }

  /// How many of rising values are not above another.
  private static func upper(_ known: [Float], _ value: Float) -> Int {
    var (low, high) = (0, known.count)
    while low < high {
      let middle = (low + high) / 2
      if known[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
