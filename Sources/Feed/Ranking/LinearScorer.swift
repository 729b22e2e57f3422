/// A weighted sum of features, with the weights of a surface's configuration.
package struct LinearScorer: Scorer {
  /// By the feature's raw value.
  private let weights: [Float]
  /// The features with a weight.
  package let features: FeatureSet

  /// A scorer with weights by feature name; a feature that is not named weighs 0.
  package init(weights named: [String: Double]) {
    let weights = Feature.allCases.map { Float(named[$0.name] ?? 0) }
    self.weights = weights
    features = FeatureSet { weights[Int($0.rawValue)] != 0 }
  }

  package func score(
    _ matrix: borrowing FeatureMatrix, _ heads: inout HeadColumns, into scores: inout [Float]
  ) {
    heads.begin([])
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(0, count: matrix.count))
    add(matrix, to: &scores)
  }

  /// Adds the weighted sum to scores that are there.
  func add(_ matrix: borrowing FeatureMatrix, to scores: inout [Float]) {
    for feature in features.features {
      let weight = weights[Int(feature.rawValue)]
      if feature.isOfRequest {
        let value = weight * matrix[feature, 0]
        for index in scores.indices { scores[index] += value }
      } else {
        Self.add(matrix.column(feature).span, weight, to: &scores)
      }
    }
  }

  /// What a feature adds to the score of one candidate; explains it.
  package func contribution(_ feature: Feature, _ value: Float) -> Float {
    weights[Int(feature.rawValue)] * value
  }

  @inline(__always)
  static func add(_ column: Span<Float>, _ weight: Float, to scores: inout [Float]) {
    precondition(column.count == scores.count)
    for index in scores.indices { scores[index] += weight * column[index] }
  }
}
