/// A model by name with all that is set before training.
public struct RecommenderPlan: Sendable, Equatable {
  /// The models that there are.
  public enum Kind: String, Sendable, CaseIterable {
    case popularity, recent, itemknn, sar, ease, ials, blend
  }

  /// Which model.
  public var kind: Kind
  /// Days after which popularity counts half; nil: a twentieth of the time that the training spans.
  public var recentDays: Double?
  /// How alike items are, for `itemknn`.
  public var similarity = NeighbourModel.Similarity.cosine
  /// Neighbours an item listens to, for `itemknn`.
  public var neighbours = 200
  /// See `NeighbourModel`.
  public var shrinkage: Float = 20
  /// Days after which a rating counts half, for `sar`.
  public var sarDays = 30.0
  /// For `ease` and `blend`.
  public var ease = EASEModel.Settings()
  /// For `ials` and `blend`.
  public var ials = FactorModel.Settings()
  /// The share of iALS beside EASE in `blend`, 0 to 1.
  public var blendShare: Float = 0.5

  /// A model as it usually is.
  public init(_ kind: Kind) { self.kind = kind }

  /// Trains it.
  public func trained(on interactions: InteractionSet) throws(LabError) -> any Recommender {
    switch kind {
    case .popularity: return PopularityModel(interactions)
    case .recent:
      let span = Double(interactions.newest - interactions.oldest)
      return PopularityModel(
        recent: interactions, halfLife: recentDays.map { $0 * 86_400 } ?? max(1, span / 20))
    case .itemknn:
      return NeighbourModel(
        neighboursOf: interactions, similarity: similarity, neighbours: neighbours,
        shrinkage: shrinkage)
    case .sar: return NeighbourModel(sarOf: interactions, halfLife: sarDays)
    case .ease: return try EASEModel(interactions, ease)
    case .ials: return try FactorModel(interactions, ials)
    case .blend:
      return BlendModel(
        [
          (try EASEModel(interactions, ease), 1 - blendShare),
          (try FactorModel(interactions, ials), blendShare),
        ], of: interactions)
    }
  }

  /// What is set, by name, for reports: only what this model looks at.
  public var settings: [(name: String, value: String)] {
    let eased = [
      ("regularisation", "\(ease.regularisation)"), ("rating_share", "\(ease.ratingShare)"),
    ]
    let factored = [
      ("dimension", "\(ials.dimension)"), ("regularisation", "\(ials.regularisation)"),
      ("unobserved_weight", "\(ials.unobservedWeight)"),
      ("frequency_exponent", "\(ials.frequencyExponent)"), ("epochs", "\(ials.epochs)"),
    ]
    switch kind {
    case .popularity: return []
    case .recent: return recentDays.map { [("days", "\($0)")] } ?? []
    case .itemknn:
      return [
        ("similarity", similarity.rawValue), ("neighbours", "\(neighbours)"),
        ("shrinkage", "\(shrinkage)"),
      ]
    case .sar: return [("days", "\(sarDays)")]
    case .ease: return eased
    case .ials: return factored
    case .blend:
      return eased.map { ("ease_" + $0.0, $0.1) } + factored.map { ("ials_" + $0.0, $0.1) }
        + [("ials_share", "\(blendShare)")]
    }
  }
}
