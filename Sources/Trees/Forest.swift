/// A sum of decision trees over a row of features, as a trainer left it: what a model file holds,
/// and what both evaluations are made from.
///
/// A tree is an array of nodes with its root at 0. A row goes left where its feature is below the
/// node's threshold, right where it is not, and where `goesLeftIfMissing` says when it is NaN.
public struct Forest: Equatable, Sendable {
  /// One node, inner or leaf.
  public struct Node: Equatable, Sendable {
    /// The feature that decides, as its column; -1 for a leaf.
    public var feature: Int32
    /// Rows strictly below it go left; the output of a leaf.
    public var value: Float
    /// The node on the left; -1 for a leaf.
    public var left: Int32
    /// The node on the right; -1 for a leaf.
    public var right: Int32
    /// Where a missing value goes.
    public var goesLeftIfMissing: Bool

    /// A leaf.
    public init(leaf value: Float) {
      feature = -1
      self.value = value
      left = -1
      right = -1
      goesLeftIfMissing = false
    }

    /// An inner node.
    public init(
      feature: Int32, below threshold: Float, left: Int32, right: Int32, goesLeftIfMissing: Bool
    ) {
      self.feature = feature
      value = threshold
      self.left = left
      self.right = right
      self.goesLeftIfMissing = goesLeftIfMissing
    }

    /// Whether it is a leaf.
    public var isLeaf: Bool { feature < 0 }
  }

  /// What is done with the sum.
  public enum Link: String, Equatable, Sendable {
    /// Nothing: it is the prediction.
    case identity
    /// 1/(1 + e^-sx), s being `slope`: x is a log-odds.
    case logistic
    /// e^x: x is the logarithm of a mean.
    case exponential
  }

  /// Columns of a row.
  public var featureCount: Int
  /// The names of the columns; empty = they have none.
  public var featureNames: [String]
  /// Added to every sum, before the link.
  public var base: Float
  /// What is done with the sum.
  public var link: Link
  /// What the sum is multiplied with inside the logistic link.
  public var slope: Float
  /// Features whose zeros (from -1e-35 to 1e-35) count as missing, in rising order.
  public var zeroIsMissing: [Int32]
  /// The trees, in the order in which their outputs are added up.
  public var trees: [[Node]]

  /// A forest.
  public init(
    featureCount: Int, featureNames: [String] = [], base: Float, link: Link, slope: Float = 1,
    zeroIsMissing: [Int32] = [], trees: [[Node]]
  ) {
    self.featureCount = featureCount
    self.featureNames = featureNames
    self.base = base
    self.link = link
    self.slope = slope
    self.zeroIsMissing = zeroIsMissing
    self.trees = trees
  }

  /// What a value becomes before it is compared.
  static func isZero(_ value: Float) -> Bool { abs(value) <= 1e-35 }
}
