internal import CCrypto

// Safe because every call passes a buffer with its true length, and output buffers have the fixed
// size of their digest.

/// The few primitives of libcrypto that identity needs.
enum Crypto {
  /// Bytes of a SHA-256 digest.
  static let digestBytes = 32

  /// The SHA-256 digest.
  static func sha256(_ bytes: borrowing [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: digestBytes)
    unsafe bytes.withUnsafeBufferPointer { source in
      unsafe digest.withUnsafeMutableBufferPointer { out in
        _ = unsafe SHA256(source.baseAddress, source.count, out.baseAddress)
      }
    }
    return digest
  }

  /// The HMAC-SHA-256 of a message.
  static func hmac(key: borrowing [UInt8], _ message: borrowing [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: digestBytes)
    var size = UInt32(digestBytes)
    unsafe key.withUnsafeBufferPointer { key in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe digest.withUnsafeMutableBufferPointer { out in
          _ = unsafe HMAC(
            EVP_sha256(), key.baseAddress, Int32(clamping: key.count), message.baseAddress,
            message.count, out.baseAddress, &size)
        }
      }
    }
    return digest
  }

  /// Bytes that nobody can guess.
  ///
  /// - Precondition: the system has a source of randomness; without one no secret is safe.
  static func random(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let status = unsafe bytes.withUnsafeMutableBufferPointer { out in
      unsafe RAND_bytes(out.baseAddress, Int32(clamping: out.count))
    }
    precondition(status == 1, "libcrypto has no randomness")
    return bytes
  }

  /// Whether two texts are the same, in a time that depends on their length alone.
  static func equal(_ left: borrowing [UInt8], _ right: borrowing [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBufferPointer { left in
      unsafe right.withUnsafeBufferPointer { right in
        unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }
}
