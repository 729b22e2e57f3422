// Safe because the callers give blocks of the sizes that each comment of `DenseAlgebra` states, and
// every loop stays below them.

/// The operations of `DenseAlgebra` by plain loops: its twin in tests, and what computes where the
/// loops of OpenBLAS can't be trusted.
package enum PlainAlgebra {
  static func multiply(
    _ a: UnsafePointer<Float>, _ n: Int, _ d: Int, _ x: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<n {
      var sum: Float = 0
      for column in 0..<d { unsafe sum += a[row * d + column] * x[column] }
      unsafe y[row] = sum
    }
  }

  static func multiplyTransposed(
    _ a: UnsafePointer<Float>, _ n: Int, _ d: Int, _ y: UnsafePointer<Float>,
    into x: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<d { unsafe x[column] = 0 }
    for row in 0..<n { unsafe add(y[row], a + row * d, d, to: x) }
  }

  static func gram(
    _ a: UnsafePointer<Float>, _ n: Int, _ d: Int, into g: UnsafeMutablePointer<Float>
  ) {
    for place in 0..<d * d { unsafe g[place] = 0 }
    for row in 0..<n {
      for column in 0..<d {
        unsafe add(a[row * d + column], a + row * d, d, to: g + column * d)
      }
    }
  }

  static func products(
    _ a: UnsafePointer<Float>, _ n: Int, _ b: UnsafePointer<Float>, _ m: Int, _ d: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<n { unsafe multiply(b, m, d, a + row * d, into: c + row * m) }
  }

  static func add(
    _ factor: Float, _ y: UnsafePointer<Float>, _ n: Int, to x: UnsafeMutablePointer<Float>
  ) {
    for place in 0..<n { unsafe x[place] += factor * y[place] }
  }

  static func solve(
    _ a: UnsafeMutablePointer<Float>, _ d: Int, _ b: UnsafeMutablePointer<Float>
  ) -> Bool {
    var matrix = (0..<d * d).map { unsafe Double(a[$0]) }
    guard factorise(&matrix, d) else { return false }
    var x = (0..<d).map { unsafe Double(b[$0]) }
    for row in 0..<d {
      for column in 0..<row { x[row] -= matrix[row * d + column] * x[column] }
      x[row] /= matrix[row * d + row]
    }
    for row in (0..<d).reversed() {
      for column in row + 1..<max(d, row + 1) { x[row] -= matrix[column * d + row] * x[column] }
      x[row] /= matrix[row * d + row]
      unsafe b[row] = Float(x[row])
    }
    return true
  }

  /// By Gauss and Jordan, which needs no pivots for a positive definite matrix.
  package static func invert(_ matrix: inout [Double], _ n: Int) -> Bool {
    for pivot in 0..<n {
      let value = matrix[pivot * n + pivot]
      guard value > 0, value.isFinite else { return false }
      matrix[pivot * n + pivot] = 1
      for column in 0..<n { matrix[pivot * n + column] /= value }
      for row in 0..<n where row != pivot {
        let factor = matrix[row * n + pivot]
        matrix[row * n + pivot] = 0
        guard factor != 0 else { continue }
        for column in 0..<n {
          matrix[row * n + column] -= factor * matrix[pivot * n + column]
        }
      }
    }
    return true
  }

  /// The lower factor of Cholesky in the lower half.
  private static func factorise(_ matrix: inout [Double], _ n: Int) -> Bool {
    for row in 0..<n {
      for column in 0...row {
        var sum = matrix[row * n + column]
        for k in 0..<column { sum -= matrix[row * n + k] * matrix[column * n + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return false }
          matrix[row * n + row] = sum.squareRoot()
        } else {
          matrix[row * n + column] = sum / matrix[column * n + column]
        }
      }
    }
    return true
  }
}
