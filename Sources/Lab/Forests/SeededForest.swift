public import Trees

/// A drawn forest and rows for it: perfect trees whose splits halve the rows that reach them, as
/// far as features are independent. Everything follows from the seed.
public struct SeededForest: Sendable {
  /// Rows.
  public var rows: Int
  /// Features of a row, each even between 0 and 1, one value in fifty missing.
  public var features: Int
  /// Trees.
  public var trees: Int
  /// Decisions from the root to a leaf.
  public var depth: Int
  /// What everything follows from.
  public var seed: UInt64

  /// A description; `forest` and `values` draw it.
  public init(rows: Int, features: Int, trees: Int, depth: Int, seed: UInt64) {
    self.rows = rows
    self.features = features
    self.trees = trees
    self.depth = depth
    self.seed = seed
  }

  /// The forest: thresholds are among 255 of a feature, as trainers with histograms choose them.
  public func forest() -> Forest {
    var random = SplitMix(seed: seed)
    let inner = 1 << depth - 1
    let drawn = (0..<trees).map { _ in
      var tree: [Forest.Node] = []
      tree.reserveCapacity(2 * inner + 1)
      for node in 0..<inner {
        tree.append(
          Forest.Node(
            feature: Int32(random.below(features)), below: Float(random.below(255) + 1) / 256,
            left: Int32(2 * node + 1), right: Int32(2 * node + 2),
            goesLeftIfMissing: random.below(2) == 0))
      }
      for _ in 0...inner { tree.append(Forest.Node(leaf: Float(random.share() - 0.5) / 5)) }
      return tree
    }
    return Forest(featureCount: features, base: 0, link: .logistic, trees: drawn)
  }

  /// The rows, one behind the other.
  public func values() -> [Float] {
    var random = SplitMix(seed: ~seed)
    return (0..<rows * features).map { _ in
      random.below(50) == 0 ? .nan : Float(random.share())
    }
  }
}
