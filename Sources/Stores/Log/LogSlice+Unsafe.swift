internal import Feed

/// A stretch of rows copied out of the database, so that no read transaction is open while they are
/// visited: a slow visitor then never keeps the write-ahead log from starting anew.
struct LogSlice {
  private static let rowsMax = 4_096
  private static let bytesMax = 1 << 20

  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  private(set) var offsets: [UInt64] = []
  /// The rows' checksums.
  private(set) var sums: [UInt64] = []
  /// Which rows agree with the checksum that was stored with them.
  private(set) var sound: [Bool] = []

  /// Whether the slice takes no more.
  var isFull: Bool { offsets.count >= Self.rowsMax || bytes.count >= Self.bytesMax }

  /// How many rows there are.
  var count: Int { offsets.count }

  /// Empties the slice and keeps its memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    sums.removeAll(keepingCapacity: true)
    sound.removeAll(keepingCapacity: true)
  }

  /// Copies a row. Safe because the bytes are only read here, within their length.
  @inline(__always)
  @unsafe mutating func append(
    offset: UInt64, _ payload: UnsafeRawBufferPointer, sum: UInt64
  ) {
    unsafe bytes.append(contentsOf: payload)
    ends.append(bytes.count)
    offsets.append(offset)
    let actual = unsafe RowSum.of(payload, offset: offset)
    sums.append(actual)
    sound.append(actual == sum)
  }

  /// Runs `body` over the bytes of a row.
  @inline(__always)
  func withRecord<Result>(_ index: Int, _ body: (RecordView) -> Result) -> Result {
    RecordView.over(bytes, (index == 0 ? 0 : ends[index - 1])..<ends[index], body)
  }
}
