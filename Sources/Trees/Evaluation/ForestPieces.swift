internal import CKernels

/// The trees of a forest cut into pieces of a depth of at most six.
///
/// A deep tree begins with a piece that has its uppermost six levels. Where it goes on, that piece
/// gives 0, and a later one, for the rows that reach the place, the rest: pieces are led by tests
/// of their own that say whether a row reaches a place ("reaches"), numbered behind those of
/// columns.
/// Exactly one piece of a tree gives a row something else than 0, so the sum is that of the tree.
struct ForestPieces {
  /// A node: with a test, the child on the left and on the right; a leaf has `none` for a test.
  struct Node {
    let test: UInt32
    let left: UInt32
    let right: UInt32
    let leaf: Float
  }

  private(set) var nodes: [Node] = []
  private(set) var roots: [UInt32] = []
  private(set) var steps: [updraft_forest_step] = []
  private(set) var reachCount = 0

  private static let depth = 6
  static let none = UInt32.max
  /// Tests of columns.
  private let testCount: Int

  /// A decision on the way from the beginning of a piece.
  private struct Turn {
    let test: UInt32
    let isRight: Bool
  }

  /// Where a tree goes on below a piece.
  private struct Rest {
    let node: Int
    let reach: UInt32
  }

  /// A tree while it is cut.
  private struct Source {
    let tree: [Forest.Node]
    let tests: ArraySlice<UInt32>
    let heights: [Int]
    var rests: [Rest] = []

    func test(_ node: Int) -> UInt32 { tests[tests.startIndex + node] }
  }

  init(_ trees: [[Forest.Node]], _ columns: ForestColumns) {
    testCount = columns.codes.count
    var first = 0
    for tree in trees {
      let end = first + tree.count
      var source = Source(
        tree: tree, tests: columns.tests[first..<end], heights: Self.heights(tree))
      roots.append(copy(0, of: &source, levels: Self.depth, from: Self.none, path: []))
      while !source.rests.isEmpty { addRests(of: &source) }
      first = end
    }
  }

  /// Levels below each node.
  private static func heights(_ tree: [Forest.Node]) -> [Int] {
    var order = [0]
    var at = 0
    while at < order.count {
      let node = tree[order[at]]
      if !node.isLeaf { order += [Int(node.left), Int(node.right)] }
      at += 1
    }
    var heights = [Int](repeating: 0, count: tree.count)
    for at in order.reversed() where !tree[at].isLeaf {
      heights[at] = 1 + max(heights[Int(tree[at].left)], heights[Int(tree[at].right)])
    }
    return heights
  }

  /// Copies what is below `at`, at most so many levels of it, and notes where it goes on.
  ///
  /// - Parameters:
  ///   - from: the reach of the piece's beginning.
  ///   - path: the decisions from there.
  private mutating func copy(
    _ at: Int, of source: inout Source, levels: Int, from: UInt32, path: [Turn]
  ) -> UInt32 {
    let node = source.tree[at]
    if node.isLeaf { return addLeaf(node.value) }
    guard levels > 0 else {
      source.rests.append(Rest(node: at, reach: addReach(from: from, path: path)))
      return addLeaf(0)
    }
    let test = source.test(at)
    let left = copy(
      Int(node.left), of: &source, levels: levels - 1, from: from,
      path: path + [Turn(test: test, isRight: false)])
    let right = copy(
      Int(node.right), of: &source, levels: levels - 1, from: from,
      path: path + [Turn(test: test, isRight: true)])
    return addNode(test, left, right)
  }

  /// Adds pieces for everything that goes on below those before: a deep part first, beside it what
  /// fits: "does it reach the first? else the second? …".
  private mutating func addRests(of source: inout Source) {
    var byHeight = [[Rest]](repeating: [], count: Self.depth)
    for rest in source.rests {
      byHeight[min(source.heights[rest.node], Self.depth - 1)].append(rest)
    }
    source.rests = []
    func next(_ most: Int) -> Rest? {
      for height in stride(from: most, to: 0, by: -1) {
        if let rest = byHeight[height].popLast() { return rest }
      }
      return nil
    }
    while true {
      var parts: [(reach: UInt32, root: UInt32)] = []
      for levels in stride(from: Self.depth - 1, to: 0, by: -1) {
        guard let rest = next(levels) else { break }
        let root = copy(rest.node, of: &source, levels: levels, from: rest.reach, path: [])
        parts.append((rest.reach, root))
      }
      guard !parts.isEmpty else { return }
      var root = addLeaf(0)
      for part in parts.reversed() { root = addNode(part.reach, part.root, root) }
      roots.append(root)
    }
  }

  private mutating func addReach(from: UInt32, path: [Turn]) -> UInt32 {
    let reach = UInt32(testCount + reachCount)
    reachCount += 1
    for turn in path {
      steps.append(
        updraft_forest_step(
          to: reach, from: from, row: turn.test, invert: turn.isRight ? UInt32.max : 0))
    }
    return reach
  }

  private mutating func addNode(_ test: UInt32, _ left: UInt32, _ right: UInt32) -> UInt32 {
    nodes.append(Node(test: test, left: left, right: right, leaf: 0))
    return UInt32(nodes.count - 1)
  }

  private mutating func addLeaf(_ value: Float) -> UInt32 {
    nodes.append(Node(test: Self.none, left: 0, right: 0, leaf: value))
    return UInt32(nodes.count - 1)
  }
}
