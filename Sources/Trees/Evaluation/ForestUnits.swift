/// Pieces of trees laid out level by level, as the kernels decide them: 64 places each.
///
/// The first decision stands in the lowest bit of a place, 1 for left. A leaf that stands higher
/// than others is found below every path from there.
struct ForestUnits {
  private(set) var depths: [UInt8] = []
  /// Level k from 2^k - 1 on.
  private(set) var tests: [UInt32] = []
  private(set) var leaves: [Float] = []

  private static let places = 64

  /// - Parameters:
  ///   - blank: the test of places below a leaf.
  ///   - isPlanar: whether leaves lie byte by byte: the 64 lowest bytes, then the next ones.
  init(_ pieces: ForestPieces, blank: UInt32, isPlanar: Bool) {
    for root in pieces.roots { add(root, of: pieces.nodes, blank, isPlanar) }
  }

  private mutating func add(
    _ root: UInt32, of nodes: [ForestPieces.Node], _ blank: UInt32, _ isPlanar: Bool
  ) {
    var level = [root]
    var tests: [UInt32] = []
    while level.contains(where: { nodes[Int($0)].test != ForestPieces.none }) {
      var (right, left): ([UInt32], [UInt32]) = ([], [])
      for at in level {
        let node = nodes[Int(at)]
        let isLeaf = node.test == ForestPieces.none
        tests.append(isLeaf ? blank : node.test)
        right.append(isLeaf ? at : node.right)
        left.append(isLeaf ? at : node.left)
      }
      level = right + left
    }
    depths.append(UInt8(level.count.trailingZeroBitCount))
    self.tests += tests + Array(repeating: blank, count: Self.places - tests.count)
    let outputs = level.map { nodes[Int($0)].leaf }
    let room = outputs + Array(repeating: 0, count: Self.places - outputs.count)
    leaves += isPlanar ? Self.planes(room) : room
  }

  /// The bytes of the leaves, the lowest of all first, four in the bits of a float.
  private static func planes(_ leaves: [Float]) -> [Float] {
    var words = [UInt32](repeating: 0, count: leaves.count)
    for (place, leaf) in leaves.enumerated() {
      for byte in 0..<4 {
        let at = byte * leaves.count + place
        words[at / 4] |= (leaf.bitPattern >> UInt32(8 * byte) & 255) << UInt32(8 * (at % 4))
      }
    }
    return words.map { Float(bitPattern: $0) }
  }
}
