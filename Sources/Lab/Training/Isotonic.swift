public import Feed

/// Isotonic regression: the rising steps that are nearest to what was seen, by least squares, found
/// by pooling adjacent violators (Ayer et al., 1955, doi:10.1214/aoms/1177728423).
public enum Isotonic {
  /// Neighbours that share a value.
  package struct Block {
    package var first: Float
    package var last: Float
    var weight: Double
    var sum: Double

    package var value: Double { sum / weight }
  }

  /// A step at either end with less weight than this is pooled with its neighbour: a single click
  /// at the top does not make what lies there certain.
  private static let endWeight = 10.0

  /// The map from raw probabilities to what was seen behind them.
  ///
  /// Values are kept off 0 and 1 by what one more row in all would do.
  ///
  /// - Parameters:
  ///   - raw: one a row; rows where it is NaN are left out.
  ///   - seen: 0 or 1, or a share, one a row.
  ///   - weights: 0 or more, one a row; empty = all 1.
  /// - Returns: the identity where no row counts.
  /// - Complexity: O(n log n).
  public static func calibration(
    raw: [Float], seen: [Float], weights: [Float] = []
  ) -> Calibration {
    var steps = blocks(raw: raw, seen: seen, weights: weights)
    while steps.count > 1, steps[0].weight < endWeight {
      steps[1] = joined(steps[0], steps[1])
      steps.removeFirst()
    }
    while steps.count > 1, steps[steps.count - 1].weight < endWeight {
      let last = steps.removeLast()
      steps[steps.count - 1] = joined(steps[steps.count - 1], last)
    }
    let least = 1 / (steps.reduce(2) { $0 + $1.weight })
    var calibration = Calibration()
    for step in steps {
      let value = Float(min(1 - least, max(least, step.value)))
      calibration.raw.append(step.first)
      calibration.calibrated.append(value)
      if step.last > step.first {
        calibration.raw.append(step.last)
        calibration.calibrated.append(value)
      }
    }
    return calibration
  }

  /// The steps, from the lowest raw value to the highest.
  package static func blocks(raw: [Float], seen: [Float], weights: [Float]) -> [Block] {
    let rows = raw.indices.filter { row in
      raw[row].isFinite && (weights.isEmpty || weights[row] > 0)
    }.sorted { raw[$0] != raw[$1] ? raw[$0] < raw[$1] : $0 < $1 }
    var blocks: [Block] = []
    for row in rows {
      let weight = weights.isEmpty ? 1 : Double(weights[row])
      var block = Block(
        first: raw[row], last: raw[row], weight: weight, sum: weight * Double(seen[row]))
      // Equal raw values are one place of the map, whatever was seen there.
      if let last = blocks.last, last.last == block.first {
        blocks.removeLast()
        block = joined(last, block)
      }
      while let last = blocks.last, last.value >= block.value {
        blocks.removeLast()
        block = joined(last, block)
      }
      blocks.append(block)
    }
    return blocks
  }

  private static func joined(_ left: Block, _ right: Block) -> Block {
    Block(
      first: left.first, last: right.last, weight: left.weight + right.weight,
      sum: left.sum + right.sum)
  }
}
