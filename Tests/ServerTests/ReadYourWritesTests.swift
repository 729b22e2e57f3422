import Feed
import HTTP
import Server
import Sync
import TestKit
import Testing

/// After a 202 the user's next page shows the effect, every time.
@Suite struct ReadYourWritesTests {
  @Test func aThousandHides() throws {
    let server = try TestServer {
      $0.surfaces["home"]?.seen = .off
      $0.surfaces["home"]?.sources = ["fresh": 20, "popular": 20, "co_engaged": 20]
      $0.surfaces["home"]?.depth = 20
    }
    let service = try server.key(.service)
    for start in stride(from: 0, to: 1_100, by: 100) {
      try server.publish(
        (start..<start + 100).map { #"{"item_id":"i\#($0)","title":"Item \#($0)"}"# }, as: service)
    }
    let ann = try server.user("ann")
    var page = try server.send("GET", "/v1/feed?limit=5", as: ann)
    var misses = 0
    for round in 0..<1_000 {
      let item = try #require(page.items.first)
      let body = #"{"item_id":"\#(item)","event":"hide"}"#
      let answer = try server.send("POST", "/v1/interactions", as: ann, body)
      let offset = try #require(answer.number("offset"))
      page = try server.send("GET", "/v1/feed?limit=5", as: ann)
      if page.items.contains(item) || page.items.isEmpty { misses += 1 }
      #expect(try #require(page.number("offset")) >= offset, "round \(round)")
    }
    #expect(misses == 0)
  }

  @Test func followsPostsMutesAndErasures() throws {
    let server = try TestServer()
    let (ann, bob) = (try server.user("ann"), try server.user("bob"))
    for round in 0..<30 {
      let post = try server.send("POST", "/v1/posts", as: bob, #"{"title":"Post \#(round)"}"#)
      let id = post.text("post_id")
      _ = try server.send("PUT", "/v1/follows/bob", as: ann)
      let page = try server.send("GET", "/v1/feed?limit=50", as: ann)
      #expect(page.items.contains(id), "round \(round): \(page.text)")
      let mute = #"{"author_id":"bob","event":"mute"}"#
      #expect(try server.send("POST", "/v1/interactions", as: ann, mute).status == 202)
      #expect(try server.send("GET", "/v1/feed?limit=50", as: ann).items.isEmpty)
      let unmute = #"{"author_id":"bob","event":"unmute"}"#
      #expect(try server.send("POST", "/v1/interactions", as: ann, unmute).status == 202)
      #expect(try server.send("DELETE", "/v1/posts/\(id)", as: bob).status == 200)
      #expect(!(try server.send("GET", "/v1/feed?limit=50", as: ann).items.contains(id)))
    }
    #expect(try server.send("POST", "/v1/posts", as: bob, #"{"post_id":"last"}"#).status == 201)
    #expect(try server.send("DELETE", "/v1/me", as: bob).status == 200)
    #expect(try server.send("GET", "/v1/feed?limit=50", as: ann).items.isEmpty)
  }

  @Test func writersAtOnceAllSeeTheirOwn() throws {
    let server = try TestServer { $0.surfaces["home"]?.seen = .off }
    let service = try server.key(.service)
    try server.publish(
      (0..<200).map { #"{"item_id":"i\#($0)","title":"Item \#($0)"}"# }, as: service)
    let misses = Misses()
    var threads: [Thread] = []
    for user in 0..<4 {
      let (base, headers) = (server.base, try server.user("u\(user)").headers)
      threads.append(
        Thread {
          let client = HTTPClient(base: base)
          for _ in 0..<50 {
            guard let page = try? client.send("GET", "/v1/feed?limit=3", headers: headers),
              let item = page.items.first,
              let answer = try? client.send(
                "POST", "/v1/interactions", headers: headers,
                body: Array(#"{"item_id":"\#(item)","event":"not_interested"}"#.utf8)),
              answer.status == 202,
              let next = try? client.send("GET", "/v1/feed?limit=3", headers: headers),
              !next.items.contains(item)
            else {
              misses.add()
              continue
            }
          }
        })
    }
    for thread in threads { thread.join() }
    #expect(misses.count == 0)
  }
}

/// Counts from several threads.
final class Misses: @unchecked Sendable {
  // Sendable: the count is only touched under `lock`.
  private let lock = Lock()
  private var total = 0

  var count: Int { lock.withLock { total } }

  func add() { lock.withLock { total += 1 } }
}
