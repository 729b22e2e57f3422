// Safe because its blocks are allocated once for the sizes below, `chunk * dimension`, `dimension²`
// and so on, freed when it goes, and a chunk of what was seen never exceeds `chunk`; rows of the
// other side are checked by `FactorBlock.row`.

/// Solves single rows of one side of a factorisation: (G + YᵀY + λI) x = Yᵀ1, where G is the
/// weighed gram of all vectors of the other side and Y are those that were seen. Each thread has
/// its own.
@safe final class RowSolver {
  private let settings: FactorModel.Settings
  private let dimension: Int
  private let other: FactorBlock
  private let gram: [Float]
  /// Vectors of what was seen, side by side, so that the steps run inside the cache.
  private let seen: UnsafeMutablePointer<Float>
  /// An element a vector of what was seen.
  private let errors: UnsafeMutablePointer<Float>
  private let matrix: UnsafeMutablePointer<Float>
  /// Three vectors: what is left, the direction, what the matrix makes of the direction.
  private let left: UnsafeMutablePointer<Float>
  private let direction: UnsafeMutablePointer<Float>
  private let turned: UnsafeMutablePointer<Float>

  /// Vectors that are gathered at a time. Rows with more take the exact way, which needs each
  /// vector once.
  private static let chunk = 1_024

  init(_ settings: FactorModel.Settings, gram: [Float], from other: FactorBlock) {
    self.settings = settings
    self.gram = gram
    self.other = other
    dimension = other.dimension
    precondition(gram.count == dimension * dimension)
    unsafe seen = .allocate(capacity: Self.chunk * dimension)
    unsafe errors = .allocate(capacity: Self.chunk)
    unsafe matrix = .allocate(capacity: dimension * dimension)
    unsafe left = .allocate(capacity: dimension)
    unsafe direction = .allocate(capacity: dimension)
    unsafe turned = .allocate(capacity: dimension)
    unsafe errors.initialize(repeating: 0, count: Self.chunk)
    unsafe turned.initialize(repeating: 0, count: dimension)
  }

  deinit {
    unsafe seen.deallocate()
    unsafe errors.deallocate()
    unsafe matrix.deallocate()
    unsafe left.deallocate()
    unsafe direction.deallocate()
    unsafe turned.deallocate()
  }

  /// Puts the solution into a row of `side`.
  ///
  /// - Parameter rows: which vectors of the other side were seen.
  func solve(
    _ row: Int, of side: FactorBlock, seen rows: borrowing Span<UInt32>, regularisation: Float
  ) {
    let solution = unsafe side.row(row)
    guard !rows.isEmpty else {
      return unsafe solution.update(repeating: 0, count: dimension)
    }
    if case .conjugateGradient(let steps) = settings.solver, rows.count <= Self.chunk {
      gather(rows, 0..<rows.count)
      unsafe descend(solution, rows.count, regularisation, steps)
    } else {
      unsafe solveExactly(solution, rows, regularisation)
    }
  }

  private func gather(_ rows: borrowing Span<UInt32>, _ range: Range<Int>) {
    for (place, number) in range.enumerated() {
      unsafe (seen + place * dimension).update(
        from: other.row(Int(rows[number])), count: dimension)
    }
  }

  private func solveExactly(
    _ solution: UnsafeMutablePointer<Float>, _ rows: borrowing Span<UInt32>, _ regularisation: Float
  ) {
    for place in gram.indices { unsafe matrix[place] = gram[place] }
    for place in 0..<dimension { unsafe matrix[place * dimension + place] += regularisation }
    unsafe left.update(repeating: 0, count: dimension)
    unsafe errors.update(repeating: 1, count: min(rows.count, Self.chunk))
    for first in stride(from: 0, to: rows.count, by: Self.chunk) {
      let range = first..<min(first + Self.chunk, rows.count)
      gather(rows, range)
      unsafe DenseAlgebra.gram(seen, range.count, dimension, scale: 1, keep: 1, into: matrix)
      unsafe DenseAlgebra.multiplyTransposed(
        seen, range.count, dimension, errors, keep: 1, into: left)
    }
    // Where it is not positive definite for want of precision, the row stays as it was.
    guard unsafe DenseAlgebra.solve(matrix, dimension, left) else { return }
    unsafe solution.update(from: left, count: dimension)
  }

  /// Steps of conjugate gradients from where the row stands.
  private func descend(
    _ solution: UnsafeMutablePointer<Float>, _ count: Int, _ regularisation: Float, _ steps: Int
  ) {
    // left = Yᵀ(1 − Y x) − G x − λ x
    unsafe DenseAlgebra.multiply(seen, count, dimension, solution, into: errors)
    for place in 0..<count { unsafe errors[place] = 1 - errors[place] }
    unsafe multiplyGram(solution, into: left)
    for place in 0..<dimension {
      unsafe left[place] = -left[place] - regularisation * solution[place]
    }
    unsafe DenseAlgebra.multiplyTransposed(seen, count, dimension, errors, keep: 1, into: left)
    unsafe direction.update(from: left, count: dimension)
    var square = unsafe product(left, left)
    for _ in 0..<steps where square > 1e-20 {
      // turned = (YᵀY + G + λI) direction
      unsafe DenseAlgebra.multiply(seen, count, dimension, direction, into: errors)
      unsafe multiplyGram(direction, into: turned)
      unsafe DenseAlgebra.add(regularisation, direction, dimension, to: turned)
      unsafe DenseAlgebra.multiplyTransposed(seen, count, dimension, errors, keep: 1, into: turned)
      let length = unsafe square / product(direction, turned)
      for place in 0..<dimension {
        unsafe solution[place] += length * direction[place]
        unsafe left[place] -= length * turned[place]
      }
      let next = unsafe product(left, left)
      let share = next / square
      for place in 0..<dimension {
        unsafe direction[place] = left[place] + share * direction[place]
      }
      square = next
    }
  }

  private func multiplyGram(
    _ vector: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    unsafe gram.withUnsafeBufferPointer { gram in
      guard let base = gram.baseAddress else { return }
      unsafe DenseAlgebra.multiply(base, dimension, dimension, vector, into: result)
    }
  }

  private func product(_ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>) -> Float {
    unsafe DenseAlgebra.product(one, other, dimension)
  }
}
