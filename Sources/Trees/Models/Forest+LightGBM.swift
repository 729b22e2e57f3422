extension Forest {
  /// Reads a text model of LightGBM, as `Booster.save_model` of 2.x to 4.x writes it: one output,
  /// numerical splits, constant leaves.
  ///
  /// A split at infinity, which sends every number left, sends the value +infinity right here.
  ///
  /// - Throws: a `ForestError` that says what is wrong, or what is not evaluated here.
  public init(lightgbm bytes: [UInt8]) throws(ForestError) {
    try Self.checkBytes(bytes.count)
    var reader = try LightGBMReader(bytes)
    self = try reader.forest()
    try check()
  }
}

/// A text model, line by line: a head, then a block of `name=value` a tree.
private struct LightGBMReader {
  private var lines: LightGBMLines
  private let head: LightGBMBlock
  private let featureCount: Int
  /// What counts as missing by feature: nil where no split has told yet.
  private var missing: [LightGBMSplit.Missing?]

  init(_ bytes: [UInt8]) throws(ForestError) {
    lines = LightGBMLines(bytes)
    guard let first = lines.next(), first == "tree" else {
      throw ForestError(.format, "LightGBM model: the first line is not \"tree\"")
    }
    head = lines.block("the head")
    let last = try head.integer("max_feature_idx", 0...Forest.featuresMax - 1)
    featureCount = last + 1
    missing = Array(repeating: nil, count: featureCount)
  }

  mutating func forest() throws(ForestError) -> Forest {
    for name in ["num_class", "num_tree_per_iteration"] where head.text(name) != nil {
      let count = try head.integer(name, 1...Int(Int32.max))
      guard count == 1 else {
        throw ForestError(
          .unsupported, "LightGBM model: \(name)=\(count); models with one output are evaluated")
      }
    }
    guard !head.has("average_output") else {
      throw ForestError(
        .unsupported,
        "LightGBM model: a random forest (average_output); boosted trees are what is "
          + "evaluated")
    }
    let (link, slope) = try linkAndSlope()
    let names = head.text("feature_names")?.split(separator: " ").map(String.init) ?? []
    let promised = head.text("tree_sizes")?.split(separator: " ").count
    var trees: [[Forest.Node]] = []
    while let line = lines.next() {
      if line == "end of trees" {
        guard promised == nil || promised == trees.count else { break }
        return Forest(
          featureCount: featureCount, featureNames: names, base: 0, link: link, slope: slope,
          zeroIsMissing: missing.indices.filter { missing[$0] == .zero }.map(Int32.init),
          trees: trees)
      }
      guard line == "Tree=\(trees.count)", trees.count < Forest.treesMax else {
        throw ForestError(
          .format,
          "LightGBM model: line \(lines.number): \"\(line.prefix(64))\", expected "
            + "Tree=\(trees.count) or end of trees")
      }
      trees.append(try tree(lines.block("tree \(trees.count)"), trees.count))
    }
    throw ForestError(
      .format,
      "LightGBM model: \(promised.map(String.init) ?? "some") trees are promised, "
        + "\(trees.count) are there, or \"end of trees\" is missing: the file is cut off")
  }

  /// What the objective does with the sum ("binary sigmoid:1"); a file without one gives raw sums.
  private func linkAndSlope() throws(ForestError) -> (Forest.Link, Float) {
    let words = head.text("objective")?.split(separator: " ").map(String.init) ?? []
    switch words.first ?? "" {
    case "binary":
      var slope: Float = 1
      for word in words.dropFirst() where word.hasPrefix("sigmoid:") {
        guard let value = Float(word.dropFirst("sigmoid:".count)), value.isFinite, value > 0 else {
          throw ForestError(.number, "LightGBM model: \(word.prefix(64)) is not above 0")
        }
        slope = value
      }
      return (.logistic, slope)
    case "cross_entropy": return (.logistic, 1)
    case "poisson", "gamma", "tweedie": return (.exponential, 1)
    case "regression" where words.contains("sqrt"):
      throw ForestError(
        .unsupported, "LightGBM model: objective regression with reg_sqrt is not evaluated")
    case "", "regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank",
      "rank_xendcg", "custom":
      return (.identity, 1)
    default:
      throw ForestError(
        .unsupported,
        "LightGBM model: objective \(words[0].prefix(64)); binary, regression, lambdarank and "
          + "others with one output are evaluated")
    }
  }

  private mutating func tree(
    _ block: LightGBMBlock, _ number: Int
  ) throws(ForestError) -> [Forest.Node] {
    guard block.text("is_linear") ?? "0" == "0" else {
      throw block.error(.unsupported, "linear leaves; constant ones are evaluated")
    }
    guard block.text("num_cat") ?? "0" == "0" else {
      throw block.error(.unsupported, "categorical splits; numerical ones are evaluated")
    }
    let leaves = try block.integer("num_leaves", 1...Int(Int32.max) / 2)
    let outputs = try block.numbers("leaf_value", leaves)
    let inner = leaves - 1
    guard inner > 0 else { return [Forest.Node(leaf: Float(outputs[0]))] }
    let features = try block.integers("split_feature", inner, 0...featureCount - 1)
    // Infinity parts values that are there from missing ones.
    let thresholds = try block.numbers("threshold", inner, infinite: true)
    let kinds = try block.integers("decision_type", inner, 0...255)
    let lefts = try block.integers("left_child", inner, -leaves...inner - 1)
    let rights = try block.integers("right_child", inner, -leaves...inner - 1)
    var nodes: [Forest.Node] = []
    nodes.reserveCapacity(inner + leaves)
    // Inner nodes first, then leaves, whose number is ~leaf in the file.
    func place(_ child: Int) -> Int32 { Int32(child >= 0 ? child : inner + ~child) }
    for i in 0..<inner {
      let split = try LightGBMSplit(kind: kinds[i], threshold: thresholds[i], in: block)
      try settle(split.missing, of: features[i], in: block)
      nodes.append(
        Forest.Node(
          feature: Int32(features[i]), below: split.threshold, left: place(lefts[i]),
          right: place(rights[i]), goesLeftIfMissing: split.goesLeftIfMissing))
    }
    for output in outputs { nodes.append(Forest.Node(leaf: Float(output))) }
    return nodes
  }

  /// A feature's zeros are missing in all of its splits or in none, as the trainer has it.
  private mutating func settle(
    _ kind: LightGBMSplit.Missing, of feature: Int, in block: LightGBMBlock
  ) throws(ForestError) {
    let known = missing[feature] ?? kind
    guard (known == .zero) == (kind == .zero) else {
      throw block.error(
        .unsupported,
        "feature \(feature): zero counts as missing in some splits and not in "
          + "others; train with one setting of zero_as_missing")
    }
    missing[feature] = known
  }
}
