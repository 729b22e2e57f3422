internal import CBLAS
internal import CLAPACKE
internal import Synchronization

// Safe because every function is given blocks of at least the sizes that its comment states, in
// elements, and passes those very sizes on; the callers below `Recommenders` allocate them so.

/// Products and factorisations of dense matrices in row order, over OpenBLAS.
///
/// OpenBLAS picks its loops by the processor, and old versions have picked loops that computed
/// wrongly on processors they did not know. So the loops are held against plain ones once a
/// process, and where they differ, `PlainAlgebra` computes instead: slower, the same results.
package enum DenseAlgebra {
  /// Whether the loops that OpenBLAS picked compute what they should.
  package static let isSound: Bool = AlgebraCheck.passes()

  /// Runs `body` with products that stay on the calling thread, because its threads share the work
  /// by rows; nested and parallel calls are counted.
  static func onOneThread<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if users.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0 {
      threads.store(Int(openblas_get_num_threads()), ordering: .releasing)
      openblas_set_num_threads(1)
    }
    defer {
      if users.wrappingAdd(-1, ordering: .acquiringAndReleasing).newValue == 0 {
        openblas_set_num_threads(Int32(clamping: threads.load(ordering: .acquiring)))
      }
    }
    return try body()
  }

  private static let users = Atomic<Int>(0)
  private static let threads = Atomic<Int>(1)

  /// C = A Bᵀ, with A n × d, B m × d, C n × m.
  static func products(
    _ a: UnsafePointer<Float>, _ n: Int, _ b: UnsafePointer<Float>, _ m: Int, _ d: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    guard isSound else { return unsafe PlainAlgebra.products(a, n, b, m, d, into: c) }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(n), Int32(m), Int32(d), 1, a, Int32(d), b,
      Int32(d), 0, c, Int32(m))
  }

  /// x += factor · y, both of n.
  static func add(
    _ factor: Float, _ y: UnsafePointer<Float>, _ n: Int, to x: UnsafeMutablePointer<Float>
  ) {
    guard isSound else { return unsafe PlainAlgebra.add(factor, y, n, to: x) }
    unsafe cblas_saxpy(Int32(n), factor, y, 1, x, 1)
  }

  /// Solves A x = b in place of b, by Cholesky; A, symmetric d × d, is used up.
  ///
  /// - Returns: false where A is not positive definite; b is as it was then.
  static func solve(
    _ a: UnsafeMutablePointer<Float>, _ d: Int, _ b: UnsafeMutablePointer<Float>
  ) -> Bool {
    guard isSound else { return unsafe PlainAlgebra.solve(a, d, b) }
    // Symmetric, so that column order means the same and spares a turn.
    let lower = CChar(UInt8(ascii: "L"))
    guard unsafe LAPACKE_spotrf_work(LAPACK_COL_MAJOR, lower, Int32(d), a, Int32(d)) == 0 else {
      return false
    }
    return unsafe LAPACKE_spotrs_work(
      LAPACK_COL_MAJOR, lower, Int32(d), 1, a, Int32(d), b, Int32(d)) == 0
  }

  /// The inverse of a symmetric positive definite matrix of n × n in its place, both halves.
  ///
  /// - Returns: false where it is not positive definite.
  package static func invert(_ matrix: inout [Double], _ n: Int) -> Bool {
    precondition(matrix.count == n * n && n <= Int(Int32.max))
    guard isSound else { return PlainAlgebra.invert(&matrix, n) }
    let lower = CChar(UInt8(ascii: "L"))
    let isInverted = unsafe matrix.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return true }
      return unsafe LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, lower, Int32(n), base, Int32(n)) == 0
        && LAPACKE_dpotri_work(LAPACK_COL_MAJOR, lower, Int32(n), base, Int32(n)) == 0
    }
    guard isInverted else { return false }
    // The lower half in column order is the upper one in row order.
    for row in 0..<n {
      for column in row + 1..<max(n, row + 1) {
        matrix[column * n + row] = matrix[row * n + column]
      }
    }
    return true
  }
}
