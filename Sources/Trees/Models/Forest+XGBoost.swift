internal import Glibc
internal import JSON

extension Forest {
  /// Reads a JSON model of XGBoost, as `Booster.save_model("model.json")` of 1.0 to 3.x writes it:
  /// `gbtree` with one output, all trees, numerical splits.
  ///
  /// - Throws: a `ForestError` that says what is wrong, or what is not evaluated here.
  public init(xgboost bytes: [UInt8]) throws(ForestError) {
    try Self.checkBytes(bytes.count)
    let parser = JSONParser(valuesMax: 1 << 25, bytesMax: Self.bytesMax)
    do {
      self = try XGBoostReader(try parser.parse(bytes)).forest()
    } catch let error as JSONError {
      throw ForestError(.format, "XGBoost model: \(error)")
    } catch let error as ForestError {
      throw error
    } catch {
      throw ForestError(.format, "XGBoost model: \(error)")
    }
    try check()
  }
}

/// The parts of a parsed model.
private struct XGBoostReader {
  private let learner: JSONValue
  private let featureCount: Int

  init(_ root: JSONValue) throws {
    learner = try root.require("learner")
    let parameters = try learner.require("learner_model_param")
    featureCount = try Self.count(parameters, "num_feature", 0...Forest.featuresMax)
    for (name, what) in [("num_class", "classes"), ("num_target", "targets")] {
      guard parameters[name] != nil else { continue }
      let count = try Self.count(parameters, name, 0...Int(Int32.max))
      guard count <= 1 else {
        throw ForestError(
          .unsupported, "XGBoost model: \(count) \(what); models with one output are evaluated")
      }
    }
  }

  func forest() throws -> Forest {
    let booster = try learner.require("gradient_booster")
    let name = try booster.require("name").string(maxBytes: 64)
    guard name == "gbtree" else {
      throw ForestError(
        .unsupported, "XGBoost model: the booster is \(name); gbtree is what is evaluated")
    }
    let objective = try learner.require("objective").require("name").string(maxBytes: 64)
    let (link, base) = try linkAndBase(objective)
    let model = try booster.require("model")
    for group in try model.require("tree_info").elements() {
      guard try group.int() == 0 else {
        throw ForestError(
          .unsupported, "XGBoost model: trees of several outputs; one output is evaluated")
      }
    }
    var trees: [[Forest.Node]] = []
    for (number, tree) in try model.require("trees").elements(maxCount: Forest.treesMax)
      .enumerated()
    {
      trees.append(try nodes(tree, number))
    }
    if let parameters = model["gbtree_model_param"] {
      let promised = try Self.count(parameters, "num_trees", 0...Int(Int32.max))
      guard promised == trees.count else {
        throw ForestError(
          .format, "XGBoost model: \(promised) trees are promised, \(trees.count) are there")
      }
    }
    var names: [String] = []
    if let listed = try learner.optional("feature_names") {
      names = try listed.strings(maxCount: Forest.featuresMax, maxBytes: 4_096)
    }
    return Forest(
      featureCount: featureCount, featureNames: names, base: base, link: link, trees: trees)
  }

  /// What the objective does with the sum, and the base in the sum's space: the file has it in that
  /// of predictions (objective/regression_loss.h, ProbToMargin). That of binary:logitraw is a sum.
  private func linkAndBase(_ objective: String) throws -> (Forest.Link, Float) {
    let score = try baseScore()
    switch objective {
    case "binary:logistic", "reg:logistic":
      guard score > 0, score < 1 else {
        throw ForestError(
          .number, "XGBoost model: base_score \(score) of \(objective) is not between 0 and 1")
      }
      return (.logistic, -logf(1 / score - 1))
    case "reg:gamma", "reg:tweedie", "count:poisson":
      guard score > 0 else {
        throw ForestError(
          .number, "XGBoost model: base_score \(score) of \(objective) is not above 0")
      }
      return (.exponential, logf(score))
    case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror",
      "reg:absoluteerror", "reg:quantileerror", "rank:pairwise", "rank:ndcg", "rank:map",
      "binary:logitraw":
      return (.identity, score)
    default:
      throw ForestError(
        .unsupported,
        "XGBoost model: objective \(objective.prefix(64)); binary:logistic, reg:… and rank:… with "
          + "one output are evaluated")
    }
  }

  /// "5E-1", or of 3.x "[5E-1]".
  private func baseScore() throws -> Float {
    let value = try learner.require("learner_model_param").require("base_score")
    var text = try value.string(maxBytes: 4_096)[...]
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    guard let score = Float(text), score.isFinite else {
      throw value.error(.invalid, "\"\(text.prefix(64))\" is not one finite number")
    }
    return score
  }

  private func nodes(_ tree: JSONValue, _ number: Int) throws -> [Forest.Node] {
    let left = try tree.require("left_children")
    let count = left.count
    if let parameters = tree["tree_param"] {
      let leafValues = try Self.count(parameters, "size_leaf_vector", 0...Int(Int32.max))
      let promised = try Self.count(parameters, "num_nodes", 0...Int(Int32.max))
      guard leafValues <= 1 else {
        throw ForestError(
          .unsupported,
          "XGBoost model: tree \(number): leaves of \(leafValues) values; one is "
            + "what is evaluated")
      }
      guard promised == count else {
        throw ForestError(
          .format, "XGBoost model: tree \(number): \(promised) nodes promised, \(count) there")
      }
    }
    var kinds = try tree.optional("split_type")?.elements()
    var lefts = try left.elements()
    var rights = try column(tree, "right_children", count)
    var features = try column(tree, "split_indices", count)
    var values = try tree.require("split_conditions").floats(count: count...count).makeIterator()
    var defaults = try column(tree, "default_left", count)
    var nodes: [Forest.Node] = []
    nodes.reserveCapacity(count)
    let range = -1...Int(Int32.max)
    while let l = lefts.next(), let r = rights.next(), let f = features.next(),
      let value = values.next(), let d = defaults.next()
    {
      if let kind = kinds?.next(), try kind.int() != 0 {
        throw ForestError(
          .unsupported,
          "XGBoost model: tree \(number), node \(nodes.count): a categorical split; "
            + "numerical ones are evaluated")
      }
      let (leftChild, rightChild) = (try l.int(in: range), try r.int(in: range))
      let feature = try f.int64(in: 0...Int64(UInt32.max))
      if leftChild == -1, rightChild == -1 {
        nodes.append(Forest.Node(leaf: value))
      } else {
        nodes.append(
          Forest.Node(
            feature: Int32(clamping: feature), below: value, left: Int32(leftChild),
            right: Int32(rightChild), goesLeftIfMissing: try Self.isTrue(d)))
      }
    }
    return Forest.reached(nodes)
  }

  private func column(_ tree: JSONValue, _ name: String, _ count: Int) throws -> JSONElements {
    let value = try tree.require(name)
    guard value.count == count else {
      throw value.error(.outOfRange, "\(value.count) entries for \(count) nodes")
    }
    return try value.elements()
  }

  /// `true`, or 1 as older versions write it.
  private static func isTrue(_ value: JSONValue) throws -> Bool {
    value.kind == .boolean ? try value.bool() : try value.int(in: 0...1) == 1
  }

  /// A whole number that the file writes as a string.
  private static func count(
    _ parameters: JSONValue, _ name: String, _ range: ClosedRange<Int>
  ) throws -> Int {
    let value = try parameters.require(name)
    let text = try value.string(maxBytes: 64)
    guard let number = Int(text), range.contains(number) else {
      throw value.error(
        .outOfRange, "\"\(text)\" is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
