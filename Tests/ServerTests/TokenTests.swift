import Feed
import HTTP
import Server
import TestKit
import Testing

/// Tokens that look right and are not: every one is refused with the same words.
@Suite struct TokenIdentityTests {
  /// A token made by hand: header and claims as texts, signed with HMAC-SHA-256 over `key` unless
  /// `signature` says what stands in its place.
  private static func token(
    header: String = #"{"alg":"HS256","typ":"JWT"}"#, claims: String,
    key: [UInt8] = Array(repeating: 7, count: 32), signature: String? = nil
  ) -> String {
    let head = Forge.base64URL(Array(header.utf8)) + "." + Forge.base64URL(Array(claims.utf8))
    return head + "." + (signature ?? Forge.base64URL(Forge.hmac(key, Array(head.utf8))))
  }

  private static func claims(
    _ server: TestServer, sub: String = #""ann""#, iss: String = #""updraft""#,
    aud: String = #""updraft""#, exp: String? = nil, more: String = ""
  ) -> String {
    let now = server.clock.now.milliseconds / 1000
    return #"{"sub":\#(sub),"iss":\#(iss),"aud":\#(aud),"exp":\#(exp ?? "\(now + 600)")\#(more)}"#
  }

  private func status(_ server: TestServer, _ token: String) throws -> (Int, String) {
    let answer = try server.send("GET", "/v1/me", as: .bearer(token))
    return (answer.status, answer.code)
  }

  @Test func handMadeTokenIsBelieved() throws {
    let server = try TestServer()
    let good = [
      Self.claims(server), Self.claims(server, aud: #"["other","updraft"]"#),
      Self.claims(server, more: #","nbf":1,"iat":1,"jti":"x","role":"admin""#),
    ]
    for claims in good {
      let answer = try server.send("GET", "/v1/me", as: .bearer(Self.token(claims: claims)))
      #expect(answer.status == 200, "\(claims)")
      #expect(answer.text("user_id") == "ann")
    }
  }

  @Test func forgedTokensAreRefused() throws {
    let server = try TestServer()
    let now = server.clock.now.milliseconds / 1000
    let claims = Self.claims(server)
    let good = Self.token(claims: claims)
    var forged: [String] = [
      "", ".", "..", "...", "a.b.c", good + ".", "." + good, good + "A", String(good.dropLast()),
      Self.token(claims: claims, signature: ""),
      Self.token(header: #"{"alg":"none"}"#, claims: claims, signature: ""),
      Self.token(header: #"{"alg":"None","typ":"JWT"}"#, claims: claims, signature: ""),
      Self.token(header: #"{"alg":"none","typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"RS256","typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"ES256","typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"HS384","typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"HS512","typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"hs256","typ":"XYZ"}"#, claims: claims),
      Self.token(header: #"{"typ":"JWT"}"#, claims: claims),
      Self.token(header: #"{"alg":"HS256","crit":["x"],"x":1}"#, claims: claims),
      Self.token(header: "not json", claims: claims),
      Self.token(claims: "not json"), Self.token(claims: "[]"), Self.token(claims: "{}"),
      Self.token(claims: claims, key: Array(repeating: 8, count: 32)),
      Self.token(claims: claims, key: []),
      String(repeating: "A", count: 12_000),
      Self.token(
        claims: Self.claims(server, more: #","pad":"\#(String(repeating: "x", count: 6_000))""#)),
    ]
    let expiries = [
      "-1", "1e300", "\"\(now + 600)\"", "null", "9223372036854775808", "true",
    ]
    for exp in expiries { forged.append(Self.token(claims: Self.claims(server, exp: exp))) }
    let subjects = [
      #""""#, "null", "1", "[\"ann\"]", #""anon:x""#, #""a\nb""#,
      "\"\(String(repeating: "x", count: 129))\"",
    ]
    for sub in subjects { forged.append(Self.token(claims: Self.claims(server, sub: sub))) }
    for wrong in [#""other""#, "null", "1", "[]", #"["other"]"#, #""""#] {
      forged.append(Self.token(claims: Self.claims(server, aud: wrong)))
      forged.append(Self.token(claims: Self.claims(server, iss: wrong)))
    }
    for more in [
      #","nbf":\#(now + 600)"#, #","iat":\#(now + 600)"#, #","nbf":"x""#, #","nbf":1e300"#,
    ] {
      forged.append(Self.token(claims: Self.claims(server, more: more)))
    }
    // A header may point anywhere: nobody follows it.
    for pointer in [
      #""kid":"../../etc/passwd""#, #""jku":"http://127.0.0.1:1/""#, #""jwk":{"k":"x"}"#,
    ] {
      let header = #"{"alg":"HS256","typ":"JWT",\#(pointer)}"#
      forged.append(Self.token(header: header, claims: claims, key: Array("x".utf8)))
    }
    var bodies: Set<String> = []
    for token in forged {
      let answer = try server.send("GET", "/v1/me", as: .bearer(token))
      #expect(answer.status == 401, "\(token.prefix(300)): \(answer.text)")
      #expect(answer.header("www-authenticate") == "Bearer")
      bodies.insert(answer.text("detail"))
    }
    #expect(bodies == ["The credentials are not valid."])
  }

  /// Only who has held a good token is told that it has ended.
  @Test func expiredTokensAreToldFromInvalidOnes() throws {
    let server = try TestServer()
    let now = server.clock.now.milliseconds / 1000
    for exp in ["\(now - 31)", "0"] {
      let claims = Self.claims(server, exp: exp)
      let ended = try server.send("GET", "/v1/me", as: .bearer(Self.token(claims: claims)))
      #expect(ended.status == 401)
      #expect(ended.text("detail") == "The token has expired: get a new one.")
      let others = [
        Self.token(claims: claims, key: Array(repeating: 8, count: 32)),
        Self.token(claims: Self.claims(server, sub: "1", exp: exp)),
        Self.token(claims: Self.claims(server, aud: "1", exp: exp)),
      ]
      for token in others {
        let answer = try server.send("GET", "/v1/me", as: .bearer(token))
        #expect(answer.status == 401)
        #expect(answer.text("detail") == "The credentials are not valid.")
      }
    }
  }

  @Test func everyBitOfTheSignatureCounts() throws {
    let server = try TestServer()
    let good = Self.token(claims: Self.claims(server))
    let letters = Array(good)
    var accepted: [Int] = []
    for index in letters.indices {
      var changed = letters
      changed[index] = changed[index] == "A" ? "B" : "A"
      if try status(server, String(changed)).0 != 401 { accepted.append(index) }
    }
    // The last letter of 32 bytes carries two bits that stand for nothing.
    #expect(accepted.allSatisfy { $0 == letters.count - 1 }, "\(accepted)")
  }

  @Test(arguments: [Forge.Kind.rsa, .p256])
  func anotherIssuersKey(_ kind: Forge.Kind) throws {
    let pair = try Forge.keyPair(kind)
    func signature(_ pair: Forge.KeyPair, _ head: String) throws -> String {
      let message = Array(head.utf8)
      return Forge.base64URL(
        kind == .rsa ? try Forge.sign(pair, message) : try Forge.p256Sign(pair, message))
    }
    let configuration = Configuration()
    let secret = try #require(Secret(bytes: Array(repeating: 7, count: 32)))
    let tokens = try Tokens(
      secret: secret, settings: configuration.server, publicKey: pair.publicPEM)
    let server = try TestServer(tokens: tokens)
    let claims = Self.claims(server)
    let header = #"{"alg":"\#(kind == .rsa ? "RS256" : "ES256")","typ":"JWT"}"#
    let head = Forge.base64URL(Array(header.utf8)) + "." + Forge.base64URL(Array(claims.utf8))
    let signed = head + "." + (try signature(pair, head))
    #expect(try status(server, signed).0 == 200)
    // The public key is no shared secret.
    let confused = Self.token(claims: claims, key: pair.publicPEM)
    #expect(try status(server, confused).0 == 401)
    // Own tokens go on.
    #expect(try status(server, Self.token(claims: claims)).0 == 200)
    let other = try Forge.keyPair(kind)
    let stranger = head + "." + (try signature(other, head))
    #expect(try status(server, stranger).0 == 401)
    #expect(throws: AccessError.self) {
      try Tokens(secret: secret, settings: configuration.server, publicKey: Array("x".utf8))
    }
  }

  @Test func aTokenEndsAlsoInTheCache() throws {
    let server = try TestServer()
    let token = try server.tokens.issue(user: "ann", now: server.clock.now, ageMs: 60_000)
    #expect(try status(server, token).0 == 200)
    server.clock.advance(milliseconds: 89_000)
    #expect(try status(server, token).0 == 200)
    server.clock.advance(milliseconds: 2_000)
    #expect(try status(server, token).0 == 401)
    #expect(throws: AccessError.self) { try server.tokens.issue(user: "anon:x", now: .zero) }
  }
}
