internal import CCrypto

// Safe because the call gets a buffer with its true length, and the output has the fixed size of
// its digest.

/// SHA-256, which names what is kept by its content.
enum ContentHash {
  /// The digest as 64 hexadecimal digits.
  static func hex(_ bytes: borrowing [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    unsafe bytes.withUnsafeBufferPointer { source in
      unsafe digest.withUnsafeMutableBufferPointer { out in
        _ = unsafe SHA256(source.baseAddress, source.count, out.baseAddress)
      }
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Whether a text is such a name.
  static func isHex(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
