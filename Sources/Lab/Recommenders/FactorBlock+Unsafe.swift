// Safe because the block is allocated once for `rows * dimension` elements, freed when its owner
// goes, and every row that is asked for is held against `rows`.

/// Vectors that change in place: one side of a factorisation.
@safe package final class FactorBlock: @unchecked Sendable {
  // Sendable: whoever lets threads change rows sees to it that no two take the same.
  let rows: Int
  let dimension: Int
  let base: UnsafeMutablePointer<Float>

  /// Vectors of zeros.
  init(rows: Int, dimension: Int) {
    self.rows = rows
    self.dimension = dimension
    unsafe base = .allocate(capacity: max(1, rows * dimension))
    unsafe base.initialize(repeating: 0, count: max(1, rows * dimension))
  }

  deinit { unsafe base.deallocate() }

  /// Where a row begins.
  func row(_ number: Int) -> UnsafeMutablePointer<Float> {
    precondition(number >= 0 && number < rows)
    return unsafe base + number * dimension
  }

  /// Numbers that are nearly normal, of a standard deviation: the sum of four uniform ones.
  func draw(seed: UInt64, spread: Float) {
    var chance = SplitMix(seed: seed)
    let scale = Double(spread) * 3.0.squareRoot()
    for place in 0..<rows * dimension {
      let sum = chance.share() + chance.share() + chance.share() + chance.share() - 2
      unsafe base[place] = Float(sum * scale)
    }
  }

  /// Takes vectors over.
  func fill(_ table: VectorTable) {
    precondition(table.values.count == rows * dimension)
    for (place, value) in table.values.enumerated() { unsafe base[place] = value }
  }

  /// A copy of the vectors.
  package var table: VectorTable {
    VectorTable(
      dimension: dimension,
      values: unsafe Array(UnsafeBufferPointer(start: base, count: rows * dimension)))
  }

  /// scale · FᵀF, `dimension * dimension`.
  func gram(scale: Float) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: dimension * dimension) { buffer, used in
      guard let to = buffer.baseAddress else { return }
      unsafe to.initialize(repeating: 0, count: dimension * dimension)
      unsafe DenseAlgebra.gram(base, rows, dimension, scale: scale, keep: 0, into: to)
      used = dimension * dimension
    }
  }

  /// The inner product of a row and another block's.
  package func product(_ row: Int, _ other: FactorBlock, _ otherRow: Int) -> Double {
    precondition(other.dimension == dimension)
    let (one, two) = unsafe (self.row(row), other.row(otherRow))
    var sum = 0.0
    for place in 0..<dimension { unsafe sum += Double(one[place]) * Double(two[place]) }
    return sum
  }

  /// The inner products of some rows of one table and all of another, row after row.
  static func products(
    _ one: VectorTable, _ rows: Range<Int>, _ other: VectorTable, into scores: inout [Float]
  ) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= one.count)
    precondition(one.dimension == other.dimension)
    let count = rows.count * other.count
    unsafe scores = [Float](unsafeUninitializedCapacity: count) { buffer, used in
      unsafe one.values.withUnsafeBufferPointer { left in
        unsafe other.values.withUnsafeBufferPointer { right in
          guard let to = buffer.baseAddress, let a = left.baseAddress,
            let b = right.baseAddress
          else { return }
          unsafe to.initialize(repeating: 0, count: count)
          unsafe DenseAlgebra.products(
            a + rows.lowerBound * one.dimension, rows.count, b, other.count, one.dimension, into: to
          )
          used = count
        }
      }
    }
  }
}
