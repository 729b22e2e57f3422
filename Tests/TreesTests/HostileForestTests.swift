import Testing
import Trees

/// Files that are cut off, damaged or made to do harm: refused with a reason, or harmless.
@Suite struct HostileForestTests {
  private static let small = ["xgboost-3.2.0-stump", "xgboost-1.7.6-logitraw"]

  @Test(arguments: small) func everyBeginningOfAnXGBoostModelIsRefused(name: String) throws {
    let bytes = try GoldenForestTests.model(name)
    for count in 0..<bytes.count {
      let error = #expect(throws: ForestError.self) { try Forest.load(Array(bytes[..<count])) }
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test func everyBeginningOfALightGBMModelIsRefused() throws {
    let bytes = try Self.twoTrees()
    let end = try #require(Self.position(of: "end of trees", in: bytes))
    for count in 0..<end + 12 {
      let error = #expect(throws: ForestError.self) { try Forest.load(Array(bytes[..<count])) }
      #expect(error?.message.isEmpty == false)
    }
    // What comes behind the trees tells nothing that is evaluated.
    #expect(try Forest.load(Array(bytes[..<(end + 12)])) == Forest.load(bytes))
  }

  @Test(arguments: ["xgboost-1.7.6-logitraw", "xgboost-3.2.0-logitraw", "lightgbm-4.7.0-binary"])
  func aFlippedBitIsRefusedOrHarmless(name: String) throws {
    let seed: UInt64 = 20
    var random = Seeded(seed)
    let bytes = try GoldenForestTests.model(name)
    let rows = (0..<40 * 6).map { _ in random.value(20) }
    var refused = 0
    for _ in 0..<1_000 {
      var damaged = bytes
      damaged[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
      do {
        let forest = try Forest.load(damaged)
        guard forest.featureCount == 6 else { continue }
        var scores: [Float] = []
        try CompiledForest(forest).score(
          rows: rows.span, count: 40, linked: true, into: &scores, scratch: ForestScratch())
        #expect(scores.count == 40)
      } catch {
        refused += 1
        #expect(!error.message.isEmpty)
      }
    }
    #expect(refused > 100, "\(name), seed \(seed)")
  }

  @Test func treesThatCannotBeWalkedAreRefused() throws {
    let leaf = Forest.Node(leaf: 1)
    func node(_ feature: Int32, _ left: Int32, _ right: Int32, _ at: Float = 0) -> Forest.Node {
      Forest.Node(feature: feature, below: at, left: left, right: right, goesLeftIfMissing: true)
    }
    let cases: [(String, ForestError.Code, [Forest.Node])] = [
      ("no node", .structure, []),
      ("its own child", .structure, [node(0, 0, 1), leaf]),
      ("a cycle", .structure, [node(0, 1, 2), node(0, 0, 2), leaf]),
      ("two parents", .structure, [node(0, 1, 1), leaf]),
      ("a child beyond", .structure, [node(0, 1, 7), leaf]),
      ("a child before", .structure, [node(0, -1, 1), leaf]),
      ("a feature beyond", .structure, [node(9, 1, 2), leaf, leaf]),
      ("a threshold that is none", .number, [node(0, 1, 2, .nan), leaf, leaf]),
      ("an infinite threshold", .number, [node(0, 1, 2, -.infinity), leaf, leaf]),
      ("a leaf that is none", .number, [.init(leaf: .nan)]),
      ("an infinite leaf", .number, [.init(leaf: .infinity)]),
    ]
    for (what, code, tree) in cases {
      let forest = Forest(featureCount: 3, base: 0, link: .identity, trees: [[leaf], tree])
      for make in [{ _ = try PlainForest(forest) }, { _ = try CompiledForest(forest) }] {
        let error = #expect(throws: ForestError.self, "\(what)") { try make() }
        #expect(error?.code == code, "\(what): \(error.map(String.init(describing:)) ?? "")")
      }
    }
  }

  @Test(arguments: [
    ("\"split_indices\":[0", "\"split_indices\":[6"),
    ("\"split_indices\":[0", "\"split_indices\":[4294967295"),
    ("\"left_children\":[1", "\"left_children\":[0"),
    ("\"left_children\":[1", "\"left_children\":[2147483647"),
    ("\"split_conditions\":[", "\"split_conditions\":[NaN,"),
    ("\"split_conditions\":[", "\"split_conditions\":[1e39,"),
    ("\"num_nodes\":\"", "\"num_nodes\":\"9"),
    ("\"num_trees\":\"", "\"num_trees\":\"99999999"),
    ("\"num_class\":\"0\",\"num_feature\":\"", "\"num_class\":\"0\",\"num_feature\":\"99999"),
    ("\"num_class\":\"0\",\"num_feature\":\"6", "\"num_class\":\"0\",\"num_feature\":\"1"),
    ("\"base_score\":\"[2E-1]\"", "\"base_score\":\"[2E0]\""),
    ("\"base_score\":\"[2E-1]\"", "\"base_score\":\"nan\""),
    ("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"4\""),
    ("\"split_type\":[0", "\"split_type\":[1"),
  ])
  func anXGBoostModelWithAWrongNumberIsRefused(find: String, put: String) throws {
    try expectRefusal(try GoldenForestTests.model("xgboost-3.2.0-logitraw"), find, put)
  }

  @Test(arguments: [
    ("num_leaves=", "num_leaves=99999999"), ("split_feature=", "split_feature=6 "),
    ("left_child=3", "left_child=0"), ("left_child=3", "left_child=99"),
    ("left_child=3", "left_child=-99"), ("threshold=", "threshold=nan "),
    ("leaf_value=", "leaf_value=inf "), ("decision_type=", "decision_type=12 "),
    ("max_feature_idx=5", "max_feature_idx=-1"), ("max_feature_idx=5", "max_feature_idx=99999999"),
    ("sigmoid:0.7", "sigmoid:0"), ("num_cat=0", "num_cat=1"), ("Tree=0", "Tree=1"),
    ("feature_names=", "feature_names=a "), ("objective=binary", "objective=multiclassova"),
  ])
  func aLightGBMModelWithAWrongNumberIsRefused(find: String, put: String) throws {
    try expectRefusal(try GoldenForestTests.model("lightgbm-4.7.0-binary"), find, put)
  }

  @Test func whatIsNoModelIsRefused() {
    for text in [
      "", " \n", "{", "{}", "[1]", "tree", "treetop\n", "tree\n", "PK", "{\"learner\":3}",
    ] {
      #expect(throws: ForestError.self, "\(text)") { try Forest.load(Array(text.utf8)) }
    }
  }

  /// Replaces the first `find`; a leading number of an array takes the place of its first.
  private func expectRefusal(_ bytes: [UInt8], _ find: String, _ put: String) throws {
    let at = try #require(Self.position(of: find, in: bytes), "\(find)")
    var changed = bytes
    changed.replaceSubrange(at..<at + find.utf8.count, with: Array(put.utf8))
    let error = #expect(throws: ForestError.self, "\(put)") { try Forest.load(changed) }
    #expect(error?.message.isEmpty == false)
  }

  private static func position(of text: String, in bytes: [UInt8]) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (0...bytes.count - wanted.count).first { at in
      bytes[at] == wanted[0] && bytes[at..<at + wanted.count].elementsEqual(wanted)
    }
  }

  /// A small model of two trees, to be cut at every place.
  private static func twoTrees() throws -> [UInt8] {
    let tree = """
      num_leaves=2
      num_cat=0
      split_feature=1
      threshold=0.25
      decision_type=2
      left_child=-1
      right_child=-2
      leaf_value=0.5 -1.25
      is_linear=0
      shrinkage=1


      """
    let head = """
      tree
      version=v4
      num_class=1
      num_tree_per_iteration=1
      label_index=0
      max_feature_idx=1
      objective=binary sigmoid:1
      feature_names=a b
      tree_sizes=120 120


      """
    let text = head + "Tree=0\n" + tree + "Tree=1\n" + tree + "end of trees\n\nparameters:\n"
    return Array(text.utf8)
  }
}
