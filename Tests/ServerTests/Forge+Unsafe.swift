import CCrypto

// Safe because buffers are passed with their true length, and each key is freed by its owner.

/// What a forger of tokens has: the same primitives that everybody has.
enum Forge {
  /// A failure of libcrypto.
  struct Failure: Error {}

  static func base64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for byte in part { word = word << 8 | UInt32(byte) }
      word <<= UInt32(8 * (3 - part.count))
      for letter in 0...part.count { text.append(alphabet[Int(word >> (18 - 6 * letter) & 63)]) }
    }
    return text
  }

  static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let key = key.isEmpty ? [0] : key
    _ = unsafe HMAC(
      EVP_sha256(), key, Int32(key.count), message, message.count, &digest, nil)
    return digest
  }

  /// A kind of key.
  enum Kind {
    case rsa, p256
  }

  /// A key and the PEM of its public half.
  @safe final class KeyPair {
    let key: OpaquePointer
    let publicPEM: [UInt8]

    init(_ kind: Kind) throws {
      var made: OpaquePointer?
      let context = unsafe EVP_PKEY_CTX_new_id(
        kind == .rsa ? EVP_PKEY_RSA : EVP_PKEY_EC, nil)
      defer { unsafe EVP_PKEY_CTX_free(context) }
      guard unsafe EVP_PKEY_keygen_init(context) == 1,
        unsafe kind == .rsa
          ? EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1
          : EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
        unsafe EVP_PKEY_generate(context, &made) == 1, let key = unsafe made
      else { throw Failure() }
      unsafe self.key = key
      let output = unsafe BIO_new(BIO_s_mem())
      defer { unsafe BIO_free(output) }
      guard unsafe PEM_write_bio_PUBKEY(output, key) == 1 else { throw Failure() }
      var text = [UInt8](repeating: 0, count: 4096)
      let count = unsafe BIO_read(output, &text, Int32(text.count))
      guard count > 0 else { throw Failure() }
      publicPEM = Array(text[..<Int(count)])
    }

    deinit { unsafe EVP_PKEY_free(key) }
  }

  static func keyPair(_ kind: Kind) throws -> KeyPair { try KeyPair(kind) }

  /// The signature of ES256: both numbers in 32 bytes each, where the library gives them in DER.
  static func p256Sign(_ pair: KeyPair, _ message: [UInt8]) throws -> [UInt8] {
    let der = try sign(pair, message)
    var start: UnsafePointer<UInt8>?
    return try unsafe der.withUnsafeBufferPointer { bytes in
      unsafe start = bytes.baseAddress
      guard let signature = unsafe d2i_ECDSA_SIG(nil, &start, bytes.count) else { throw Failure() }
      defer { unsafe ECDSA_SIG_free(signature) }
      var raw = [UInt8](repeating: 0, count: 64)
      let isWritten = unsafe raw.withUnsafeMutableBufferPointer { raw in
        unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.baseAddress, 32) == 32
          && BN_bn2binpad(
            ECDSA_SIG_get0_s(signature), raw.baseAddress.map { unsafe $0 + 32 }, 32) == 32
      }
      guard isWritten else { throw Failure() }
      return raw
    }
  }

  static func sign(_ pair: KeyPair, _ message: [UInt8]) throws -> [UInt8] {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    var count = 512
    var signature = [UInt8](repeating: 0, count: count)
    guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, pair.key) == 1,
      unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    else { throw Failure() }
    return Array(signature[..<count])
  }
}
