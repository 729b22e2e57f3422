/// A named space of item vectors beside the one of texts.
public struct SpaceSettings: Equatable, Sendable {
  /// How vectors of a space are compared.
  public enum Comparison: String, CaseIterable, Sendable {
    /// The inner product.
    case innerProduct = "inner_product"
    /// The cosine of the angle between them.
    case cosine
    /// The negative squared Euclidean distance.
    case squaredEuclidean = "l2"
  }

  /// Components of a vector of its first version.
  public var dimension = 512
  /// How vectors are compared.
  public var metric = Comparison.cosine

  /// The defaults.
  public init() {}
}
