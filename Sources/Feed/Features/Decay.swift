/// Exponential decay by half-life, from tables: the same bits on every machine, and cheaper than
/// the library's `exp2`.
package enum Decay {
  /// 2^(-elapsed / halfLife); 1 when nothing has elapsed.
  @inline(__always)
  package static func factor(elapsed: Int64, halfLife: Int64) -> Float {
    guard elapsed > 0, halfLife > 0 else { return 1 }
    let steps = UInt64(bitPattern: elapsed) &* 256 / UInt64(bitPattern: halfLife)
    let halvings = steps &>> 8
    guard halvings < 100 else { return 0 }
    // A power of two is its exponent alone.
    let power = Float(bitPattern: UInt32(truncatingIfNeeded: 127 &- halvings) &<< 23)
    return fractions[Int(truncatingIfNeeded: steps & 255)] * power
  }

  /// 2^(-i/256) for i in 0..<256, by repeated square roots of one half, so that no library's
  /// rounding decides a bit.
  private static let fractions: [Float] = {
    var roots: [Double] = []
    var root = 0.5
    for _ in 0..<8 {
      root = root.squareRoot()
      roots.append(root)
    }
    return (0..<256).map { index in
      var product = 1.0
      for bit in 0..<8 where index >> (7 - bit) & 1 == 1 { product *= roots[bit] }
      return Float(product)
    }
  }()
}

/// Base-2 logarithms from the bits of the number: the same bits on every machine.
package enum Logarithm {
  /// log2 of a positive number, to about 3e-6; a non-positive one gives -infinity.
  @inline(__always)
  package static func base2(_ value: Float) -> Float {
    guard value > 0 else { return -.infinity }
    let exponent = Float(value.exponent)
    let x = value.significand - 1
    // x + x(1 - x) q(x) is pinned at both ends of [0, 1), so that it is continuous; q is a minimax
    // fit of degree 4.
    let q =
      0.442_544_94
      + x * (-0.275_600_28 + x * (0.181_948_76 + x * (-0.095_956_28 + x * 0.025_841_363)))
    return exponent + x + x * (1 - x) * q
  }
}
