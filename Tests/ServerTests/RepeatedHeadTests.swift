import Feed
import HTTP
import Server
import TestKit
import Testing

/// What a connection's repeated head must not hide: ends of credentials, other callers, rates, and
/// what users did in between.
@Suite struct RepeatedHeadTests {
  @Test func aTokenEndsBetweenTwoRequests() throws {
    let server = try TestServer { $0.server.tokenSkewMs = 0 }
    let token = try server.tokens.issue(user: "ann", now: server.clock.now, ageMs: 10_000)
    for _ in 0..<3 {
      #expect(try server.send("GET", "/v1/me", as: .bearer(token)).text("user_id") == "ann")
    }
    server.clock.advance(milliseconds: 9_000)
    #expect(try server.send("GET", "/v1/me", as: .bearer(token)).status == 200)
    server.clock.advance(milliseconds: 1_000)
    for _ in 0..<2 {
      let answer = try server.send("GET", "/v1/me", as: .bearer(token))
      #expect(answer.status == 401 && answer.text.contains("expired"))
    }
    #expect(try server.send("GET", "/v1/me", as: server.user("ann")).status == 200)
  }

  @Test func aKeyIsRevokedBetweenTwoRequests() throws {
    let server = try TestServer()
    let key = try server.keys.create(scope: .admin)
    for _ in 0..<3 {
      #expect(try server.send("GET", "/admin/status", as: .bearer(key)).status == 200)
    }
    let id = try #require(try server.keys.list().first?.id)
    #expect(try server.keys.revoke(id: id))
    #expect(try server.send("GET", "/admin/status", as: .bearer(key)).status == 401)
  }

  @Test func callersTakeTurnsOnOneConnection() throws {
    let server = try TestServer()
    let callers = try (0..<4).map { try server.user("user\($0)") }
    for round in 0..<60 {
      let number = [0, 0, 1, 2, 2, 2, 3, 1][round % 8]
      let answer = try server.send("GET", "/v1/me", as: callers[number])
      #expect(answer.text("user_id") == "user\(number)")
      if round % 5 == 0 { #expect(try server.send("GET", "/v1/me").text("user_id").isEmpty) }
    }
    // What differs in its case only is another token.
    guard case .bearer(let token) = callers[0] else { return }
    let changed = token.dropLast() + (token.last == "A" ? "B" : "A")
    #expect(try server.send("GET", "/v1/me", as: .bearer(token)).status == 200)
    #expect(try server.send("GET", "/v1/me", as: .bearer(String(changed))).status == 401)
    #expect(try server.send("GET", "/v1/me", as: .bearer(token.lowercased())).status == 401)
  }

  @Test func ratesCountOverAllConnections() throws {
    let server = try TestServer {
      $0.server.userRequestsPerSecond = 1
      $0.server.userBurst = 8
    }
    let (ann, bob) = try (server.user("ann"), server.user("bob"))
    let other = server.newClient()
    for _ in 0..<4 {
      #expect(try server.send("GET", "/v1/me", as: ann).status == 200)
      #expect(try other.send("GET", "/v1/me", headers: ann.headers).status == 200)
    }
    for _ in 0..<2 {
      #expect(try server.send("GET", "/v1/me", as: ann).status == 429)
      #expect(try other.send("GET", "/v1/me", headers: ann.headers).status == 429)
      #expect(try server.send("GET", "/v1/me", as: bob).status == 200)
    }
    server.clock.advance(milliseconds: 1_000)
    #expect(try other.send("GET", "/v1/me", headers: ann.headers).status == 200)
    #expect(try server.send("GET", "/v1/me", as: ann).status == 429)
  }

  @Test func aSessionIsRenewedWhenItAges() throws {
    let server = try TestServer { $0.world.anonymousRetentionMs = 100_000 }
    let session = try #require(try server.send("GET", "/v1/trending").header("x-session"))
    for step in 0..<10 {
      let answer = try server.send("GET", "/v1/trending", as: .session(session))
      #expect(answer.status == 200)
      #expect((answer.header("x-session") == nil) == (step <= 5), "after \(step * 10) s")
      server.clock.advance(milliseconds: 10_000)
    }
    #expect(try server.send("GET", "/v1/trending", as: .session(session)).status == 401)
  }

  @Test func whatAUserDidIsSeen() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    try server.publish(
      (0..<12).map { #"{"item_id":"i\#($0)","author_id":"a","title":"t"}"# }, as: service)
    let ann = try server.user("ann")
    #expect(try server.send("PUT", "/v1/follows/a", as: ann, "{}").status < 300)
    _ = try server.send("GET", "/v1/feed?limit=5", as: ann)
    var page = try server.send("GET", "/v1/feed?limit=5", as: ann)
    for round in 0..<4 {
      let again = try server.send("GET", "/v1/feed?limit=5", as: ann)
      #expect(again.header("server-timing") == "cache;desc=hit", "round \(round)")
      #expect(again.items == page.items && again.body == page.body)
      #expect(again.header("x-request-id") != page.header("x-request-id"))
      let first = try #require(again.items.first)
      let hidden = try server.send(
        "POST", "/v1/interactions", as: ann, #"{"item_id":"\#(first)","event":"hide"}"#)
      #expect(hidden.status == 202, "\(hidden.text)")
      let next = try server.send("GET", "/v1/feed?limit=5", as: ann)
      #expect(!next.items.contains(first), "round \(round)")
      page = try server.send("GET", "/v1/feed?limit=5", as: ann)
    }
  }

  @Test func theLinkIsInTheWordsThatWereSent() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    try server.publish(
      (0..<12).map { #"{"item_id":"i\#($0)","author_id":"a","title":"t"}"# }, as: service)
    let targets = [
      "/v1/feed?limit=5", "/v1/feed?surface=home&limit=5", "/v1/feed?limit=5&surface=home",
      "/v1/feed?limit=%35",
    ]
    let ann = try server.user("ann")
    #expect(try server.send("PUT", "/v1/follows/a", as: ann, "{}").status < 300)
    for round in 0..<3 {
      for target in targets {
        for _ in 0..<2 {
          let link = try server.send("GET", target, as: ann).header("link")
          let words = target.replacing("%35", with: "5")
          #expect(link?.hasPrefix("<\(words)&cursor=") == true, "\(round): \(target)")
        }
      }
    }
  }
}
