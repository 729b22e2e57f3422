import Trees

/// Chance that follows from a seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Values on a grid of so many steps, so that thresholds are met exactly; some zero, some
  /// missing, some very large.
  mutating func value(_ steps: Int) -> Float {
    switch below(12) {
    case 0: .nan
    case 1: below(2) == 0 ? 0 : -0.0
    case 2: [.infinity, -.infinity, .greatestFiniteMagnitude, 1e-36, -1e-35, 1e-34][below(6)]
    default: Float(below(steps)) - Float(steps / 2)
    }
  }
}

/// What a drawn forest is like.
struct ForestKind: CustomStringConvertible, Sendable {
  var name: String
  var features = 8
  var trees = 20
  var depth = 6
  /// Thresholds of a feature.
  var steps = 40
  /// One in so many inner places is a leaf.
  var leafOneIn = 6

  var description: String { name }

  static let all = [
    ForestKind(name: "depth six"),
    ForestKind(name: "perfect", trees: 12, leafOneIn: 1_000_000),
    ForestKind(name: "shallow", trees: 30, depth: 2, leafOneIn: 3),
    ForestKind(name: "leaves alone", trees: 5, depth: 0),
    ForestKind(name: "no tree", trees: 0),
    ForestKind(name: "no feature", features: 0, trees: 3, depth: 0),
    ForestKind(name: "deep", trees: 6, depth: 11, leafOneIn: 5),
    ForestKind(name: "deep and wide", trees: 2, depth: 10, leafOneIn: 30),
    ForestKind(name: "chains", trees: 4, depth: 60, leafOneIn: 2),
    ForestKind(name: "many thresholds", features: 2, trees: 60, steps: 5_000, leafOneIn: 50),
    ForestKind(name: "wide rows", features: 83, trees: 15, steps: 12),
  ]

  func draw(_ random: inout Seeded) -> Forest {
    let zeros = (0..<Int32(features)).filter { _ in random.below(4) == 0 }
    return Forest(
      featureCount: features, base: Float(random.below(100)) / 7, link: .identity,
      zeroIsMissing: zeros, trees: (0..<trees).map { _ in tree(&random) })
  }

  private func tree(_ random: inout Seeded) -> [Forest.Node] {
    var nodes: [Forest.Node] = []
    grow(&nodes, depth, &random)
    return nodes
  }

  /// A child may be a leaf; of chains, one always is.
  @discardableResult
  private func grow(_ nodes: inout [Forest.Node], _ levels: Int, _ random: inout Seeded) -> Int32 {
    let at = nodes.count
    nodes.append(Forest.Node(leaf: Float(random.below(2_000) - 1_000) / 512))
    guard levels > 0, at == 0 || levels > 15 || random.below(leafOneIn) != 0 else {
      return Int32(at)
    }
    let isChain = levels > 15
    let left = grow(&nodes, isChain && random.below(2) == 0 ? 0 : levels - 1, &random)
    let right = grow(&nodes, isChain && Int(left) < nodes.count - 1 ? 0 : levels - 1, &random)
    let threshold = random.below(40) == 0 ? .infinity : Float(random.below(steps) - steps / 2)
    nodes[at] = Forest.Node(
      feature: Int32(random.below(features)), below: threshold, left: left, right: right,
      goesLeftIfMissing: random.below(2) == 0)
    return Int32(at)
  }
}
