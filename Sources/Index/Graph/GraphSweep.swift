/// The slots of removed rows on their way out, and how far the lists of links were searched for
/// them.
struct GraphSweep {
  let condemned: [UInt32]
  var next = 0
  let end: Int
  private var words: [UInt64]

  init(condemned: [UInt32], slots: Int) {
    self.condemned = condemned
    end = slots
    words = Array(repeating: 0, count: slots / 64 + 1)
    for slot in condemned { words[Int(slot >> 6)] |= 1 << UInt64(slot & 63) }
  }

  func contains(_ slot: UInt32) -> Bool {
    Int(slot >> 6) < words.count && words[Int(slot >> 6)] & 1 << UInt64(slot & 63) != 0
  }
}
