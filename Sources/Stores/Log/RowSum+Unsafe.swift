/// The checksum of a row: over its offset, its length and its bytes.
///
/// Each step is a bijection of the state, so that a change inside one eight-byte word is always
/// seen, and any other with all but 2⁻⁶⁴ certainty; the offset is part of it, so that a row which
/// turns up under another number is seen too. Safe because reads stay below `count`.
package enum RowSum {
  /// The checksum of one row.
  @inline(__always)
  @unsafe package static func of(_ payload: UnsafeRawBufferPointer, offset: UInt64) -> UInt64 {
    let count = payload.count
    var state = step(0x243f_6a88_85a3_08d3, offset)
    state = step(state, UInt64(truncatingIfNeeded: count))
    guard let base = payload.baseAddress else { return state }
    var position = 0
    while position &+ 8 <= count {
      let word = unsafe base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      state = step(state, UInt64(littleEndian: word))
      position &+= 8
    }
    guard position < count else { return state }
    var tail: UInt64 = 0
    if count >= 8 {
      // The last eight bytes, without those that were counted already.
      let word = unsafe base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      let counted = position &+ 8 &- count
      tail = UInt64(littleEndian: word) &>> UInt64(truncatingIfNeeded: 8 &* counted)
    } else {
      for place in 0..<count {
        let byte = unsafe base.load(fromByteOffset: place, as: UInt8.self)
        tail |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 8 &* place)
      }
    }
    return step(state, tail)
  }

  /// The checksum of a few numbers.
  static func of(_ numbers: [UInt64]) -> UInt64 {
    numbers.reduce(0x1319_8a2e_0370_7344) { step($0, $1) }
  }

  @inline(__always)
  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (state ^ word) &* 0x9fb2_1c65_1e98_df25
    return mixed ^ (mixed &>> 32)
  }
}
