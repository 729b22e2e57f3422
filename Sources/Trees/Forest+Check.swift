extension Forest {
  /// The most features, trees, and nodes of all trees together.
  public static let featuresMax = 1 << 16
  /// The most trees.
  public static let treesMax = 1 << 20
  /// The most nodes over all trees.
  public static let nodesMax = 1 << 26

  /// Whether it can be evaluated at all.
  ///
  /// - Throws: a `ForestError` that names tree and node when a tree is empty, has a cycle or a node
  ///   with two parents, a child or a feature that is not there, or a number that is not finite; a
  ///   threshold may be +infinity, below which every number is but infinity itself.
  public func check() throws(ForestError) {
    try checkSizes()
    for (number, tree) in trees.enumerated() { try check(tree, number) }
  }

  private func checkSizes() throws(ForestError) {
    guard (0...Self.featuresMax).contains(featureCount) else {
      throw ForestError(.limit, "\(featureCount) features; 0 to \(Self.featuresMax) are taken")
    }
    guard featureNames.isEmpty || featureNames.count == featureCount else {
      throw ForestError(
        .structure, "\(featureNames.count) names for \(featureCount) features")
    }
    guard base.isFinite, slope.isFinite else {
      throw ForestError(.number, "base \(base) or slope \(slope) is not finite")
    }
    guard trees.count <= Self.treesMax else {
      throw ForestError(.limit, "\(trees.count) trees; at most \(Self.treesMax) are taken")
    }
    let nodes = trees.reduce(0) { $0 + $1.count }
    guard nodes <= Self.nodesMax else {
      throw ForestError(.limit, "\(nodes) nodes; at most \(Self.nodesMax) are taken")
    }
    for (place, feature) in zeroIsMissing.enumerated() {
      guard feature >= 0, Int(feature) < featureCount,
        place == 0 || zeroIsMissing[place - 1] < feature
      else {
        throw ForestError(
          .structure, "zeroIsMissing: feature \(feature) is not there or not in rising order")
      }
    }
  }

  /// Walks one tree from its root and sees every node once.
  private func check(_ tree: [Node], _ number: Int) throws(ForestError) {
    guard !tree.isEmpty else { throw ForestError(.structure, "tree \(number) has no node") }
    var isSeen = [Bool](repeating: false, count: tree.count)
    var open = [0]
    isSeen[0] = true
    while let at = open.popLast() {
      let node = tree[at]
      let place = "tree \(number), node \(at)"
      if node.isLeaf {
        guard node.value.isFinite else {
          throw ForestError(.number, "\(place): the leaf \(node.value) is not finite")
        }
        continue
      }
      guard Int(node.feature) < featureCount else {
        throw ForestError(
          .structure, "\(place): feature \(node.feature), but there are \(featureCount)")
      }
      guard node.value > -.infinity else {
        throw ForestError(.number, "\(place): the threshold \(node.value) is not finite")
      }
      for child in [node.left, node.right] {
        guard child >= 0, Int(child) < tree.count else {
          throw ForestError(
            .structure, "\(place): child \(child), but there are \(tree.count) nodes")
        }
        guard !isSeen[Int(child)] else {
          throw ForestError(
            .structure, "\(place): child \(child) was reached before; trees have no cycles")
        }
        isSeen[Int(child)] = true
        open.append(Int(child))
      }
    }
  }
}
