/// Percent-encoding for links.
enum PercentText {
  /// Where a text stands.
  enum Place {
    case path
    case query
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  /// A text for a query.
  static func encode(_ text: String) -> String {
    text.utf8.reduce(into: "") { $0 += escape($1, in: .query) }
  }

  /// One byte, escaped unless it is unreserved (or a slash in a path).
  static func escape(_ byte: UInt8, in place: Place) -> String {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
      return String(decoding: [byte], as: UTF8.self)
    case 0x2F where place == .path: return "/"
    default:
      return String(
        decoding: [0x25, digits[Int(byte >> 4)], digits[Int(byte & 0xF)]], as: UTF8.self)
    }
  }
}
