internal import Glibc

/// LambdaMART: pairs of rows of a request, each pulled apart by what swapping them would change in
/// NDCG (Burges, MSR-TR-2010-82), with the normalisations of LightGBM (rank_objective.hpp).
///
/// A row's weight counts for every pair in which the row is the better one, which makes it an
/// inverse propensity weight (Joachims, Swaminathan and Schnabel, WSDM 2017,
/// doi:10.1145/3018661.3018699; Wang et al., WSDM 2018, doi:10.1145/3159652.3159732). XGBoost 1.7's
/// own rank:ndcg takes weights of whole requests only and draws its pairs.
package struct LambdaLoss: BoostingLoss {
  private let starts: [Int]
  private let gains: [Double]
  private let weights: [Float]
  /// One over the best DCG of each group; 0 where no pair counts.
  private let inverseIdeals: [Double]
  private let discounts: [Double]
  private let truncation: Int
  /// Rows of a group by margin, best first.
  private var order: [Int] = []

  package var objective: String { "rank:ndcg" }
  package var base: Float { 0 }

  /// - Parameters:
  ///   - weights: one a row; empty = all 1.
  ///   - truncation: a pair counts when one of the two stands so far up.
  package init(_ table: TrainingTable, weights: [Float] = [], truncation: Int) {
    starts = table.starts
    gains = table.grades.map { exp2(Double($0)) - 1 }
    self.weights = weights
    self.truncation = max(1, truncation)
    discounts = (0..<(table.groups.max() ?? 0)).map { 1 / log2(Double($0) + 2) }
    var inverse: [Double] = []
    for group in table.groups.indices {
      let sorted = gains[starts[group]..<starts[group + 1]].sorted(by: >)
      let best = zip(sorted.prefix(self.truncation), discounts).reduce(0) { $0 + $1.0 * $1.1 }
      inverse.append(best > 0 && sorted.first != sorted.last ? 1 / best : 0)
    }
    inverseIdeals = inverse
  }

  package mutating func differentiate(
    _ margins: [Float], gradients: inout [Float], hessians: inout [Float]
  ) {
    for row in margins.indices { (gradients[row], hessians[row]) = (0, 0) }
    for group in inverseIdeals.indices where inverseIdeals[group] > 0 {
      add(group, margins, &gradients, &hessians)
    }
  }

  private mutating func add(
    _ group: Int, _ margins: [Float], _ gradients: inout [Float], _ hessians: inout [Float]
  ) {
    let rows = starts[group]..<starts[group + 1]
    // Equal margins keep the order of rows, whatever the library's sort does.
    order = rows.sorted { margins[$0] != margins[$1] ? margins[$0] > margins[$1] : $0 < $1 }
    let isSpread = margins[order[0]] != margins[order[order.count - 1]]
    var sum: Float = 0
    for upper in 0..<min(truncation, order.count - 1) {
      for lower in upper + 1..<order.count where gains[order[upper]] != gains[order[lower]] {
        let isInOrder = gains[order[upper]] > gains[order[lower]]
        let (better, worse) =
          isInOrder ? (order[upper], order[lower]) : (order[lower], order[upper])
        let apart = margins[better] - margins[worse]
        var change = Float(
          (gains[better] - gains[worse]) * (discounts[upper] - discounts[lower])
            * inverseIdeals[group])
        if isSpread { change /= 0.01 + abs(apart) }
        let wrong = LogisticLoss.sigmoid(-apart)
        sum += 2 * change * wrong
        if !weights.isEmpty { change *= weights[better] }
        let pull = change * wrong
        let curvature = pull * (1 - wrong)
        gradients[better] -= pull
        gradients[worse] += pull
        hessians[better] += curvature
        hessians[worse] += curvature
      }
    }
    guard sum > 0 else { return }
    // A request with many pairs counts more than one with few, but not in proportion. Weights stay
    // out of it, so that they count in full.
    let scale = log2f(1 + sum) / sum
    for row in rows {
      gradients[row] *= scale
      hessians[row] *= scale
    }
  }
}
