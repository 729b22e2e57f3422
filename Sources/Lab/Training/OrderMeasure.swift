internal import Glibc

/// What the growth of an order is watched by: prepared once, asked after every round.
///
/// Without weights it is the mean NDCG of the requests that have something to gain. With inverse
/// propensity weights it is the sum of weighted gains, each discounted by its place, over the best
/// there could be of all requests together: the mean of that sum is what would be seen if users
/// looked at all places alike (Joachims, Swaminathan and Schnabel, WSDM 2017,
/// doi:10.1145/3018661.3018699), which that of a normalised value by request is not.
package struct OrderMeasure {
  private let starts: [Int]
  private let gains: [Double]
  private let ideals: [Double]
  private let isPooled: Bool
  private let k: Int

  /// - Parameter weights: what a row's gain counts, one a row; empty = all 1.
  package init(_ table: TrainingTable, weights: [Float] = [], k: Int) {
    starts = table.starts
    self.k = k
    isPooled = !weights.isEmpty
    let gains = table.grades.indices.map { row in
      (exp2(Double(table.grades[row])) - 1) * (weights.isEmpty ? 1 : Double(weights[row]))
    }
    self.gains = gains
    ideals = table.groups.indices.map { group in
      let rows = table.starts[group]..<table.starts[group + 1]
      return Self.discounted(gains[rows].sorted(by: >), k)
    }
  }

  /// 0 to 1; 0 where there is nothing to gain.
  ///
  /// - Parameter scores: one a row; equal ones keep the order of rows.
  package func value(_ scores: [Float]) -> Double {
    var (sum, whole) = (0.0, 0.0)
    for group in ideals.indices where ideals[group] > 0 {
      let order = (starts[group]..<starts[group + 1]).sorted {
        scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
      }
      let found = Self.discounted(order.prefix(k).map { gains[$0] }, k)
      sum += isPooled ? found : found / ideals[group]
      whole += isPooled ? ideals[group] : 1
    }
    return whole > 0 ? sum / whole : 0
  }

  private static func discounted(_ gains: [Double], _ k: Int) -> Double {
    gains.prefix(k).enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset) + 2) }
  }
}
