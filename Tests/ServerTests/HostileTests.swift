import Feed
import HTTP
import Server
import TestKit
import Testing

/// Bodies, queries and heads that nobody sends by mistake. The server refuses each and goes on.
@Suite struct HostileTests {
  /// What the server says to a body, as the one who may send it.
  private static func codes(_ bodies: [String], _ target: String) throws -> [(String, Int, String)]
  {
    let server = try TestServer()
    let caller = target.hasPrefix("/api") ? try server.key(.service) : try server.user("ann")
    return try bodies.map { body in
      let answer = try server.send("POST", target, as: caller, body)
      return (body, answer.status, answer.code)
    }
  }

  private static let targets = [
    "/v1/posts", "/v1/interactions", "/api/v1/events", "/api/v1/items", "/api/v1/users",
    "/api/v1/follows",
  ]

  @Test(arguments: targets) func bodiesThatAreNoJSON(target: String) throws {
    let bodies = [
      "", " ", "{", "}", "[", "nul", "{\"a\":}", "\u{feff}{}", "{\"a\":1,}", "{'a':1}", "\"", "\\",
      "{\"title\":\"\u{0}\"}", "{\"title\":\"\\ud800\"}", "[1,", "1 2", "{}{}", "NaN", "-", "1e999",
    ]
    for (body, status, code) in try Self.codes(bodies, target) {
      #expect(status == 400 || status == 422, "\(target) \(body): \(status) \(code)")
    }
  }

  @Test(arguments: targets) func bodiesOfTheWrongShape(target: String) throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let deepObject =
      String(repeating: "{\"a\":", count: 50_000) + "1" + String(repeating: "}", count: 50_000)
    let bodies = [
      "null", "true", "1", "\"x\"", "[]", "[[]]", "[null]", "[1]", deep, deepObject,
      "{\"title\":1}",
      "{\"title\":null,\"title\":2}", "{\"tags\":[[]]}", "{\"unknown\":{}}", "{\"user_id\":[]}",
    ]
    for (body, status, code) in try Self.codes(bodies, target) {
      #expect(
        status == 400 || status == 422 || status == 403,
        "\(target) \(body.prefix(40)): \(status) \(code)")
    }
  }

  @Test func numbersAtTheEnds() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    let times = [
      "-1", "0", "1", "99999999999", "4102444800001", "1e300", "-1e300", "1e-300", "1.5",
      "9223372036854775807", "9223372036854775808", "18446744073709551616", "true", "[]", "\"\"",
      "\"now\"", "\"9999-12-31T23:59:59Z\"", "\"1969-12-31T23:59:59Z\"", "\"2026-02-30T00:00:00Z\"",
      "\"2026-01-01T24:00:00Z\"", "\"2026-01-01T00:00:00\"", "\"2026-01-01T00:00:00+24:00\"",
      "\"2026-01-01T00:00:00.1234567890Z\"", "\"２026-01-01T00:00:00Z\"",
    ]
    for time in times {
      let body = #"{"user_id":"u","item_id":"i","event":"click","timestamp":\#(time)}"#
      let answer = try server.send("POST", "/api/v1/events", as: service, body)
      // A number beyond every number type is no JSON here.
      let isNumber = time != "18446744073709551616"
      #expect(answer.status == (isNumber ? 422 : 400), "\(time): \(answer.text)")
    }
    for time in [
      "1e12", "1700000000000.0", "\"2026-01-01t00:00:00z\"", "\"1970-01-01T00:00:00Z\"",
      "\"2026-01-01 00:00:60.5-01:30\"", "null",
    ] {
      let body = #"{"user_id":"u","item_id":"i","event":"click","timestamp":\#(time)}"#
      let answer = try server.send("POST", "/api/v1/events", as: service, body)
      #expect(answer.status == 202, "\(time): \(answer.text)")
    }
    for value in ["-1", "1e300", "1e7", "\"1\"", "[]"] {
      let body = #"{"user_id":"u","item_id":"i","event":"dwell","duration_sec":\#(value)}"#
      let answer = try server.send("POST", "/api/v1/events", as: service, body)
      #expect(answer.status == 422, "\(value): \(answer.text)")
    }
    for limit in ["0", "-1", "1.5", "x", "1e9", "99999999999999999999", " 1"] {
      let escaped = limit.replacing(" ", with: "%20")
      let answer = try server.send("GET", "/v1/trending?limit=\(escaped)")
      #expect(answer.code == "invalid-parameter", "\(limit): \(answer.text)")
    }
    // More than the surface's bound is cut to it.
    #expect(try server.send("GET", "/v1/trending?limit=1000000000").number("limit") == 100)
  }

  @Test func itemsOverTheirBounds() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    func text(_ count: Int) -> String { String(repeating: "x", count: count) }
    let tags = (1...33).map { "\"t\($0)\"" }.joined(separator: ",")
    let members = [
      #""title":"\#(text(1_001))""#, #""text":"\#(text(32_769))""#, #""tags":[\#(tags)]"#,
      #""topic":"\#(text(129))""#, #""embedding":[1,2,3]"#, #""embedding":[1,2,3,4,5,6,7,1e39]"#,
      #""embedding":[1,2,3,4,5,6,7,"8"]"#, #""author_id":"anon:x""#, #""author_id":"""#,
      #""expires_at":"1990-01-01T00:00:00Z""#, #""title":"a\u0007b""#, #""post_id":"x""#,
      #""category":"a\nb""#,
    ]
    for member in members {
      let answer = try server.send(
        "POST", "/api/v1/items", as: service, #"{"item_id":"i",\#(member)}"#)
      #expect(answer.status == 422, "\(member.prefix(60)): \(answer.text)")
    }
    let fits = [
      #""title":"\#(text(1_000))""#, #""text":"\#(text(32_768))""#, #""title":"a\nb\tc""#,
      #""embedding":[1,2,3,4,5,6,7,8]"#,
    ]
    for member in fits {
      let answer = try server.send(
        "POST", "/api/v1/items", as: service, #"{"item_id":"i",\#(member)}"#)
      #expect(answer.status == 202, "\(member.prefix(60)): \(answer.text)")
    }
    for id in ["", text(129), "a\\u0000b", "a\\nb", "\\u007f"] {
      let answer = try server.send("POST", "/api/v1/items", as: service, #"{"item_id":"\#(id)"}"#)
      #expect(answer.status == 422, "\(id.prefix(20)): \(answer.text)")
    }
  }

  @Test func bodiesOverTheirBounds() throws {
    let server = try TestServer {
      $0.server.bodyBytesMax = 100_000
      $0.server.inflatedBytesMax = 200_000
      $0.server.batchEventsMax = 100
    }
    let service = try server.key(.service)
    let row = #"{"user_id":"u","item_id":"i","event":"click"}"#
    let many = "[" + Array(repeating: row, count: 101).joined(separator: ",") + "]"
    #expect(try server.send("POST", "/api/v1/events", as: service, many).code == "batch-too-large")
    let lines = Array(repeating: row, count: 101).joined(separator: "\n")
    let type = Response.Field("Content-Type", "application/x-ndjson")
    #expect(
      try server.send("POST", "/api/v1/events", as: service, lines, headers: [type]).code
        == "batch-too-large")
    let large = String(repeating: " ", count: 100_001)
    #expect(try server.send("POST", "/api/v1/events", as: service, large).code == "body-too-large")
    let url = "/v1/trending?region=" + String(repeating: "x", count: 5_000)
    #expect(try server.send("GET", url).code == "url-too-long")
    let xml = [Response.Field("Content-Type", "text/xml")]
    #expect(
      try server.send("POST", "/api/v1/events", as: service, row, headers: xml).code
        == "unsupported-media-type")
    #expect(try server.send("POST", "/v1/posts", as: service, row, headers: [type]).status == 415)
    // The server is well.
    #expect(try server.send("POST", "/api/v1/events", as: service, row).status == 202)
  }

  @Test func namesThatWouldBreakAnswers() throws {
    let server = try TestServer()
    let service = try server.key(.service)
    let names = ["a'b;--", "<script>", "*1\\r\\n", "%0d%0aX: y", "𝕏", "a\\\"b", "..", "a\\u2028b"]
    for name in names {
      let body = #"{"item_id":"\#(name)","title":"<img src=x onerror=alert(1)>"}"#
      let answer = try server.send("POST", "/api/v1/items", as: service, body)
      let isClean = !name.contains("\\r")
      #expect(answer.status == (isClean ? 202 : 422), "\(name): \(answer.text)")
    }
    let page = try server.send("GET", "/v1/trending", as: service)
    #expect(!page.text.contains("<"), "nothing in JSON may open a tag")
    #expect(page.header("x-content-type-options") == "nosniff")
    for query in ["%0d%0aSet-Cookie:x=1", "<script>", "%00"] {
      let answer = try server.send("GET", "/v1/trending?region=\(query)")
      #expect(answer.header("set-cookie")?.contains("x=1") != true)
      #expect(!answer.text.contains("<script>"))
      let id = try server.send(
        "GET", "/v1/trending", headers: [.init("X-Request-ID", "a<script>b")])
      #expect(id.header("x-request-id")?.contains("<") == false)
    }
    let twice = try server.send("GET", "/v1/trending?limit=1&limit=2")
    #expect(twice.code == "invalid-parameter")
    #expect(try server.send("GET", "/v1/trending?nope=1").code == "invalid-parameter")
  }

  /// Bytes by chance: never a crash, never a 5xx.
  @Test func bodiesByChance() throws {
    var chance = SeededGenerator.announced("bodiesByChance")
    let server = try TestServer()
    let callers = [try server.key(.service), try server.user("ann")]
    let valid = Array(
      #"[{"user_id":"u","item_id":"i","event":"click","timestamp":1700000000000,"tags":["a"]}]"#
        .utf8)
    for _ in 0..<1_500 {
      var body = valid
      for _ in 0..<Int.random(in: 1...6, using: &chance) {
        let place = Int.random(in: 0..<body.count, using: &chance)
        switch Int.random(in: 0..<3, using: &chance) {
        case 0: body[place] = UInt8.random(in: 0...255, using: &chance)
        case 1: body.remove(at: place)
        default: body.insert(body[Int.random(in: 0..<body.count, using: &chance)], at: place)
        }
        if body.isEmpty { body = [0x7B] }
      }
      let target = Self.targets.randomElement(using: &chance) ?? "/v1/posts"
      let caller = target.hasPrefix("/api") ? callers[0] : callers[1]
      let answer = try server.client.send("POST", target, headers: caller.headers, body: body)
      #expect(answer.status < 500, "\(target) \(body): \(answer.text)")
    }
  }
}
