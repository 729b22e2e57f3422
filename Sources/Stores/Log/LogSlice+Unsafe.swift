internal import Feed

/// A stretch of rows copied out of the database, so that no read transaction is open while they are
/// visited: a slow visitor then never keeps the write-ahead log from starting anew.
struct LogSlice {
  private static let rowsMax = 4_096
  private static let bytesMax = 1 << 20

  /// What is known of a row beside its bytes.
  struct Row: BitwiseCopyable {
    var offset: UInt64
    /// Where the row ends in `bytes`.
    var end: Int
    var sum: UInt64
    /// Whether the row agrees with the checksum that was stored with it.
    var isSound: Bool
  }

  private var bytes: [UInt8] = []
  private(set) var rows: [Row] = []

  /// Whether the slice takes no more.
  var isFull: Bool { rows.count >= Self.rowsMax || bytes.count >= Self.bytesMax }

  /// Empties the slice and keeps its memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
  }

  /// Copies a row. Safe because the bytes are only read here, within their length.
  @inline(__always)
  @unsafe mutating func append(
    offset: UInt64, _ payload: UnsafeRawBufferPointer, sum: UInt64
  ) {
    unsafe bytes.append(contentsOf: payload)
    let actual = unsafe RowSum.of(payload, offset: offset)
    rows.append(Row(offset: offset, end: bytes.count, sum: actual, isSound: actual == sum))
  }

  /// Runs `body` over the bytes of a row.
  @inline(__always)
  func withRecord<Result>(_ index: Int, _ body: (RecordView) -> Result) -> Result {
    RecordView.over(bytes, (index == 0 ? 0 : rows[index - 1].end)..<rows[index].end, body)
  }
}
