internal import Lab
internal import Trees

/// Rows that are scored again and again, on one thread.
struct ForestTrial {
  /// The median time of a batch, and what came out.
  typealias Reading = (seconds: Double, scores: [Float])

  let rows: Int
  private let features: Int
  private let values: [Float]
  private let columns: [Float]
  private let secondsAtLeast: Double

  /// - Parameter values: row by row.
  init(values: [Float], rows: Int, features: Int, secondsAtLeast: Double = 0.3) {
    self.values = values
    self.rows = rows
    self.features = features
    self.secondsAtLeast = secondsAtLeast
    var columns = [Float](repeating: 0, count: rows * features)
    for row in 0..<rows {
      for feature in 0..<features {
        columns[feature * rows + row] = values[row * features + feature]
      }
    }
    self.columns = columns
  }

  /// From rows of floats.
  func rows(_ forest: CompiledForest, linked: Bool, count: Int? = nil) -> Reading {
    let scratch = ForestScratch()
    return repeated { _, scores in
      forest.score(
        rows: values.span, count: count ?? rows, linked: linked, into: &scores, scratch: scratch)
    }
  }

  /// From columns, the first `constant` features being what they are in the first row.
  ///
  /// - Parameter anew: whether the first of them differs from call to call, so that nothing is
  ///   remembered.
  func columns(_ forest: CompiledForest, constant: Int, anew: Bool = false) -> Reading {
    let scratch = ForestScratch()
    let columnOf = sources(constant).columnOf
    var constants = sources(constant).constants
    return repeated { number, scores in
      if anew, constant > 0 { constants[0] = Float(number % 256) / 256 }
      forest.score(
        columns: columns.span, stride: rows, count: rows, columnOf: columnOf.span,
        constants: constants.span, linked: false, into: &scores, scratch: scratch)
    }
  }

  /// What the walk from node to node gives.
  func plain(_ forest: Forest, constant: Int) throws -> [Float] {
    let (columnOf, constants) = sources(constant)
    var scores: [Float] = []
    try PlainForest(forest).score(
      columns: columns.span, stride: rows, count: rows, columnOf: columnOf.span,
      constants: constants.span, linked: false, into: &scores, scratch: ForestScratch())
    return scores
  }

  private func sources(_ constant: Int) -> (columnOf: [Int32], constants: [Float]) {
    let columnOf = (0..<features).map { Int32($0 < constant ? -1 : $0) }
    return (columnOf, Array(values[..<features]))
  }

  private func repeated(_ body: (Int, inout [Float]) -> Void) -> Reading {
    let time = SystemTime()
    var scores: [Float] = []
    var times: [Double] = []
    var total = 0.0
    while times.count < 3 || total < secondsAtLeast {
      let start = time.ticks
      body(times.count, &scores)
      times.append(Double(time.ticks - start) / 1e9)
      total += times[times.count - 1]
    }
    return (Bench.median(times), scores)
  }
}
