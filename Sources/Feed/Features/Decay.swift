/// Exponential decay by half-life: the same bits on every machine, and cheaper than the library's
/// `exp2`.
///
/// It is exact to a few units of the last place also for times that are tiny against the half-life:
/// counters are decayed once an event, so an error that favours one side would add up.
package enum Decay {
  /// 2^(-elapsed / halfLife); 1 when nothing has elapsed.
  @inline(__always)
  package static func factor(elapsed: Int64, halfLife: Int64) -> Float {
    guard elapsed > 0, halfLife > 0 else { return 1 }
    return factor(steps: Double(elapsed) / Double(halfLife) * 256)
  }

  /// 2^(-steps/256) for steps that are not negative.
  @inline(__always)
  package static func factor(steps: Double) -> Float {
    guard steps < 100 * 256 else { return 0 }
    let whole = UInt32(steps)
    // What the table leaves, 0 up to 1/256 of a half-life, by the series of 2^-x to the square.
    let rest = (steps - Double(whole)) * (0.693_147_180_559_945_3 / 256)
    let table = fractions[Int(whole & 255)] * (1 - rest * (1 - rest * 0.5))
    // A power of two is its exponent alone.
    return Float(table) * Float(bitPattern: (127 &- whole &>> 8) &<< 23)
  }

  /// 2^(-i/256) for i in 0..<256, by repeated square roots of one half, so that no library's
  /// rounding decides a bit.
  static let fractions: [Double] = {
    var roots: [Double] = []
    var root = 0.5
    for _ in 0..<8 {
      root = root.squareRoot()
      roots.append(root)
    }
    return (0..<256).map { index in
      var product = 1.0
      for bit in 0..<8 where index >> (7 - bit) & 1 == 1 { product *= roots[bit] }
      return product
    }
  }()
}

/// Base-2 logarithms from the bits of the number: the same bits on every machine.
package enum Logarithm {
  /// The whole part of `base2`, or -infinity below the normal numbers: never more than `base2`.
  @inline(__always)
  package static func floor2(_ value: Float) -> Float {
    value >= .leastNormalMagnitude ? Float(Int32(value.bitPattern >> 23) - 127) : -.infinity
  }

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
