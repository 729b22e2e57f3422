/// Fixed hashes: the same in every process and on every machine, unlike `Hasher`.
enum Hashing {
  /// Folds a word into a state by a 128-bit product (the idea of wyhash).
  @inline(__always)
  static func fold(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(
      by: word ^ 0xe703_7ed1_a0b4_28db)
    return product.high ^ product.low
  }

  /// A bijection that spreads every bit over the word (the finaliser of SplitMix64).
  @inline(__always)
  static func mix(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word &>> 31)
  }
}

/// A running checksum of bytes, eight at a time.
///
/// Each step is a bijection of the state, so that a single changed word always changes the result.
struct Checksum {
  private(set) var state: UInt64 = 0x51_7c_c1_b7_27_22_0a_95
  private var length: UInt64 = 0

  /// Adds bytes; a chunk of other than a multiple of eight bytes is padded with zeros.
  mutating func update(_ view: RecordView) {
    length &+= UInt64(truncatingIfNeeded: view.count)
    var offset = 0
    while let word = view.load(offset, as: UInt64.self) {
      state = Self.step(state, word)
      offset &+= 8
    }
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = view.load(offset, as: UInt8.self) {
      tail |= UInt64(byte) &<< shift
      shift &+= 8
      offset &+= 1
    }
    if shift > 0 { state = Self.step(state, tail) }
  }

  /// The checksum of all bytes and their number.
  var value: UInt64 { Hashing.mix(Self.step(state, length)) }

  @inline(__always)
  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let mixed = (state ^ word) &* 0x9fb2_1c65_1e98_df25
    return mixed ^ (mixed &>> 29)
  }
}
