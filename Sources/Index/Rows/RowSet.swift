/// A set of rows, one bit a row: a filter for a search, a mark for each row that is present.
///
/// ```swift
/// var allowed = RowSet(capacity: 1_000)
/// allowed.insert(42)
/// allowed[42]  // true
/// ```
///
/// Inserting a row past the capacity grows the set to it, so memory follows the highest row: rows
/// are dense numbers that the engine gives out, never ones that a client chose.
public struct RowSet: Sendable, Equatable {
  /// 64 rows a word, the lowest row in the lowest bit; never a word beyond the capacity.
  private(set) var words: [UInt64]
  /// Number of rows in the set.
  public private(set) var count = 0

  /// Makes an empty set with room for the rows below `capacity`.
  public init(capacity: Int = 0) {
    words = Array(repeating: 0, count: (max(capacity, 0) + 63) / 64)
  }

  /// Makes a set of words, 64 rows each.
  init(words: [UInt64]) {
    self.words = words
    recount()
  }

  /// Rows below this number are inserted without growing.
  public var capacity: Int { words.count * 64 }

  /// Whether no row is in the set.
  public var isEmpty: Bool { count == 0 }

  /// Whether `row` is in the set; setting it inserts or removes the row.
  public subscript(row: UInt32) -> Bool {
    get { contains(row) }
    set { if newValue { insert(row) } else { remove(row) } }
  }

  /// Whether `row` is in the set.
  @inline(__always)
  public func contains(_ row: UInt32) -> Bool {
    let index = Int(row >> 6)
    return index < words.count && words[index] & (1 << UInt64(row & 63)) != 0
  }

  /// Puts `row` into the set and returns whether it was new.
  ///
  /// - Complexity: O(1), or O(row / 64) when the set grows.
  @discardableResult
  public mutating func insert(_ row: UInt32) -> Bool {
    let index = Int(row >> 6)
    let bit: UInt64 = 1 << UInt64(row & 63)
    if index >= words.count { grow(toWord: index) }
    guard words[index] & bit == 0 else { return false }
    words[index] |= bit
    count += 1
    return true
  }

  /// Takes `row` out of the set and returns whether it was there.
  @discardableResult
  public mutating func remove(_ row: UInt32) -> Bool {
    guard contains(row) else { return false }
    words[Int(row >> 6)] &= ~(1 << UInt64(row & 63))
    count -= 1
    return true
  }

  /// Takes every row out and keeps the capacity.
  public mutating func removeAll() {
    for index in words.indices { words[index] = 0 }
    count = 0
  }

  /// Adds every row of `other`.
  public mutating func formUnion(_ other: RowSet) {
    if other.words.count > words.count { grow(toWord: other.words.count - 1) }
    for index in other.words.indices { words[index] |= other.words[index] }
    recount()
  }

  /// Keeps only rows that are in `other` too.
  public mutating func formIntersection(_ other: RowSet) {
    for index in words.indices { words[index] &= other.word(index) }
    recount()
  }

  /// Takes every row of `other` out.
  public mutating func subtract(_ other: RowSet) {
    for index in words.indices { words[index] &= ~other.word(index) }
    recount()
  }

  /// Calls `body` with each row, lowest first.
  public func forEach<Failure: Error>(
    _ body: (UInt32) throws(Failure) -> Void
  ) throws(Failure) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        try body(UInt32(index << 6 | word.trailingZeroBitCount))
        word &= word - 1
      }
    }
  }

  /// Two sets are equal when they hold the same rows, whatever their capacities.
  public static func == (left: RowSet, right: RowSet) -> Bool {
    guard left.count == right.count else { return false }
    return (0..<max(left.words.count, right.words.count))
      .allSatisfy { left.word($0) == right.word($0) }
  }

  /// The 64 rows from `64 * index` on; zero past the capacity.
  @inline(__always)
  func word(_ index: Int) -> UInt64 { index < words.count ? words[index] : 0 }

  private mutating func grow(toWord index: Int) {
    words.reserveCapacity(max(index + 1, words.count * 2))
    words.append(contentsOf: repeatElement(0, count: index + 1 - words.count))
  }

  private mutating func recount() {
    count = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }
}
