internal import CJWT
internal import Glibc

// Safe because every `jwt_t` is freed by the function that made it, every text that libjwt
// allocates is copied and freed at once, and keys are passed with their true length.

/// The calls of libjwt: sign and verify. What the claims mean is decided in `Tokens`.
enum JWT {
  /// The algorithms that this program knows. `none` is not one of them.
  enum Algorithm: String, CaseIterable, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"

    fileprivate var code: jwt_alg_t {
      switch self {
      case .hs256: JWT_ALG_HS256
      case .rs256: JWT_ALG_RS256
      case .es256: JWT_ALG_ES256
      }
    }
  }

  /// Signs claims, a JSON object; nil when libjwt refuses the key or the claims.
  static func sign(claims: String, algorithm: Algorithm, key: [UInt8]) -> String? {
    var token: OpaquePointer?
    guard unsafe jwt_new(&token) == 0, let token = unsafe token else { return nil }
    defer { unsafe jwt_free(token) }
    let isKeyed = unsafe key.withUnsafeBufferPointer { key in
      unsafe jwt_set_alg(token, algorithm.code, key.baseAddress, Int32(clamping: key.count)) == 0
    }
    guard isKeyed, unsafe jwt_add_grants_json(token, claims) == 0 else { return nil }
    return unsafe take(jwt_encode_str(token))
  }

  /// The claims of a token as JSON; nil unless `key` verifies the signature **and** the token was
  /// signed with one of `algorithms`, so that a public key is never taken for a shared secret.
  static func claims(of text: String, algorithms: [Algorithm], key: [UInt8]) -> String? {
    var token: OpaquePointer?
    let status = unsafe key.withUnsafeBufferPointer { key in
      unsafe jwt_decode(&token, text, key.baseAddress, Int32(clamping: key.count))
    }
    guard status == 0, let token = unsafe token else { return nil }
    defer { unsafe jwt_free(token) }
    let code = unsafe jwt_get_alg(token)
    guard algorithms.contains(where: { $0.code == code }) else { return nil }
    // A critical extension that nobody here understands (RFC 7515, section 4.1.11).
    guard unsafe take(jwt_get_headers_json(token, "crit")) == nil else { return nil }
    return unsafe take(jwt_get_grants_json(token, nil))
  }

  private static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
