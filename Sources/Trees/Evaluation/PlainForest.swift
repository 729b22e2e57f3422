/// A forest walked node by node, row by row: the plain twin that the fast evaluation is held
/// against.
public struct PlainForest: Sendable {
  /// What it was made from.
  public let forest: Forest
  private let isZeroMissing: [Bool]

  /// - Throws: a `ForestError` when `forest` does not pass its check.
  public init(_ forest: Forest) throws(ForestError) {
    try forest.check()
    self.forest = forest
    var flags = [Bool](repeating: false, count: forest.featureCount)
    for feature in forest.zeroIsMissing { flags[Int(feature)] = true }
    isZeroMissing = flags
  }

  /// Scores rows that lie in columns.
  ///
  /// - Parameters:
  ///   - columns: values, column after column; NaN = missing.
  ///   - stride: floats from one column to the next, at least `count`.
  ///   - count: rows.
  ///   - columnOf: a feature's column; below 0 = the value is `constants[feature]` in every row.
  ///   - constants: values of features without a column; NaN = missing.
  ///   - linked: whether the link is applied; without, sums are given (the margin).
  ///   - scores: gets one score a row, in place of what it held.
  ///   - scratch: this thread's memory.
  public func score(
    columns: Span<Float>, stride: Int, count: Int, columnOf: Span<Int32>, constants: Span<Float>,
    linked: Bool, into scores: inout [Float], scratch: ForestScratch
  ) {
    let width = forest.featureCount
    precondition(columnOf.count == width && constants.count == width, "an entry a feature")
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(count)
    scratch.row = [Float](repeating: .nan, count: width)
    for row in 0..<count {
      for feature in 0..<width {
        let column = Int(columnOf[feature])
        let value = column < 0 ? constants[feature] : columns[column * stride + row]
        scratch.row[feature] = value
      }
      scores.append(output(scratch, linked: linked))
    }
  }

  /// Scores rows that lie one after another, `forest.featureCount` floats each.
  public func score(
    rows: Span<Float>, count: Int, linked: Bool, into scores: inout [Float],
    scratch: ForestScratch
  ) {
    let width = forest.featureCount
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(count)
    scratch.row = [Float](repeating: .nan, count: width)
    for row in 0..<count {
      for feature in 0..<width { scratch.row[feature] = rows[row * width + feature] }
      scores.append(output(scratch, linked: linked))
    }
  }

  /// The score of the row in `scratch`: added up in the order of the trees, as XGBoost does.
  private func output(_ scratch: ForestScratch, linked: Bool) -> Float {
    for feature in scratch.row.indices
    where isZeroMissing[feature] && Forest.isZero(scratch.row[feature]) {
      scratch.row[feature] = .nan
    }
    var sum = forest.base
    for tree in forest.trees {
      var node = tree[0]
      while !node.isLeaf {
        let value = scratch.row[Int(node.feature)]
        let isLeft = value.isNaN ? node.goesLeftIfMissing : value < node.value
        node = tree[Int(isLeft ? node.left : node.right)]
      }
      sum += node.value
    }
    return linked ? forest.linked(sum) : sum
  }
}
