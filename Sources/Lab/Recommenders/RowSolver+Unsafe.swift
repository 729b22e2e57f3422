internal import CKernels

// Safe because its blocks are allocated once for the sizes below, `chunk` rows or one, freed when
// it goes, and a chunk of what was seen never exceeds `chunk`; rows of the other side that are read
// are checked to be there before a kernel is told their numbers.

/// Solves single rows of one side of a factorisation: (G + YᵀY + λI) x = Yᵀ1, where G is the
/// weighed gram of all vectors of the other side and Y are those that were seen. Each thread has
/// its own.
@safe final class RowSolver {
  private let settings: FactorModel.Settings
  private let other: FactorBlock
  private let gram: FactorBlock
  /// Floats of a row.
  private let stride: Int
  private let factors: updraft_factors
  private let vectors: updraft_vectors
  /// Vectors of what was seen, side by side.
  private let seen: FactorBlock
  private let matrix: FactorBlock
  /// Three vectors: what is left, the direction, what the matrix makes of the direction.
  private let left: FactorBlock
  private let direction: FactorBlock
  private let turned: FactorBlock

  /// Vectors that are gathered at a time.
  private static let chunk = 64

  init(_ settings: FactorModel.Settings, gram: FactorBlock, from other: FactorBlock) {
    precondition(gram.rows == other.stride && gram.stride == other.stride)
    self.settings = settings
    self.gram = gram
    self.other = other
    stride = other.stride
    unsafe factors = updraft_factors_best().pointee
    unsafe vectors = updraft_vectors_best().pointee
    var isExact = false
    if case .cholesky = settings.solver { isExact = true }
    seen = FactorBlock(rows: isExact ? Self.chunk : 0, dimension: stride)
    matrix = FactorBlock(rows: isExact ? stride : 0, dimension: stride)
    left = FactorBlock(rows: 1, dimension: stride)
    direction = FactorBlock(rows: 1, dimension: stride)
    turned = FactorBlock(rows: 1, dimension: stride)
  }

  /// Puts the solution into a row of `side`.
  ///
  /// - Parameter rows: which vectors of the other side were seen, ascending.
  func solve(
    _ row: Int, of side: FactorBlock, seen rows: borrowing Span<UInt32>, regularisation: Float
  ) {
    precondition(side.stride == stride)
    let solution = unsafe side.row(row)
    guard !rows.isEmpty else { return unsafe solution.update(repeating: 0, count: stride) }
    precondition(Int(rows[rows.count - 1]) < other.rows)
    unsafe rows.withUnsafeBufferPointer { rows in
      guard let numbers = rows.baseAddress else { return }
      switch settings.solver {
      case .cholesky: unsafe solveExactly(solution, numbers, rows.count, regularisation)
      case .conjugateGradient(let steps):
        unsafe descend(solution, numbers, rows.count, regularisation, steps)
      }
    }
  }

  private func solveExactly(
    _ solution: UnsafeMutablePointer<Float>, _ numbers: UnsafePointer<UInt32>, _ count: Int,
    _ regularisation: Float
  ) {
    let (matrix, left, seen) = unsafe (matrix.base, left.base, seen.base)
    unsafe matrix.update(from: gram.base, count: stride * stride)
    for place in 0..<stride { unsafe matrix[place * stride + place] += regularisation }
    for first in Swift.stride(from: 0, to: count, by: Self.chunk) {
      let some = min(Self.chunk, count - first)
      for place in 0..<some {
        unsafe (seen + place * stride).update(
          from: other.row(Int(numbers[first + place])), count: stride)
      }
      unsafe factors.gram(seen, some, stride, matrix)
    }
    unsafe left.update(repeating: 0, count: stride)
    // Of slope 0: the sum of the rows.
    unsafe factors.pull(other.base, numbers, count, stride, solution, 1, 0, left)
    // Where it is not positive definite for want of precision, the row stays as it was.
    guard unsafe DenseAlgebra.solve(matrix, stride, left) else { return }
    unsafe solution.update(from: left, count: stride)
  }

  /// Steps of conjugate gradients from where the row stands.
  private func descend(
    _ solution: UnsafeMutablePointer<Float>, _ numbers: UnsafePointer<UInt32>, _ count: Int,
    _ regularisation: Float, _ steps: Int
  ) {
    let (left, direction, turned) = unsafe (left.base, direction.base, turned.base)
    // left = Yᵀ(1 − Y x) − G x − λ x
    unsafe factors.turn(gram.base, stride, solution, turned)
    for place in 0..<stride {
      unsafe left[place] = -turned[place] - regularisation * solution[place]
    }
    unsafe factors.pull(other.base, numbers, count, stride, solution, 1, -1, left)
    unsafe direction.update(from: left, count: stride)
    var square = unsafe vectors.dot(left, left, stride)
    for _ in 0..<steps where square > 1e-20 {
      // turned = (YᵀY + G + λI) direction
      unsafe factors.turn(gram.base, stride, direction, turned)
      for place in 0..<stride { unsafe turned[place] += regularisation * direction[place] }
      unsafe factors.pull(other.base, numbers, count, stride, direction, 0, 1, turned)
      let length = unsafe square / vectors.dot(direction, turned, stride)
      for place in 0..<stride {
        unsafe solution[place] += length * direction[place]
        unsafe left[place] -= length * turned[place]
      }
      let next = unsafe vectors.dot(left, left, stride)
      let share = next / square
      for place in 0..<stride {
        unsafe direction[place] = left[place] + share * direction[place]
      }
      square = next
    }
  }
}
