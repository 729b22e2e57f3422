internal import Feed

/// The first 64 bytes of a snapshot's file:
///
///     magic "UPDRSNAP" · format u32 · payload version u32 · offset u64 · configuration u64 ·
///     payload bytes u64 · payload checksum u64 · zero u64 · checksum of the 56 bytes before u64
///
/// little-endian. The places of magic, format and last checksum stay in every later format.
struct SnapshotHeader: Equatable {
  static let byteCount = 64
  static let format: UInt32 = 1
  private static let magic = Array("UPDRSNAP".utf8)

  var offset: Offset
  var configuration: UInt64
  var payloadBytes: Int
  var checksum: UInt64

  init(offset: Offset, configuration: UInt64, payloadBytes: Int, checksum: UInt64) {
    self.offset = offset
    self.configuration = configuration
    self.payloadBytes = payloadBytes
    self.checksum = checksum
  }

  /// Reads a header and checks all that can be checked without the payload.
  init(_ bytes: [UInt8], file: String) throws(SnapshotError) {
    guard bytes.count == Self.byteCount else {
      throw SnapshotError(.corrupt, "\(file): ends inside its header")
    }
    guard Array(bytes[0..<8]) == Self.magic, Self.number(bytes, 56) == Self.checksum(bytes) else {
      throw SnapshotError(.corrupt, "\(file): the header is damaged")
    }
    let format = UInt32(truncatingIfNeeded: Self.number(bytes, 8))
    let version = UInt32(truncatingIfNeeded: Self.number(bytes, 8) >> 32)
    guard format <= Self.format, version <= SnapshotWriter.version else {
      throw SnapshotError(
        .newer,
        "\(file): has format \(format).\(version), this program reads up to "
          + "\(Self.format).\(SnapshotWriter.version); upgrade updraft")
    }
    offset = Offset(Self.number(bytes, 16))
    configuration = Self.number(bytes, 24)
    guard let payloadBytes = Int(exactly: Self.number(bytes, 32)) else {
      throw SnapshotError(.corrupt, "\(file): the header names an impossible length")
    }
    self.payloadBytes = payloadBytes
    checksum = Self.number(bytes, 40)
  }

  /// The header as it is written.
  var bytes: [UInt8] {
    var bytes = Self.magic
    let versions = UInt64(Self.format) | UInt64(SnapshotWriter.version) << 32
    let fields = [
      versions, offset.value, configuration, UInt64(payloadBytes), checksum, 0,
    ]
    for field in fields { Self.append(field, to: &bytes) }
    Self.append(Self.checksum(bytes), to: &bytes)
    return bytes
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt64 {
    RecordView.over(bytes, 0..<byteCount - 8) { SnapshotWriter.checksum(of: $0) }
  }

  private static func number(_ bytes: [UInt8], _ start: Int) -> UInt64 {
    bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
