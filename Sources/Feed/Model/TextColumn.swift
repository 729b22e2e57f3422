/// One text a row in a single arena: 8 bytes a row beside the text itself.
struct TextColumn {
  private var arena: [UInt8] = []
  /// Start in the arena above 16 bits of length.
  private var places: [UInt64] = []
  private var wasted = 0

  var count: Int { places.count }

  /// Sets the text of a row, growing the column as needed; at most 65,535 bytes are kept.
  mutating func set(_ row: Int, _ text: RecordView) {
    while places.count <= row { places.append(0) }
    wasted += Self.length(places[row])
    guard text.count <= Int(UInt16.max) else {
      // Every boundary refuses a text this long.
      places[row] = 0
      return
    }
    places[row] = Self.place(arena.count, text.count)
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
    let place = places[row]
    let start = Self.start(place)
    return RecordView.over(arena, start..<start &+ Self.length(place), body)
  }

  @inline(__always)
  func equals(_ row: Int, _ text: RecordView) -> Bool {
    let place = places[row]
    return Self.length(place) == text.count && text.equals(arena, at: Self.start(place))
  }

  /// Fetches where the text of a row lies.
  @inline(__always)
  mutating func fetchPlace(_ row: Int) { Prefetch.element(&places, row) }

  /// Fetches the text of a row; `fetchPlace` came before.
  @inline(__always)
  mutating func fetchText(_ row: Int) {
    if row < places.count { Prefetch.element(&arena, Self.start(places[row])) }
  }

  private mutating func compact() {
    var kept: [UInt8] = []
    kept.reserveCapacity(arena.count - wasted)
    for row in places.indices {
      let start = Self.start(places[row])
      let length = Self.length(places[row])
      places[row] = Self.place(kept.count, length)
      kept.append(contentsOf: arena[start..<start + length])
    }
    arena = kept
    wasted = 0
  }

  private static func place(_ start: Int, _ length: Int) -> UInt64 {
    UInt64(start) << 16 | UInt64(length)
  }

  @inline(__always)
  private static func start(_ place: UInt64) -> Int { Int(place &>> 16) }

  @inline(__always)
  private static func length(_ place: UInt64) -> Int { Int(place & 0xffff) }
}

extension TextColumn {
  /// The text of a row that may lie beyond the column, which is then empty.
  func withText(_ row: Int, _ body: (RecordView) -> Void) {
    if row < count { return withView(row, body) }
    RecordView.over([], 0..<0, body)
  }
}
