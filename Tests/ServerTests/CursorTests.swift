import Feed
import HTTP
import Server
import TestKit
import Testing

/// Cursors: through a snapshot without repeats and gaps, and for nobody else.
@Suite struct CursorTests {
  private static func fill(_ server: TestServer, count: Int = 60) throws -> TestServer.Caller {
    let service = try server.key(.service)
    let items = (1...count).map {
      #"{"item_id":"i\#($0)","title":"Item \#($0)","tags":["t\#($0 % 5)"]}"#
    }
    try server.publish(items, as: service)
    return service
  }

  @Test func pagesHaveNoRepeatsAndNoGapsWhileTheWorldMoves() throws {
    let server = try TestServer()
    let service = try Self.fill(server)
    let ann = try server.user("ann")
    var seen: [String] = []
    var cursor: String? = ""
    var pages = 0
    while let at = cursor {
      let query = at.isEmpty ? "" : "&cursor=\(at)"
      let page = try server.send("GET", "/v1/feed?limit=7\(query)", as: ann)
      #expect(page.status == 200, "\(page.text)")
      seen += page.items
      let next = page.text("next_cursor")
      cursor = next.isEmpty ? nil : next
      pages += 1
      // The world goes on: new items, other scores.
      try server.publish([#"{"item_id":"new\#(pages)","title":"New"}"#], as: service)
      let event = #"{"user_id":"u\#(pages)","item_id":"i\#(pages)","event":"like"}"#
      #expect(try server.send("POST", "/api/v1/events", as: service, event).status == 202)
      #expect(pages < 50)
    }
    #expect(Set(seen).count == seen.count)
    #expect(seen.count == 60)
  }

  @Test func everyFlippedByteIsRefused() throws {
    let server = try TestServer()
    _ = try Self.fill(server)
    let ann = try server.user("ann")
    let cursor = try server.send("GET", "/v1/feed?limit=5", as: ann).text("next_cursor")
    #expect(cursor.utf8.count == 48)
    let letters = Array(cursor)
    for index in letters.indices {
      for letter in ["A", "Z", "0", "-", "_"] as [Character] where letter != letters[index] {
        var changed = letters
        changed[index] = letter
        let answer = try server.send("GET", "/v1/feed?limit=5&cursor=\(String(changed))", as: ann)
        #expect(answer.code == "invalid-cursor", "letter \(index): \(answer.text)")
      }
    }
    let odd = [
      "A", cursor + "A", String(cursor.dropLast()), "%00", "..", cursor + cursor, "%F0%9F%92%A9",
    ]
    for text in odd {
      let answer = try server.send("GET", "/v1/feed?limit=5&cursor=\(text)", as: ann)
      #expect(answer.code == "invalid-cursor", "\(text): \(answer.text)")
    }
    #expect(try server.send("GET", "/v1/feed?limit=5&cursor=\(cursor)", as: ann).status == 200)
  }

  @Test func aCursorIsBoundToItsCallerAndQuery() throws {
    let server = try TestServer()
    let service = try Self.fill(server)
    let (ann, bob) = (try server.user("ann"), try server.user("bob"))
    let cursor = try server.send("GET", "/v1/feed?limit=5", as: ann).text("next_cursor")
    for (caller, target) in [
      (bob, "/v1/feed?limit=5"), (ann, "/v1/feed?limit=5&surface=trending"),
      (ann, "/v1/feed?region=NO"), (ann, "/v1/trending"), (service, "/v1/trending?user_id=ann"),
      (.nobody, "/v1/trending"), (ann, "/v1/items/i1/similar"),
    ] {
      let mark = target.contains("?") ? "&" : "?"
      let answer = try server.send("GET", "\(target)\(mark)cursor=\(cursor)", as: caller)
      #expect(answer.code == "invalid-cursor", "\(target): \(answer.text)")
    }
    // The same query in another shape of page is the same query.
    let same = "/api/v1/recommendations?surface=home&cursor=\(cursor)"
    #expect(try server.send("GET", same, as: ann).status == 200)
    // Nobody's pages are no user's.
    let nobodys = try server.send("GET", "/v1/trending?limit=5").text("cursor")
    #expect(
      try server.send("GET", "/v1/trending?cursor=\(nobodys)", as: ann).code == "invalid-cursor")
    #expect(try server.send("GET", "/v1/trending?cursor=\(nobodys)").status == 200)
  }

  @Test func aCursorEnds() throws {
    let server = try TestServer { $0.engine.cursorAgeMs = 60_000 }
    _ = try Self.fill(server)
    let ann = try server.user("ann")
    let cursor = try server.send("GET", "/v1/feed?limit=5", as: ann).text("next_cursor")
    server.clock.advance(milliseconds: 61_000)
    let late = try server.send("GET", "/v1/feed?cursor=\(cursor)", as: try server.user("ann"))
    #expect(late.status == 410)
    #expect(late.code == "cursor-expired")
  }

  @Test func aSetThatIsNoLongerKeptIsGone() throws {
    let server = try TestServer { $0.engine.cachedPagesMax = 1 }
    _ = try Self.fill(server)
    let ann = try server.user("ann")
    let cursor = try server.send("GET", "/v1/feed?limit=5", as: ann).text("next_cursor")
    _ = try server.send("GET", "/v1/feed?limit=5", as: try server.user("bob"))
    let answer = try server.send("GET", "/v1/feed?cursor=\(cursor)", as: ann)
    #expect(answer.code == "cursor-expired", "\(answer.text)")
  }

  @Test func anotherServersCursorIsRefused() throws {
    let (one, two) = (try TestServer(), try TestServer(secretByte: 9))
    _ = try Self.fill(one)
    _ = try Self.fill(two)
    let cursor = try one.send("GET", "/v1/feed?limit=5", as: try one.user("ann")).text(
      "next_cursor")
    let answer = try two.send("GET", "/v1/feed?cursor=\(cursor)", as: try two.user("ann"))
    #expect(answer.code == "invalid-cursor")
  }
}
