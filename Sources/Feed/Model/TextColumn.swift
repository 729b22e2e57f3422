/// One text a row in a single arena: 6 bytes a row beside the text itself.
struct TextColumn {
  private var arena: [UInt8] = []
  private var starts: [UInt32] = []
  private var lengths: [UInt16] = []
  private var wasted = 0

  var count: Int { starts.count }

  /// Sets the text of a row, growing the column as needed; at most 65,535 bytes are kept.
  mutating func set(_ row: Int, _ text: RecordView) {
    while starts.count <= row {
      starts.append(0)
      lengths.append(0)
    }
    wasted += Int(lengths[row])
    guard let start = UInt32(exactly: arena.count), text.count <= Int(UInt16.max) else {
      // Four gigabytes of text, or a text over the limit of every boundary: keep none.
      lengths[row] = 0
      return
    }
    starts[row] = start
    lengths[row] = UInt16(text.count)
    text.append(to: &arena)
    if wasted > 1 << 20 && wasted * 2 > arena.count { compact() }
  }

  mutating func set(_ row: Int, _ text: String) {
    let bytes = Array(text.utf8.prefix(Int(UInt16.max)))
    RecordView.over(bytes, 0..<bytes.count) { set(row, $0) }
  }

  func text(_ row: Int) -> String { withView(row) { $0.text } }

  @inline(__always)
  func withView<Result>(_ row: Int, _ body: (RecordView) -> Result) -> Result {
    let start = Int(starts[row])
    return RecordView.over(arena, start..<start + Int(lengths[row]), body)
  }

  @inline(__always)
  func equals(_ row: Int, _ text: RecordView) -> Bool {
    Int(lengths[row]) == text.count && text.equals(arena, at: Int(starts[row]))
  }

  private mutating func compact() {
    var kept: [UInt8] = []
    kept.reserveCapacity(arena.count - wasted)
    for row in 0..<starts.count {
      let start = Int(starts[row])
      starts[row] = UInt32(kept.count)
      kept.append(contentsOf: arena[start..<start + Int(lengths[row])])
    }
    arena = kept
    wasted = 0
  }
}

extension TextColumn {
  /// The text of a row that may lie beyond the column, which is then empty.
  func withText(_ row: Int, _ body: (RecordView) -> Void) {
    if row < count { return withView(row, body) }
    RecordView.over([], 0..<0, body)
  }
}
