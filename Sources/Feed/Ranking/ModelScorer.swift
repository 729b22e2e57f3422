/// A model's heads, calibrated and made one score:
/// utility = Σ weight · calibrated head + weight · order + Σ weight · feature.
package struct ModelScorer: Scorer {
  private let model: ServedModel
  private let utility: Utility
  package let features: FeatureSet

  /// A scorer by a model, with the weights of a surface.
  package init(_ model: ServedModel, _ utility: Utility) {
    self.model = model
    self.utility = utility
    features = model.features.union(utility.linear.features)
  }

  package func score(
    _ matrix: borrowing FeatureMatrix, _ heads: inout HeadColumns, into scores: inout [Float]
  ) {
    heads.begin(model.heads.map(\.objective))
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(0, count: matrix.count))
    let scratch = heads.scratch
    for (number, head) in model.heads.enumerated() {
      let weight = utility.heads[Int(head.objective.rawValue)]
      heads.with(number) { column in
        head.forest.score(matrix, scratch, into: &column)
        head.calibration.apply(&column)
        LinearScorer.add(column.span, weight, to: &scores)
      }
    }
    if let order = model.order, utility.order != 0 {
      order.score(matrix, scratch, into: &heads.spare)
      LinearScorer.add(heads.spare.span, utility.order, to: &scores)
    }
    utility.linear.add(matrix, to: &scores)
  }

  /// Whether every score is a number: a model of which that is not true does not serve the page.
  package static func areFinite(_ scores: borrowing [Float]) -> Bool {
    // Times zero, everything finite is zero, and nothing else is.
    var sum: Float = 0
    for index in scores.indices { sum += scores[index] * 0 }
    return sum == 0
  }
}
