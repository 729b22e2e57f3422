/// The port behind which snapshots of the World are kept: two generations, the newest first.
public protocol SnapshotStore: AnyObject, Sendable {
  /// Writes a snapshot aside, syncs it and its folder, then drops all but the two newest.
  ///
  /// `write` streams the payload; the store adds header, length and checksum.
  func save(
    offset: Offset, configuration: UInt64,
    _ write: (inout SnapshotWriter) throws(SnapshotError) -> Void
  ) throws(SnapshotError)

  /// What is there, newest first; nothing is read but names and headers. A snapshot whose header is
  /// damaged is listed with its `failure`, so that the older one can serve.
  func generations() throws(SnapshotError) -> [SnapshotInfo]

  /// Checks a snapshot's length and checksum and hands its payload to `body`; the view is valid
  /// only inside the call.
  ///
  /// - Throws: `.corrupt` or `.newer`, naming the file, before `body` sees a byte.
  func load<Result>(
    _ info: SnapshotInfo, _ body: (RecordView) throws(SnapshotError) -> Result
  ) throws(SnapshotError) -> Result
}

/// What a snapshot says of itself.
public struct SnapshotInfo: Equatable, Sendable {
  /// The last event inside.
  public var offset: Offset
  /// The digest of the configuration that the fold ran under.
  public var configuration: UInt64
  /// The payload's checksum, which is the World's digest.
  public var digest: UInt64
  /// The payload's size in bytes.
  public var bytes: Int
  /// The file's name, or another name that a person can find it by.
  public var name: String
  /// Why the header can't be trusted; nil when it can. Only offset and name mean something then.
  public var failure: SnapshotError?

  /// Makes a description.
  public init(
    offset: Offset, configuration: UInt64, digest: UInt64, bytes: Int, name: String,
    failure: SnapshotError? = nil
  ) {
    self.offset = offset
    self.configuration = configuration
    self.digest = digest
    self.bytes = bytes
    self.name = name
    self.failure = failure
  }
}

/// What can go wrong with a snapshot.
public typealias SnapshotError = Fault<SnapshotCode>

/// The stable codes of `SnapshotError`.
public enum SnapshotCode: String, Sendable {
  /// Bytes are damaged or missing; the older snapshot or the log serves.
  case corrupt = "snapshot-corrupt"
  /// A newer program wrote it.
  case newer = "snapshot-newer"
  /// It was made under another configuration of the fold.
  case configuration = "snapshot-configuration"
  /// It can't be written or read.
  case unavailable = "snapshot-unavailable"
}

/// Streams a payload in chunks and keeps its length and checksum.
public struct SnapshotWriter {
  /// The payload's version; readers refuse any other.
  public static let version: UInt32 = 3

  private static let chunkBytes = 1 << 20
  private var buffer: [UInt8] = []
  private var checksum = Checksum()
  private var flushed = 0
  private let flush: (RecordView) throws(SnapshotError) -> Void

  /// A writer that hands full chunks to `flush`.
  public init(flush: @escaping (RecordView) throws(SnapshotError) -> Void) { self.flush = flush }

  /// Bytes written so far.
  public var count: Int { flushed + buffer.count }

  /// Appends through `body`; a full buffer goes out.
  package mutating func write(_ body: (inout [UInt8]) -> Void) throws(SnapshotError) {
    body(&buffer)
    if buffer.count >= Self.chunkBytes { try flushChunk(whole: false) }
  }

  /// Appends a number.
  mutating func put<Number: FixedWidthInteger & BitwiseCopyable>(
    _ number: Number
  ) throws(SnapshotError) {
    try write { $0.put(number) }
  }

  /// Appends a text behind its length in two bytes.
  mutating func put(text: String) throws(SnapshotError) { try write { $0.put(text: text) } }

  /// Appends a column behind its length.
  mutating func put<Number: BitwiseCopyable>(
    column numbers: borrowing [Number]
  ) throws(SnapshotError) {
    try put(UInt64(numbers.count))
    var start = 0
    while start < numbers.count {
      let end = min(numbers.count, start + 65_536)
      let part = Array(numbers[start..<end])
      try write { $0.put(raw: part) }
      start = end
    }
  }

  /// Sends what is left.
  ///
  /// - Returns: the payload's length in bytes and checksum.
  public mutating func finish() throws(SnapshotError) -> (bytes: Int, checksum: UInt64) {
    try flushChunk(whole: true)
    return (flushed, checksum.value)
  }

  /// The checksum of a payload in memory, as a writer would give it.
  public static func checksum(of payload: RecordView) -> UInt64 {
    var checksum = Checksum()
    checksum.update(payload)
    return checksum.value
  }

  private mutating func flushChunk(whole: Bool) throws(SnapshotError) {
    let length = whole ? buffer.count : buffer.count & ~7
    guard length > 0 else { return }
    try RecordView.over(buffer, 0..<length) { view throws(SnapshotError) in
      checksum.update(view)
      try flush(view)
    }
    flushed += length
    buffer.removeFirst(length)
  }
}

/// Reads back what a `SnapshotWriter` wrote.
struct SnapshotReader {
  private let view: RecordView
  private var position = 0

  init(_ view: RecordView) { self.view = view }

  /// Whether everything was read.
  var isAtEnd: Bool { position == view.count }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(SnapshotError) -> Number {
    guard let number = view.load(position, as: type) else { throw Self.ended }
    position += MemoryLayout<Number>.size
    return number
  }

  mutating func float() throws(SnapshotError) -> Float {
    Float(bitPattern: try number(UInt32.self))
  }

  mutating func double() throws(SnapshotError) -> Double {
    Double(bitPattern: try number(UInt64.self))
  }

  /// A length that the rest of the payload can hold at `stride` bytes an element.
  mutating func length(stride: Int) throws(SnapshotError) -> Int {
    let length = try number(UInt64.self)
    guard let count = Int(exactly: length), count <= (view.count - position) / max(1, stride) else {
      throw Self.ended
    }
    return count
  }

  /// Part of the payload.
  mutating func bytes(_ count: Int) throws(SnapshotError) -> RecordView {
    guard let part = view.part(position, count) else { throw Self.ended }
    position += count
    return part
  }

  /// A column of numbers.
  mutating func column<Number: BitwiseCopyable>(
    of type: Number.Type
  ) throws(SnapshotError) -> [Number] {
    let count = try length(stride: MemoryLayout<Number>.stride)
    return try bytes(count * MemoryLayout<Number>.stride).array(of: type)
  }

  static let ended = SnapshotError(.corrupt, "the payload ends before the World does")
}
