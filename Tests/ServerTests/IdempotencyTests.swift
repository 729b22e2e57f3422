import Feed
import HTTP
import Server
import Sync
import TestKit
import Testing

/// Retries: the same answer, one effect, over restarts too.
@Suite struct IdempotencyTests {
  private static func key(_ text: String) -> [Response.Field] { [.init("Idempotency-Key", text)] }
  private static let post = #"{"title":"Hello","tags":["a"]}"#

  @Test func theSameAnswerAgain() throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    let first = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    #expect(first.status == 201)
    #expect(first.header("idempotent-replayed") == nil)
    for _ in 0..<10_000 {
      let again = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
      #expect(again.status == 201)
      #expect(again.body == first.body)
      #expect(again.header("location") == first.header("location"))
      #expect(again.header("idempotent-replayed") == "true")
    }
    #expect(server.engine.read { $0.itemCount } == 1)
  }

  @Test func anotherBodyUnderTheSameKey() throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    _ = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    let other = try server.send(
      "POST", "/v1/posts", as: ann, #"{"title":"B"}"#, headers: Self.key("k1"))
    #expect(other.status == 422)
    #expect(other.code == "idempotency-key-reused")
    // Another caller's key is another key.
    let bob = try server.user("bob")
    let bobs = try server.send(
      "POST", "/v1/posts", as: bob, #"{"title":"B"}"#, headers: Self.key("k1"))
    #expect(bobs.status == 201)
    #expect(bobs.header("idempotent-replayed") == nil)
    for bad in [String(repeating: "k", count: 256), "a\u{e9}b"] {
      let answer = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key(bad))
      #expect(answer.code == "invalid-idempotency-key", "\(answer.text)")
    }
  }

  @Test func faultsOfTheMomentAreNotKept() throws {
    let log = HeldLog()
    let server = try TestServer(log: log)
    let ann = try server.user("ann")
    log.fails(with: .full)
    let full = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    #expect(full.status == 507)
    #expect(full.header("retry-after") == "10")
    log.fails(with: nil)
    let later = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    #expect(later.status == 201)
    #expect(later.header("idempotent-replayed") == nil)
  }

  @Test func aRetryWhileTheFirstIsInFlight() throws {
    let log = HeldLog()
    let server = try TestServer(log: log)
    let ann = try server.user("ann")
    log.hold()
    let first = Answer()
    let (base, headers) = (server.base, ann.headers + Self.key("k1"))
    let thread = Thread {
      let client = HTTPClient(base: base)
      first.put(
        try? client.send("POST", "/v1/posts", headers: headers, body: Array(Self.post.utf8)))
    }
    log.waitUntilHeld()
    let retry = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    #expect(retry.status == 409)
    #expect(retry.code == "in-progress")
    #expect(retry.header("retry-after") == "1")
    log.release()
    thread.join()
    #expect(first.value?.status == 201)
    let after = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
    #expect(after.header("idempotent-replayed") == "true")
  }

  /// The answers are gone with the server, the effect must still be one.
  @Test func oneEffectOverARestart() throws {
    let log = MemoryLog()
    let events =
      """
      [{"user_id":"u","item_id":"i","event":"click"},{"user_id":"u","item_id":"i","event":"like"}]
      """
    let folder = TemporaryFolder()
    let key = try KeyStore(path: folder.path + "/keys.db", time: FakeTime()).create(scope: .service)
    var posts: [String] = []
    for round in 0..<3 {
      let server = try TestServer(log: log, folder: folder)
      let (ann, service) = (try server.user("ann"), TestServer.Caller.bearer(key))
      let post = try server.send("POST", "/v1/posts", as: ann, Self.post, headers: Self.key("k1"))
      #expect(post.status == 201, "\(post.text)")
      posts.append(post.text("post_id"))
      let batch = try server.send(
        "POST", "/api/v1/events", as: service, events, headers: Self.key("k2"))
      #expect(batch.number("duplicates") == (round == 0 ? 0 : 2), "\(batch.text)")
      let own = try server.send(
        "POST", "/v1/interactions", as: ann, #"{"item_id":"i","event":"save"}"#,
        headers: Self.key("k3"))
      #expect(own.status == 202)
      #expect(own.text.contains("duplicate") == (round > 0), "\(own.text)")
      server.server.stop()
    }
    #expect(Set(posts).count == 1)
    #expect(log.end == Offset(4))
  }
}
