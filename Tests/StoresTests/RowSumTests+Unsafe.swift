import Stores
import TestKit
import Testing

/// The checksum of a row against one that reads byte by byte.
struct RowSumTests {
  @Test func everyLengthIsSummedLikeByteByByte() {
    var random = SeededGenerator(seed: 7)
    for count in 0...70 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let sum = unsafe bytes.withUnsafeBytes { unsafe RowSum.of($0, offset: 99) }
      #expect(sum == twin(bytes, offset: 99), "a row of \(count) bytes")
    }
  }

  private func twin(_ bytes: [UInt8], offset: UInt64) -> UInt64 {
    func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
      let mixed = (state ^ word) &* 0x9fb2_1c65_1e98_df25
      return mixed ^ (mixed >> 32)
    }
    var state = step(step(0x243f_6a88_85a3_08d3, offset), UInt64(bytes.count))
    for start in stride(from: 0, to: bytes.count, by: 8) {
      var word: UInt64 = 0
      for (place, byte) in bytes[start..<min(start + 8, bytes.count)].enumerated() {
        word |= UInt64(byte) << UInt64(8 * place)
      }
      state = step(state, word)
    }
    return state
  }
}
