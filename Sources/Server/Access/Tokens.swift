public import Feed
internal import JSON
internal import Sync

/// Makes and believes the tokens of users: JSON Web Tokens whose `sub` is the user.
///
/// A token is believed when one of the keys verifies it under exactly the algorithm of that key, it
/// is neither too old nor too new, and it names the configured issuer and audience. Whatever is
/// wrong with it, the answer is the same, but for a good one that has ended.
public final class Tokens: Sendable {
  /// The longest token that is looked at, in bytes.
  static let bytesMax = 4096
  /// The longest life of a token that is believed from the cache without a look at its signature.
  private static let cachedTokensMax = 16_384

  private let secret: Secret
  private let publicKey: [UInt8]
  private let issuer: String
  private let audience: String
  private let ageMs: Int64
  private let skewMs: Int64
  private let cache = VerifiedTokens(tokensMax: cachedTokensMax)

  /// Tokens signed with the secret, and with the private half of `publicKey` if there is one.
  ///
  /// - Parameter publicKey: PEM of another issuer's RSA or P-256 key, for RS256 and ES256.
  /// - Throws: `AccessError.publicKey` when it is not PEM.
  public init(
    secret: Secret, settings: ServerSettings, publicKey: [UInt8] = []
  ) throws(AccessError) {
    if !publicKey.isEmpty,
      !String(decoding: publicKey, as: UTF8.self).contains("-----BEGIN PUBLIC KEY-----")
    {
      throw .publicKey(
        "server.token_public_key: not a public key in PEM; it begins with "
          + "-----BEGIN PUBLIC KEY-----")
    }
    self.secret = secret
    self.publicKey = publicKey
    issuer = settings.tokenIssuer
    audience = settings.tokenAudience
    ageMs = settings.tokenAgeMs
    skewMs = settings.tokenSkewMs
  }

  /// A token for a user, good from `now` for `ageMs` or the configured time.
  ///
  /// - Throws: `AccessError.subject` when no user may have this identifier.
  public func issue(
    user: String, now: Timestamp, ageMs: Int64? = nil
  ) throws(AccessError) -> String {
    guard Self.isUser(user) else {
      throw .subject(
        "a user is 1 to \(Identifier.bytesMax) bytes without control characters and does not "
          + "begin with \(World.anonymousPrefix)")
    }
    let start = now.milliseconds / 1000
    let seconds = max(1, (ageMs ?? self.ageMs) / 1000)
    var json = JSONWriter()
    json.object { json in
      json.member("iss", issuer)
      json.member("aud", audience)
      json.member("sub", user)
      json.member("iat", start)
      json.member("exp", start.addingReportingOverflow(seconds).partialValue)
    }
    guard let token = JWT.sign(claims: json.text, algorithm: .hs256, key: secret.bytes) else {
      throw .subject("libjwt could not sign a token for this user")
    }
    return token
  }

  /// What a token says.
  enum Verdict: Equatable {
    /// Believed, to its end.
    case user(String, until: Timestamp)
    /// It was good, and has ended.
    case expired
    case invalid
  }

  /// Looks at a token.
  func verify(_ token: String, now: Timestamp) -> Verdict {
    if let grant = cache.grant(of: token, now: now) {
      return .user(grant.user, until: grant.until)
    }
    guard token.utf8.count <= Self.bytesMax, let claims = claims(of: token),
      let grant = check(claims, now: now)
    else { return .invalid }
    guard now < grant.until else { return .expired }
    cache.insert(token, user: grant.user, until: grant.until)
    return .user(grant.user, until: grant.until)
  }

  private func claims(of token: String) -> String? {
    if let claims = JWT.claims(of: token, algorithms: [.hs256], key: secret.bytes) {
      return claims
    }
    guard !publicKey.isEmpty else { return nil }
    return JWT.claims(of: token, algorithms: [.rs256, .es256], key: publicKey)
  }

  /// What the claims allow: for whom, and until when.
  private func check(_ claims: String, now: Timestamp) -> (user: String, until: Timestamp)? {
    let parser = JSONParser(depthMax: 8, valuesMax: 1_000, bytesMax: 2 * Self.bytesMax)
    do {
      let root = try parser.parse(claims)
      // `exp` must be there; a clock may be behind or ahead by the skew.
      let expires = try root.require("exp").int64(in: 0...Int64.max / 1000) * 1000
      let until = Timestamp(milliseconds: expires).advanced(milliseconds: skewMs)
      for name in ["nbf", "iat"] {
        guard let value = root[name] else { continue }
        let start = try value.int64(in: 0...Int64.max / 1000) * 1000
        guard Timestamp(milliseconds: start) <= now.advanced(milliseconds: skewMs) else {
          return nil
        }
      }
      guard try root.require("iss").equals(issuer) else { return nil }
      guard try isForUs(try root.require("aud")) else { return nil }
      let user = try root.require("sub").string(maxBytes: Identifier.bytesMax)
      guard Self.isUser(user) else { return nil }
      return (user, until)
    } catch {
      return nil
    }
  }

  /// Whether `aud` is the configured audience or a list with it.
  private func isForUs(_ value: JSONValue) throws(JSONError) -> Bool {
    guard value.kind == .array else { return value.equals(audience) }
    for element in try value.elements() where element.equals(audience) { return true }
    return false
  }

  /// Whether a token may name this user: anonymous sessions are not for tokens.
  static func isUser(_ id: String) -> Bool {
    Identifier.isValid(id) && !id.hasPrefix(World.anonymousPrefix)
  }
}

/// Tokens that were verified, found again by all of their bytes until they expire.
///
/// Bounded: two generations, the older of which goes when the newer one is full.
private final class VerifiedTokens: @unchecked Sendable {
  // Sendable: the tables are only touched under `lock`.
  struct Grant {
    var user: String
    var until: Timestamp
  }

  private let lock = Lock()
  private let tokensMax: Int
  private var newer: [String: Grant] = [:]
  private var older: [String: Grant] = [:]

  init(tokensMax: Int) { self.tokensMax = max(2, tokensMax) }

  func grant(of token: String, now: Timestamp) -> Grant? {
    lock.withLock {
      if let grant = newer[token] { return now < grant.until ? grant : nil }
      guard let grant = older[token], now < grant.until else { return nil }
      put(token, grant)
      return grant
    }
  }

  func insert(_ token: String, user: String, until: Timestamp) {
    lock.withLock { put(token, Grant(user: user, until: until)) }
  }

  private func put(_ token: String, _ grant: Grant) {
    if newer.count >= tokensMax / 2 {
      swap(&newer, &older)
      newer.removeAll(keepingCapacity: true)
    }
    newer[token] = grant
  }
}
