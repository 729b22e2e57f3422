import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// Every call does what it says, for those who may make it.
@Suite struct RouteTests {
  private static let item = #"{"item_id":"i1","title":"Swift on Linux","tags":["swift"]}"#

  @Test func postsOfUsers() throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    let made = try server.send(
      "POST", "/v1/posts", as: ann, #"{"post_id":"p1","title":"Hello","tags":["a"]}"#)
    #expect(made.status == 201, "\(made.text)")
    #expect(made.text("post_id") == "p1")
    #expect(made.header("location") == "/v1/items/p1")
    #expect(made.number("offset") == 1)
    #expect(
      try server.send("POST", "/v1/posts", as: ann, #"{"post_id":"p1"}"#).code == "already-exists")
    let changed = try server.send("PUT", "/v1/posts/p1", as: ann, #"{"title":"Other"}"#)
    #expect(changed.status == 200, "\(changed.text)")
    let item = try server.send("GET", "/v1/items/p1", as: ann)
    #expect(item.text("title") == "Other")
    #expect(item.text("author_id") == "ann")
    #expect(item.text("created_at") == made.text("created_at"))
    let tag = try #require(item.header("etag"))
    let same = try server.send(
      "GET", "/v1/items/p1", as: ann, headers: [.init("If-None-Match", tag)])
    #expect(same.status == 304)
    let bob = try server.user("bob")
    #expect(try server.send("PUT", "/v1/posts/p1", as: bob, #"{"title":"X"}"#).code == "forbidden")
    #expect(try server.send("DELETE", "/v1/posts/p1", as: bob).code == "forbidden")
    #expect(try server.send("DELETE", "/v1/posts/p1", as: ann).status == 200)
    #expect(try server.send("DELETE", "/v1/posts/p1", as: ann).code == "not-found")
    #expect(try server.send("GET", "/v1/items/p1", as: ann).code == "not-found")
  }

  @Test func aPostSaysSomethingOrHasAName() throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    for nothing in ["{}", #"{"title":"","tags":[]}"#, #"{"language":"en"}"#, #"{"title":null}"#] {
      let answer = try server.send("POST", "/v1/posts", as: ann, nothing)
      #expect(answer.status == 422, "\(nothing): \(answer.text)")
      #expect(answer.text.contains(#""pointer":"/title""#), "\(answer.text)")
    }
    for enough in [#"{"post_id":"p"}"#, #"{"title":"x"}"#, #"{"tags":["x"]}"#, #"{"topic":"x"}"#] {
      #expect(try server.send("POST", "/v1/posts", as: ann, enough).status == 201, "\(enough)")
    }
  }

  /// Whom one follows, mutes or blocks need not have done anything yet.
  @Test func peopleWhoAreNotKnownYet() throws {
    let server = try TestServer()
    let (ann, bob) = (try server.user("ann"), try server.user("bob"))
    #expect(try server.send("PUT", "/v1/follows/cleo", as: ann).status == 200)
    for event in ["mute", "block"] {
      let answer = try server.send(
        "POST", "/v1/interactions", as: ann, #"{"author_id":"bob","event":"\#(event)"}"#)
      #expect(answer.status == 202, "\(answer.text)")
    }
    let anonymous = #"{"author_id":"anon:x","event":"mute"}"#
    #expect(
      try server.send("POST", "/v1/interactions", as: ann, anonymous).code == "not-found")
    let unmute = #"{"author_id":"nobody","event":"unmute"}"#
    #expect(try server.send("POST", "/v1/interactions", as: ann, unmute).code == "not-found")
    for author in [bob, try server.user("cleo")] {
      #expect(try server.send("POST", "/v1/posts", as: author, #"{"title":"x"}"#).status == 201)
    }
    let page = try server.send("GET", "/v1/feed", as: ann)
    #expect(page.items.count == 1, "\(page.text)")
    #expect(page.text.contains(#""author_id":"cleo""#), "\(page.text)")
  }

  @Test func timesInTheFutureAreTold() throws {
    let server = try TestServer()
    let (ann, service) = (try server.user("ann"), try server.key(.service))
    try server.publish([Self.item], as: service)
    let now = server.clock.now.milliseconds
    func event(_ time: Int64, _ more: String = "") -> String {
      #"{"item_id":"i1","event":"click","timestamp":\#(time)\#(more)}"#
    }
    let soon = try server.send("POST", "/v1/interactions", as: ann, event(now + 300_000))
    #expect(!soon.text.contains("warning"), "\(soon.text)")
    let far = try server.send("POST", "/v1/interactions", as: ann, event(now + 300_001))
    #expect(far.text.contains(#""warning":"The timestamp lies in the future"#), "\(far.text)")
    let list = try server.send(
      "POST", "/v1/interactions", as: ann, "[\(event(now)),\(event(now * 2))]")
    #expect(list.text.occurrences(of: "warning") == 1, "\(list.text)")
    let user = #","user_id":"bob""#
    let batch = try server.send(
      "POST", "/api/v1/events", as: service, "[\(event(now, user)),\(event(now * 2, user))]")
    #expect(batch.number("ahead") == 1, "\(batch.text)")
    let metrics = try server.send("GET", "/metrics", as: try server.key(.metrics))
    #expect(metrics.text.contains("updraft_events_ahead_total 3\n"))
  }

  @Test(arguments: ["1700000000123", "1700000000.123", "\"2023-11-14T22:13:20.123Z\""])
  func aTimeMayBeSecondsMillisecondsOrAText(_ time: String) throws {
    let server = try TestServer()
    let ann = try server.user("ann")
    try server.publish([Self.item], as: try server.key(.service))
    let body = #"{"item_id":"i1","event":"click","timestamp":\#(time)}"#
    let answer = try server.send("POST", "/v1/interactions", as: ann, body)
    #expect(answer.status == 202, "\(answer.text)")
    let me = try server.send("GET", "/v1/me", as: ann)
    #expect(me.text.contains(#""timestamp":"2023-11-14T22:13:20.000Z""#), "\(me.text)")
  }

  @Test func feedOfFollowedAuthors() throws {
    let server = try TestServer()
    let (ann, bob) = (try server.user("ann"), try server.user("bob"))
    let followed = try server.send("PUT", "/v1/follows/bob", as: ann, #"{"weight":0.5}"#)
    #expect(followed.status == 200, "\(followed.text)")
    for number in 1...5 {
      let body = #"{"post_id":"b\#(number)","title":"Post \#(number)"}"#
      #expect(try server.send("POST", "/v1/posts", as: bob, body).status == 201)
    }
    let page = try server.send("GET", "/v1/feed?limit=3", as: ann)
    #expect(page.status == 200, "\(page.text)")
    #expect(page.items.count == 3)
    #expect(page.text("served_by") == "full")
    #expect(page.number("limit") == 3)
    #expect(page.number("offset") == 6)
    #expect(page.header("server-timing") != nil)
    #expect(page.header("cache-control") == "private, no-store")
    #expect(page.header("link")?.hasSuffix("; rel=\"next\"") == true)
    let cursor = page.text("next_cursor")
    let next = try server.send("GET", "/v1/feed?limit=3&cursor=\(cursor)", as: ann)
    #expect(Set(page.items + next.items).count == 5, "\(next.text)")
    let again = try server.send("GET", "/v1/feed?limit=3", as: ann)
    #expect(again.header("server-timing") == "cache;desc=hit")
    #expect(again.items == page.items)
    // The page goes on naming the request that ranked it, under which the log knows it.
    #expect(page.text("request_id") == page.header("x-request-id"))
    #expect(again.text("request_id") == page.text("request_id"))
    #expect(again.header("x-request-id") != page.header("x-request-id"))
    // The link is made of the words of each request.
    #expect(again.header("link") == page.header("link"))
    let other = try server.send("GET", "/v1/feed?limit=3&surface=home", as: ann)
    #expect(other.header("server-timing") == "cache;desc=hit")
    #expect(other.header("link")?.hasPrefix("</v1/feed?limit=3&surface=home&cursor=") == true)
    #expect(try server.send("DELETE", "/v1/follows/bob", as: ann).status == 200)
    // What is already so is done: once more, and for one who was never followed.
    for other in ["bob", "nobody"] {
      let again = try server.send("DELETE", "/v1/follows/\(other)", as: ann)
      #expect(again.status == 204, "\(again.text)")
      #expect(again.body.isEmpty)
    }
  }

  @Test func interactionsOfUsers() throws {
    let server = try TestServer()
    let (ann, service) = (try server.user("ann"), try server.key(.service))
    try server.publish([Self.item], as: service)
    let one = try server.send(
      "POST", "/v1/interactions", as: ann, #"{"post_id":"i1","event":"like","event_id":"e1"}"#)
    #expect(one.status == 202, "\(one.text)")
    #expect(one.text("interaction_id") == "e1")
    let twice = try server.send(
      "POST", "/v1/interactions", as: ann, #"{"post_id":"i1","event":"like","event_id":"e1"}"#)
    #expect(twice.status == 202)
    #expect(twice.text.contains(#""duplicate":true"#))
    let unknown = try server.send(
      "POST", "/v1/interactions", as: ann, #"{"item_id":"nope","event":"like"}"#)
    #expect(unknown.code == "not-found")
    let click = #"{"item_id":"i1","event":"click"}"#
    let fly = #"{"item_id":"i1","event":"fly"}"#
    let far = #"{"item_id":"no","event":"click"}"#
    let mixed = try server.send(
      "POST", "/v1/interactions", as: ann,
      "[\(click),\(fly),\(far)]")
    #expect(mixed.status == 202)
    #expect(mixed.number("accepted") == 1)
    #expect(mixed.number("refused") == 2)
    let codes = try mixed.read { root in
      try root.require("results").elements().map { $0["code"].flatMap { try? $0.string() } ?? "" }
    }
    #expect(codes == ["", "invalid-body", "not-found"])
    let none = try server.send(
      "POST", "/v1/interactions", as: ann, #"[{"item_id":"i1","event":"fly"},{"x":1}]"#)
    #expect(none.status == 422)
    #expect(none.text.contains(#""pointer":"/0/event""#), "\(none.text)")
    let me = try server.send("GET", "/v1/me", as: ann)
    #expect(me.text("user_id") == "ann")
    #expect(me.text.contains(#""topic":"swift""#), "\(me.text)")
    #expect(try server.send("DELETE", "/v1/me", as: ann).status == 200)
    #expect(!(try server.send("GET", "/v1/me", as: ann).text.contains("swift")))
    // A second time there is nothing left to do.
    let zoe = try server.user("zoe")
    #expect(try server.send("DELETE", "/v1/me", as: zoe).status == 204)
  }

  @Test func batchesOfServices() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    let lines = """
      {"user_id":"u1","item_id":"i1","event":"click","duration_sec":2.5,"timestamp":1800000000000}
      {"user_id":"u1","item_id":"i2","event":"dwell","value":9e3,"timestamp":"2027-01-15T08:00:00Z"}
      {"user_id":"u2","item_id":"i1","event":"click","timestamp":17000000}
      not json
      {"user_id":"anon:x","item_id":"i1","event":"click"}
      """
    let answer = try server.send(
      "POST", "/api/v1/events", as: service, lines,
      headers: [.init("Content-Type", "application/x-ndjson")])
    #expect(answer.status == 202, "\(answer.text)")
    #expect(answer.number("accepted") == 2)
    #expect(answer.number("refused") == 3)
    #expect(answer.number("dead_letters") == 3)
    #expect(answer.text.contains("seconds (2001 to 2100)"))
    let admin = try server.key(.admin)
    let letters = try server.send("GET", "/admin/dead-letters", as: admin)
    #expect(letters.text.contains("not json"))
    let replayed = try server.send(
      "POST", "/admin/dead-letters/replay", as: admin, "{\"ids\":[1,2,3]}")
    #expect(replayed.number("replayed") == 0, "\(replayed.text)")
    #expect(replayed.text.contains(#""id":1,"reason":"invalid-body"#), "\(replayed.text)")
    let some = try server.send(
      "POST", "/admin/dead-letters/discard", as: admin, "{\"ids\":[2,9]}")
    #expect(some.number("discarded") == 1, "\(some.text)")
    let rest = try server.send("POST", "/admin/dead-letters/discard", as: admin)
    #expect(rest.number("discarded") == 2, "\(rest.text)")
    let none = try server.send("GET", "/admin/dead-letters", as: admin)
    #expect(none.text.hasPrefix(#"{"dead_letters":[]"#), "\(none.text)")
    #expect(try server.send("GET", "/v1/items/i1", as: service).status == 200)
    let users = try server.send(
      "POST", "/api/v1/users", as: service, #"[{"user_id":"u1","region":"NO","interests":["a"]}]"#)
    #expect(users.number("accepted") == 1, "\(users.text)")
    let follows = try server.send(
      "POST", "/api/v1/follows", as: service, #"{"follower_id":"u1","followee_id":"u2"}"#)
    #expect(follows.number("accepted") == 1, "\(follows.text)")
    let page = try server.send(
      "GET", "/api/v1/recommendations?user_id=u2&count=5", as: service)
    #expect(page.status == 200, "\(page.text)")
    #expect(page.text.contains("\"items\""))
  }

  @Test func pagesOfEverybody() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    let items = (1...30).map {
      #"{"item_id":"i\#($0)","title":"Item \#($0)","category":"c\#($0 % 2)","tags":["t"]}"#
    }
    try server.publish(items, as: service)
    let similar = try server.send("GET", "/v1/items/i1/similar?limit=4")
    #expect(similar.items.count == 4, "\(similar.text)")
    #expect(!similar.items.contains("i1"))
    let session = try #require(similar.header("x-session"))
    #expect(similar.header("set-cookie")?.contains("HttpOnly; SameSite=Strict") == true)
    let visitor = TestServer.Caller.session(session)
    let event = #"{"item_id":"i2","event":"click"}"#
    #expect(try server.send("POST", "/v1/interactions", as: visitor, event).status == 202)
    let first = try server.send("GET", "/api/v1/recommendations?count=10", as: visitor)
    #expect(first.status == 200, "\(first.text)")
    #expect(!first.items.contains("i2"))
    #expect(try server.send("GET", "/v1/trending?category=c0").status == 200)
    #expect(try server.send("GET", "/v1/items/zzz/similar").code == "not-found")
    #expect(try server.send("GET", "/v1/feed", as: visitor).code == "unauthorized")
    // Nobody's first page leads on to the next one for the session that came with it.
    let opening = try server.send("GET", "/api/v1/recommendations?count=10")
    let cursor = opening.text("cursor")
    let followup = try server.send(
      "GET", "/api/v1/recommendations?count=10&cursor=\(cursor)",
      as: .session(try #require(opening.header("x-session"))))
    #expect(Set(opening.items + followup.items).count == 20, "\(followup.text)")
  }

  @Test func operations() throws {
    let server = try TestServer()
    let (admin, metrics) = (try server.key(.admin), try server.key(.metrics))
    try server.publish([Self.item], as: try server.key(.service))
    #expect(try server.send("GET", "/livez").status == 200)
    #expect(try server.send("GET", "/healthz").status == 200)
    #expect(try server.send("GET", "/readyz?verbose").text("status") == "ready")
    #expect(try server.send("GET", "/admin/status", as: admin).number("items") == 1)
    let config = try server.send("GET", "/admin/config", as: admin)
    #expect(config.text.contains(#""token_issuer":"updraft""#), "\(config.text)")
    #expect(try server.send("GET", "/admin/digest", as: admin).number("offset") == 1)
    #expect(try server.send("POST", "/admin/snapshot", as: admin).status == 200)
    #expect(try server.send("GET", "/admin/snapshot", as: admin).status == 200)
    let stats = try server.send("GET", "/v1/stats", as: metrics)
    #expect(stats.text("phase") == "ready", "\(stats.text)")
    let figures = try server.send("GET", "/metrics", as: metrics)
    #expect(figures.text.contains("updraft_items 1\n"), "\(figures.text)")
    #expect(
      figures.text.contains(
        "http_server_request_duration_seconds_count"
          + #"{http_route="/api/v1/items",method="POST",status="202"} 1"#))
    #expect(try server.send("GET", "/demo/info").code == "not-found")
    let page = try server.send("GET", "/")
    #expect(page.header("content-type") == "text/html; charset=utf-8")
    #expect(page.header("content-security-policy")?.contains("script-src 'self'") == true)
    #expect(try server.send("GET", "/dashboard/app.js").status == 200)
    #expect(try server.send("GET", "/dashboard/none.js").code == "not-found")
    #expect(try server.send("GET", "/problems").text.contains("invalid-cursor"))
    #expect(try server.send("GET", "/openapi.json").text("openapi") == "3.1.0")
  }
}

/// Events that were laid aside and can be taken in later.
@Suite struct DeadLetterTests {
  /// Letters that can't be taken in must not stand in the way of those behind them.
  @Test func manyLettersHideNone() throws {
    let log = MemoryLog()
    for number in 1...11_000 {
      let row = #"{"user_id":"u","item_id":"i1","event":"\#(number == 10_500 ? "like" : "no")"}"#
      try log.addDeadLetter(
        DeadLetter(
          received: .zero, origin: "POST /api/v1/events", reason: "invalid-body: no",
          bytes: Array(row.utf8)))
    }
    let server = try TestServer(log: log)
    let admin = try server.key(.admin)
    let path = "/admin/dead-letters/replay"
    let first = try server.send("POST", path, as: admin)
    #expect(first.number("replayed") == 0 && first.number("refused") == 10_000)
    let next = try #require(first.number("next"), "\(first.text.prefix(80))")
    #expect(next == 10_000)
    let rest = try server.send("POST", path, as: admin, #"{"after":\#(next)}"#)
    #expect(rest.number("replayed") == 1 && rest.number("refused") == 999, "\(rest.text)")
    #expect(!rest.text.contains("next"))
    let gone = try server.send(
      "POST", "/admin/dead-letters/discard", as: admin, #"{"ids":[10999,11000]}"#)
    #expect(gone.number("discarded") == 2, "\(gone.text)")
  }

  @Test func aLetterIsTakenInOnceItsTargetIsKnown() throws {
    let server = try TestServer { $0.server.unknownItems = .refuse }
    let (service, admin) = (try server.key(.service), try server.key(.admin))
    try server.publish([#"{"item_id":"a"}"#], as: service)
    let row = #"{"user_id":"u","item_id":"X","event":"click","timestamp":1700000000000}"#
    let batch = "[\(row.replacing("X", with: "a")),\(row.replacing("X", with: "b"))]"
    let answer = try server.send("POST", "/api/v1/events", as: service, batch)
    #expect(answer.number("accepted") == 1)
    #expect(answer.number("dead_letters") == 1)
    let list = try server.send("GET", "/admin/dead-letters", as: admin)
    #expect(list.text.contains("not-found: The target of the event is not known."))
    let early = try server.send("POST", "/admin/dead-letters/replay", as: admin)
    #expect(early.number("replayed") == 0)
    try server.publish([#"{"item_id":"b"}"#], as: service)
    let later = try server.send("POST", "/admin/dead-letters/replay", as: admin, "{}")
    #expect(later.number("replayed") == 1, "\(later.text)")
    #expect(later.text.contains(#""kept":[]"#))
    let read = try server.send(
      "POST", "/api/v1/events", as: service, row.replacing("X", with: "b"),
      headers: [.init("Idempotency-Key", "again")])
    #expect(read.status == 202)
    let item = try server.send("GET", "/v1/items/b", as: service)
    #expect(item.text.contains(#""click":2"#), "\(item.text)")
    let empty = try server.send("GET", "/admin/dead-letters", as: admin)
    #expect(empty.text.hasPrefix(#"{"dead_letters":[]"#), "\(empty.text)")
  }
}

extension String {
  /// How often a text stands in this one.
  fileprivate func occurrences(of text: String) -> Int { ranges(of: text).count }
}
