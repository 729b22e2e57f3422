/// Encoded events back to back: what a request hands to the log in one piece.
public struct EventBatch: Equatable, Sendable {
  /// The records, one after another.
  public internal(set) var bytes: [UInt8] = []
  /// Where each record ends in `bytes`.
  public internal(set) var ends: [Int] = []

  /// An empty batch.
  public init() {}

  /// Sets room aside for records of about `eventBytes` bytes.
  mutating func reserve(events: Int, eventBytes: Int) {
    bytes.reserveCapacity(events * eventBytes)
    ends.reserveCapacity(events)
  }

  /// How many records there are.
  public var count: Int { ends.count }

  /// Whether there are no records.
  public var isEmpty: Bool { ends.isEmpty }

  /// Encodes an event as received at `received`.
  public mutating func append(_ event: Event, received: Timestamp) {
    event.encode(received: received, into: &bytes)
    ends.append(bytes.count)
  }

  /// Appends every record of another batch.
  public mutating func append(contentsOf other: EventBatch) {
    let base = bytes.count
    bytes.append(contentsOf: other.bytes)
    ends.reserveCapacity(ends.count + other.count)
    for end in other.ends { ends.append(base + end) }
  }

  /// Lets `write` append one record's bytes; the fast path of the parsers and of copies.
  @inline(__always)
  public mutating func appendRecord(_ write: (inout [UInt8]) -> Void) {
    write(&bytes)
    ends.append(bytes.count)
  }

  /// Empties the batch and keeps its memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Where record `index` lies in `bytes`.
  public func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }
}
