/// Exponential decay by half-life, from tables: the same bits on every machine, and cheaper than
/// the library's `exp2`.
enum Decay {
  /// 2^(-elapsed / halfLife); 1 when nothing has elapsed.
  @inline(__always)
  static func factor(elapsed: Int64, halfLife: Int64) -> Float {
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

/// Base-2 logarithms from the bits of the number: order-preserving, equal on every machine.
enum Logarithm {
  /// log2 of a positive number, to about 1e-4; a non-positive one gives -infinity.
  @inline(__always)
  static func base2(_ value: Float) -> Float {
    guard value > 0 else { return -.infinity }
    let exponent = Float(value.exponent)
    let x = value.significand - 1
    // Remez-like cubic in x on [0, 1), pinned at both ends so that it is continuous.
    let polynomial =
      x * (1.442_695 + x * (-0.718_2 + x * (0.457_0 + x * (-0.277_0 + x * 0.095_505))))
    return exponent + polynomial
  }
}
