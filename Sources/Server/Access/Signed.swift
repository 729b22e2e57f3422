/// Bytes that only this server can have made: a payload with the first 16 bytes of its
/// HMAC-SHA-256, in base64url.
struct Signer: Sendable {
  static let signatureBytes = 16
  private let key: [UInt8]

  /// - Parameter key: for this purpose alone; see `Secret.key(for:)`.
  init(key: [UInt8]) { self.key = key }

  /// The text of a payload, bound to `context`, which is signed and not carried.
  func sign(_ payload: [UInt8], context: [UInt8] = []) -> String {
    Base64URL.encode(payload + signature(payload, context))
  }

  /// The payload of a text of that many payload bytes; nil unless it was signed here for that
  /// context.
  func open(_ text: String, payloadBytes: Int, context: (ArraySlice<UInt8>) -> [UInt8]?)
    -> ArraySlice<UInt8>?
  {
    let total = payloadBytes + Self.signatureBytes
    guard text.utf8.count == (total * 4 + 2) / 3, let bytes = Base64URL.decode(text),
      bytes.count == total
    else { return nil }
    let payload = bytes[..<payloadBytes]
    guard let context = context(payload) else { return nil }
    let expected = signature(Array(payload), context)
    guard Crypto.equal(expected, Array(bytes[payloadBytes...])) else { return nil }
    return payload
  }

  private func signature(_ payload: [UInt8], _ context: [UInt8]) -> [UInt8] {
    Array(Crypto.hmac(key: key, payload + context).prefix(Self.signatureBytes))
  }
}

extension [UInt8] {
  /// Appends a number, most significant byte first.
  mutating func append<Number: FixedWidthInteger & UnsignedInteger>(bigEndian number: Number) {
    var shift = Number.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}

extension ArraySlice<UInt8> {
  /// Takes a number off the front, most significant byte first; 0 when there are too few bytes.
  mutating func takeNumber<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number {
    let size = Number.bitWidth / 8
    guard count >= size else { return 0 }
    var number: Number = 0
    for byte in prefix(size) { number = number << 8 | Number(byte) }
    removeFirst(size)
    return number
  }
}
