internal import CBLAS
internal import CLAPACKE

// Safe because every block is made here with the size that the call next to it names.

/// Holds the loops that OpenBLAS picked for this processor against plain ones, on small drawn
/// matrices of awkward sizes; some milliseconds.
enum AlgebraCheck {
  /// Whether products, factorisations and inverses agree.
  static func passes() -> Bool {
    for (n, d) in [(1, 1), (7, 5), (33, 17), (130, 64), (257, 128), (96, 200)] {
      guard agrees(n, d) else { return false }
    }
    return true
  }

  private static func agrees(_ n: Int, _ d: Int) -> Bool {
    var chance = SplitMix(seed: UInt64(n * 1_000 + d))
    var draw: [Float] { (0..<n * d).map { _ in Float(chance.share()) - 0.5 } }
    let (a, rows) = (draw, Int32(n))
    let columns = Int32(d)
    var (gram, plainGram) = (
      [Float](repeating: 0, count: d * d), [Float](repeating: 0, count: d * d)
    )
    var (long, short) = ([Float](repeating: 0, count: n), [Float](repeating: 0, count: d))
    unsafe cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, columns, columns, rows, 1, a, columns, a, columns, 0,
      &gram, columns)
    unsafe PlainAlgebra.gram(a, n, d, into: &plainGram)
    unsafe PlainAlgebra.multiply(a, n, d, a, into: &long)
    unsafe PlainAlgebra.multiplyTransposed(a, n, d, long, into: &short)
    var products = [Float](repeating: 0, count: n * n)
    var plainProducts = products
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, columns, 1, a, columns, a, columns, 0,
      &products, rows)
    unsafe PlainAlgebra.products(a, n, a, n, d, into: &plainProducts)
    guard isNear(gram, plainGram), isNear(products, plainProducts) else { return false }
    for place in 0..<d { plainGram[place * d + place] += 1 }
    return solves(plainGram, short, d) && inverts(plainGram, d)
  }

  private static func solves(_ matrix: [Float], _ right: [Float], _ d: Int) -> Bool {
    let (lower, size) = (CChar(UInt8(ascii: "L")), Int32(d))
    var (factor, x) = (matrix, right)
    guard
      unsafe LAPACKE_spotrf_work(LAPACK_COL_MAJOR, lower, size, &factor, size) == 0,
      unsafe LAPACKE_spotrs_work(LAPACK_COL_MAJOR, lower, size, 1, factor, size, &x, size) == 0
    else { return false }
    var back = [Float](repeating: 0, count: d)
    unsafe PlainAlgebra.multiply(matrix, d, d, x, into: &back)
    return isNear(back, right)
  }

  private static func inverts(_ matrix: [Float], _ d: Int) -> Bool {
    let (lower, size) = (CChar(UInt8(ascii: "L")), Int32(d))
    var inverse = matrix.map { Double($0) }
    guard unsafe LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, lower, size, &inverse, size) == 0,
      unsafe LAPACKE_dpotri_work(LAPACK_COL_MAJOR, lower, size, &inverse, size) == 0
    else { return false }
    for row in 0..<d {
      for column in 0..<d {
        var sum = 0.0
        for k in 0..<d {
          let element = column >= k ? inverse[k * d + column] : inverse[column * d + k]
          sum += Double(matrix[row * d + k]) * element
        }
        guard abs(sum - (row == column ? 1 : 0)) < 1e-6 else { return false }
      }
    }
    return true
  }

  private static func isNear(_ one: [Float], _ other: [Float]) -> Bool {
    let size = other.reduce(1) { max($0, $1.magnitude) }
    // A number that is none is not near either.
    return zip(one, other).allSatisfy { ($0 - $1).magnitude <= 1e-3 * size }
  }
}
