/// The distinct tests of a forest, and the columns that they ask.
///
/// A test is "the value's rank among the column's thresholds is below r". A rank has at most eight
/// binary digits, so a feature with more than 255 thresholds becomes several columns, each with
/// some of them. Tests are numbered column by column, first those that send missing values left.
struct ForestColumns {
  /// A feature, or a part of its thresholds.
  struct Column {
    let feature: Int32
    /// Binary digits of a rank, 4 to 8.
    let levels: Int
    /// Thresholds in the order of a search by halving; 256 floats.
    let table: [Float]
    /// Tests that send missing values left, and those that send them right.
    var lefts = 0
    var rights = 0
  }

  private(set) var columns: [Column] = []
  /// r by test.
  private(set) var codes: [UInt8] = []
  /// The test by node, over all trees one behind the other; for leaves, 0.
  private(set) var tests: [UInt32]

  private static let thresholdsMax = 255

  /// A node, as it is sorted.
  private struct Entry {
    let feature: Int32
    let threshold: Float
    let isRight: Bool
    let node: Int
  }

  /// - Parameter trees: trees without nodes that nothing leads to.
  init(_ trees: [[Forest.Node]]) {
    var entries: [Entry] = []
    var count = 0
    for tree in trees {
      for node in tree {
        if !node.isLeaf {
          entries.append(
            Entry(
              feature: node.feature, threshold: node.value, isRight: !node.goesLeftIfMissing,
              node: count))
        }
        count += 1
      }
    }
    tests = [UInt32](repeating: 0, count: count)
    entries.sort { ($0.feature, $0.threshold) < ($1.feature, $1.threshold) }
    var start = 0
    while start < entries.count { start = addColumn(entries, from: start) }
  }

  /// Takes as many thresholds of one feature as a column holds, and returns where the next begin.
  private mutating func addColumn(_ entries: [Entry], from start: Int) -> Int {
    let feature = entries[start].feature
    var thresholds: [Float] = []
    var codeOf: [UInt8] = []
    var end = start
    while end < entries.count, entries[end].feature == feature {
      let threshold = entries[end].threshold
      if thresholds.last != threshold {
        if thresholds.count == Self.thresholdsMax { break }
        thresholds.append(threshold)
      }
      codeOf.append(UInt8(thresholds.count))
      end += 1
    }
    let (levels, table) = Self.table(thresholds)
    var column = Column(feature: feature, levels: levels, table: table)
    for isRight in [false, true] {
      let first = codes.count
      for at in start..<end where entries[at].isRight == isRight {
        let code = codeOf[at - start]
        if codes.count == first || codes[codes.count - 1] != code { codes.append(code) }
        tests[entries[at].node] = UInt32(codes.count - 1)
      }
      if isRight { column.rights = codes.count - first } else { column.lefts = codes.count - first }
    }
    columns.append(column)
    return end
  }

  /// A perfect search tree over the thresholds, level by level; what is left is +infinity, which
  /// no number but itself reaches.
  private static func table(_ thresholds: [Float]) -> (levels: Int, table: [Float]) {
    var levels = 4
    while 1 << levels - 1 < thresholds.count { levels += 1 }
    var table = [Float](repeating: .infinity, count: 256)
    for level in 0..<levels {
      for path in 0..<1 << level {
        // The first comparison stands in the lowest bit of a path, but weighs most in the rank.
        let prefix = (0..<level).reduce(0) { $0 << 1 | path >> $1 & 1 }
        let rank = (2 * prefix + 1) << (levels - 1 - level) - 1
        if rank < thresholds.count { table[1 << level - 1 + path] = thresholds[rank] }
      }
    }
    return (levels, table)
  }
}
