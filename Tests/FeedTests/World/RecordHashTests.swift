import Feed
import TestKit
import Testing

@Suite("Hashes of texts")
struct RecordHashTests {
  @Test("pieces that overlap give what byte by byte gives, at every length")
  func everyLength() {
    var chance = SeededGenerator.announced("hashes")
    for count in 0...40 {
      for _ in 0..<20 {
        let bytes = (0..<count + 8).map { _ in UInt8(chance.below(256)) }
        let start = chance.below(8)
        let seed = chance.next()
        let hash = RecordView.over(bytes, start..<start + count) { $0.hash(seed: seed) }
        #expect(hash == twin(bytes[start..<start + count], seed), "\(count) bytes")
      }
    }
  }

  private func twin(_ bytes: ArraySlice<UInt8>, _ seed: UInt64) -> UInt64 {
    func fold(_ state: UInt64, _ word: UInt64) -> UInt64 {
      let product = (state ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(
        by: word ^ 0xe703_7ed1_a0b4_28db)
      return product.high ^ product.low
    }
    var state = seed ^ UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15
    var word: UInt64 = 0
    var filled = 0
    for byte in bytes {
      word |= UInt64(byte) << UInt64(8 * filled)
      filled += 1
      guard filled == 8 else { continue }
      state = fold(state, word)
      (word, filled) = (0, 0)
    }
    return mix(fold(state, word))
  }

  private func mix(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
