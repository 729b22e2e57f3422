/// Half precision, by whole numbers: the same bits on every machine, and without a call where the
/// processor's baseline has no such conversion.
package enum Half {
  /// The largest finite number.
  package static let greatest: Float = 65_504

  /// The nearest number of half precision, ties to even; a finite number beyond the largest finite
  /// one becomes that one, and what is not finite stays as it is.
  @inline(__always)
  package static func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    let sign = bits & 0x8000_0000
    let size = bits & 0x7fff_ffff
    // The exponent of 2^-14: below it, steps are all of 2^-24.
    if size < 0x3880_0000 {
      // A sum in 0.5 ..< 1 has steps of 2^-24 itself.
      let step = (Float(bitPattern: size) + 0.5) - 0.5
      return Float(bitPattern: step.bitPattern | sign)
    }
    if size > 0x477f_e000 {
      return size >= 0x7f80_0000 ? value : Float(bitPattern: greatest.bitPattern | sign)
    }
    let odd = (size &>> 13) & 1
    let nearest = (size &+ 0xfff &+ odd) & ~0x1fff
    return Float(bitPattern: nearest | sign)
  }

  /// The bits of the half-precision number nearest to a value; see `rounded`.
  @inline(__always)
  package static func bits(_ value: Float) -> UInt16 {
    let rounded = rounded(value)
    let sign = UInt16(truncatingIfNeeded: (rounded.bitPattern &>> 16) & 0x8000)
    let size = rounded.bitPattern & 0x7fff_ffff
    if size >= 0x7f80_0000 { return size > 0x7f80_0000 ? 0x7e00 : sign | 0x7c00 }
    if size < 0x3880_0000 {
      let steps = UInt16(truncatingIfNeeded: Int32(Float(bitPattern: size) * 16_777_216))
      return sign | steps
    }
    return sign | UInt16(truncatingIfNeeded: (size &>> 13) &- (112 &<< 10))
  }

  /// The number of some bits.
  @inline(__always)
  package static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) &<< 16
    let size = UInt32(bits & 0x7fff)
    if size < 0x400 {
      return Float(bitPattern: (Float(size) * 0x1p-24).bitPattern | sign)
    }
    if size >= 0x7c00 { return Float(bitPattern: 0x7f80_0000 | (size & 0x3ff) &<< 13 | sign) }
    return Float(bitPattern: (size &<< 13) &+ (112 &<< 23) | sign)
  }
}
