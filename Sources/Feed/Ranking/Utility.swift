/// What a page is worth, by what people do with it: the weights that make one score of a model's
/// heads.
package struct Utility: Sendable {
  /// The name of the weight of the forest for order.
  package static let order = "order"
  /// The name of what an item of no age gets, fading as `fresh_boost` does.
  package static let fresh = "fresh"

  /// By the objective's raw value.
  let heads: [Float]
  /// The weight of the forest for order.
  let order: Float
  /// What an item of no age gets.
  let fresh: Float
  /// Weights of features.
  let linear: LinearScorer

  /// Weights by name; what is not named weighs 0.
  package init(weights: [String: Double]) {
    heads = Objective.allCases.map { Float(weights[$0.name] ?? 0) }
    order = Float(weights[Self.order] ?? 0)
    fresh = Float(weights[Self.fresh] ?? 0)
    linear = LinearScorer(weights: weights)
  }
}

extension SurfaceSettings {
  /// Every name that may stand in `utility`.
  public static let utilityNames: [String] =
    Objective.allCases.map(\.name) + [Utility.order, Utility.fresh] + Feature.names
}
