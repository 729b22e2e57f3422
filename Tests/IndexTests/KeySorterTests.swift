import Index
import Testing

@Suite struct KeySorterTests {
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func sortsAsComparingDoes(seed: UInt64) {
    var draw = Drawing(seed: seed)
    var sorter = KeySorter()
    for _ in 0..<60 {
      let count = Int.random(in: 0...1_500, using: &draw)
      // Few bits at some place: many keys that are equal, and bytes that all share.
      let (bits, shift) = (
        Int.random(in: 1...64, using: &draw), Int.random(in: 0..<64, using: &draw)
      )
      let above = UInt64.random(in: 0...UInt64.max, using: &draw)
      let keys = (0..<count).map { _ in
        (above ^ (draw.next() >> UInt64(64 - bits))) << UInt64(shift)
      }
      var found = keys
      sorter.sort(&found)
      #expect(found == keys.sorted(), "seed \(seed): \(count) keys of \(bits) bits at \(shift)")
    }
  }

  @Test(arguments: [UInt64(5), 6])
  func keysThatDifferBelowKeepTheirOrder(seed: UInt64) {
    var draw = Drawing(seed: seed)
    var sorter = KeySorter()
    for byte in 0..<8 {
      let keys = (0..<700).map { place in
        UInt64.random(in: 0..<9, using: &draw) << 60 | (draw.next() >> 50) << 30 | UInt64(place)
      }
      var found = keys
      sorter.sort(&found, from: byte)
      let high = { (key: UInt64) in key >> UInt64(8 * byte) }
      let wanted = keys.enumerated().sorted {
        (high($0.element), $0.offset) < (high($1.element), $1.offset)
      }
      #expect(found == wanted.map(\.element), "seed \(seed), from byte \(byte)")
    }
  }
}
