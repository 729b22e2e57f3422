internal import CKernels

// Safe because the block is allocated once for `rows * stride` elements, freed when its owner goes,
// and every row that is asked for is held against `rows`.

/// Vectors that change in place: one side of a factorisation. Each is filled up with zeros to a
/// whole number of steps of the kernels, and begins where a cache line does.
@safe package final class FactorBlock: @unchecked Sendable {
  // Sendable: whoever lets threads change rows sees to it that no two take the same.
  let rows: Int
  let dimension: Int
  /// Floats from one vector to the next.
  let stride: Int
  let base: UnsafeMutablePointer<Float>

  private static let cacheLine = 64

  /// Vectors of zeros.
  init(rows: Int, dimension: Int) {
    self.rows = rows
    self.dimension = dimension
    let step = Int(UPDRAFT_FACTORS_STEP)
    stride = (dimension + step - 1) / step * step
    let count = max(1, rows * stride)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: Self.cacheLine)
    unsafe base = memory.initializeMemory(as: Float.self, repeating: 0, count: count)
  }

  deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

  /// Where a row begins.
  func row(_ number: Int) -> UnsafeMutablePointer<Float> {
    precondition(number >= 0 && number < rows)
    return unsafe base + number * stride
  }

  /// Numbers that are nearly normal, of a standard deviation: the sum of four uniform ones.
  func draw(seed: UInt64, spread: Float) {
    var chance = SplitMix(seed: seed)
    let scale = Double(spread) * 3.0.squareRoot()
    for row in 0..<rows {
      for place in 0..<dimension {
        let sum = chance.share() + chance.share() + chance.share() + chance.share() - 2
        unsafe base[row * stride + place] = Float(sum * scale)
      }
    }
  }

  /// Takes vectors over.
  func fill(_ table: VectorTable) {
    precondition(table.dimension == dimension && table.count == rows)
    for row in 0..<rows {
      for place in 0..<dimension {
        unsafe base[row * stride + place] = table.values[row * dimension + place]
      }
    }
  }

  /// A copy of the vectors.
  package var table: VectorTable {
    var values: [Float] = []
    values.reserveCapacity(rows * dimension)
    for row in 0..<rows {
      unsafe values.append(
        contentsOf: UnsafeBufferPointer(start: base + row * stride, count: dimension))
    }
    return VectorTable(dimension: dimension, values: values)
  }

  /// scale · FᵀF, `stride` rows of `stride`.
  func gram(scale: Float) -> FactorBlock {
    let gram = FactorBlock(rows: stride, dimension: stride)
    unsafe updraft_factors_best().pointee.gram(base, rows, stride, gram.base)
    for place in 0..<stride * stride { unsafe gram.base[place] *= scale }
    return gram
  }

  /// The sum of the products of all elements of two blocks of one shape.
  func overlap(_ other: FactorBlock) -> Double {
    precondition(rows == other.rows && stride == other.stride)
    var sum = 0.0
    for place in 0..<rows * stride {
      unsafe sum += Double(base[place]) * Double(other.base[place])
    }
    return sum
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
