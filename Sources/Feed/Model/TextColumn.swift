/// One text a row. Short ones lie in the row's own 16 bytes, so that comparing one touches a single
/// line of memory; the rest lie in one arena.
struct TextColumn {
  /// Where the text of a row lies: 15 bytes of it and its length, or the start in the arena, the
  /// length, and a mark in place of the short length.
  private struct Place: BitwiseCopyable, Equatable {
    static let empty = Place(low: 0, high: 0)
    static let shortMost = 15
    private static let far: UInt64 = 0xff

    var low: UInt64
    var high: UInt64

    init(low: UInt64, high: UInt64) {
      self.low = low
      self.high = high
    }

    /// A text of at most `shortMost` bytes.
    @inline(__always)
    init(short text: RecordView) {
      (low, high) = text.words
      high |= UInt64(truncatingIfNeeded: text.count) &<< 56
    }

    init(start: Int, length: Int) {
      low = UInt64(truncatingIfNeeded: start)
      high = Self.far &<< 56 | UInt64(truncatingIfNeeded: length)
    }

    @inline(__always)
    var isShort: Bool { high &>> 56 != Self.far }

    @inline(__always)
    var length: Int {
      Int(truncatingIfNeeded: isShort ? high &>> 56 : high & 0xffff)
    }

    /// Where a text that is not short begins.
    @inline(__always)
    var start: Int { Int(truncatingIfNeeded: low) }

    /// Bytes of the arena.
    var far: Int { isShort ? 0 : length }
  }

  private var places: [Place] = []
  private var arena: [UInt8] = []
  private var wasted = 0

  var count: Int { places.count }

  /// Sets the text of a row, growing the column as needed; one of more than 65,535 bytes, which
  /// every boundary refuses, leaves none.
  mutating func set(_ row: Int, _ text: RecordView) {
    while places.count <= row { places.append(.empty) }
    wasted += places[row].far
    if text.count <= Place.shortMost {
      places[row] = Place(short: text)
    } else if text.count <= Int(UInt16.max) {
      places[row] = Place(start: arena.count, length: text.count)
      text.append(to: &arena)
    } else {
      places[row] = .empty
    }
    if wasted > 1 << 20 && wasted * 2 > arena.count { compact() }
  }

  mutating func set(_ row: Int, _ text: String) {
    RecordView.over(text) { set(row, $0) }
  }

  func text(_ row: Int) -> String { withView(row) { $0.text } }

  @inline(__always)
  func withView<Result>(_ row: Int, _ body: (RecordView) -> Result) -> Result {
    let place = places[row]
    let length = place.length
    // A short text is what its place begins with.
    if place.isShort { return RecordView.over(elements: places, row, length, body) }
    return RecordView.over(arena, place.start..<place.start &+ length, body)
  }

  @inline(__always)
  func equals(_ row: Int, _ text: RecordView) -> Bool {
    let place = places[row]
    if text.count <= Place.shortMost { return place == Place(short: text) }
    return !place.isShort && place.length == text.count && text.equals(arena, at: place.start)
  }

  /// Fetches where the text of a row lies.
  @inline(__always)
  mutating func fetchPlace(_ row: Int) { Prefetch.element(&places, row) }

  /// Fetches the text of a row if it lies elsewhere; `fetchPlace` came before.
  @inline(__always)
  mutating func fetchText(_ row: Int) {
    if row < places.count, !places[row].isShort { Prefetch.element(&arena, places[row].start) }
  }

  private mutating func compact() {
    var kept: [UInt8] = []
    kept.reserveCapacity(arena.count - wasted)
    for row in places.indices where !places[row].isShort {
      let (start, length) = (places[row].start, places[row].length)
      places[row] = Place(start: kept.count, length: length)
      kept.append(contentsOf: arena[start..<start + length])
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
