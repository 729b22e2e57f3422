extension Forest {
  /// The most bytes of a model file.
  public static let bytesMax = 256 << 20

  /// Reads a model file of XGBoost (JSON) or LightGBM (text); which one, its first byte tells.
  ///
  /// - Throws: a `ForestError` that says what is wrong, or what is not evaluated here.
  public static func load(_ bytes: [UInt8]) throws(ForestError) -> Forest {
    switch bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
    case UInt8(ascii: "{"): return try Forest(xgboost: bytes)
    case UInt8(ascii: "t"): return try Forest(lightgbm: bytes)
    case nil: throw ForestError(.format, "the model is empty")
    default:
      throw ForestError(
        .format,
        "neither a JSON model of XGBoost (begins with {) nor a text model of LightGBM (begins with "
          + "tree); save it with Booster.save_model('model.json') or save_model('model.txt')")
    }
  }

  static func checkBytes(_ count: Int) throws(ForestError) {
    guard count <= bytesMax else {
      throw ForestError(.limit, "a model of \(count) bytes; at most \(bytesMax) are taken")
    }
  }

  /// Only the nodes that are reached from the root, which trainers that prune may leave amid
  /// others, a node before its children.
  ///
  /// Children that are not there stay as they are, for `check` to name them.
  static func reached(_ tree: [Node]) -> [Node] {
    guard !tree.isEmpty else { return tree }
    var kept: [Node] = [tree[0]]
    var isTaken = [Bool](repeating: false, count: tree.count)
    isTaken[0] = true
    var at = 0
    while at < kept.count {
      let node = kept[at]
      if !node.isLeaf {
        for child in [node.left, node.right] {
          guard child >= 0, Int(child) < tree.count, !isTaken[Int(child)] else { return tree }
          isTaken[Int(child)] = true
          kept.append(tree[Int(child)])
        }
        kept[at].left = Int32(kept.count - 2)
        kept[at].right = Int32(kept.count - 1)
      }
      at += 1
    }
    return kept
  }
}
