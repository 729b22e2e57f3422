import Glibc
import HTTP
import Testing

/// Answers that many requests get.
@Suite struct SharedResponseTests {
  private static let page = SharedBytes(noise(4_000, seed: 21))

  private static func answer(_ name: String, _ body: SharedBytes = page) -> SharedResponse {
    var response = Response(headers: [.init("X-Name", name)], shared: body)
    response.serverTiming = "cache;desc=hit"
    return SharedResponse(response)
  }

  /// A server with two shared answers, and one of its own.
  private func probe(acceptsGzip: Bool = false) throws -> Probe {
    let (one, two) = (Self.answer("one"), Self.answer("two", SharedBytes(noise(90, seed: 22))))
    return try Probe(acceptsGzip: acceptsGzip) { exchange in
      switch exchange.path {
      case "/one": exchange.respond(one)
      case "/two": exchange.respond(two)
      default: exchange.respond(Response(contentType: "text/plain", bytes: [0x6F]))
      }
    }
  }

  @Test func everyRequestHasItsOwnIdentifier() throws {
    let probe = try probe()
    var names: Set<String> = []
    for round in 0..<40 {
      let answer = try probe.client.send("GET", "/one")
      #expect(answer.status == 200 && answer.body == Self.page.bytes)
      #expect(answer.header("x-name") == "one")
      #expect(answer.header("content-length") == "4000")
      #expect(answer.header("server-timing") == "cache;desc=hit")
      #expect(answer.header("vary") == "Accept-Encoding")
      names.insert(try #require(answer.header("x-request-id"), "round \(round)"))
    }
    #expect(names.count == 40)
    #expect(probe.server.counters.connectionsAccepted == 1)
    let sent = try probe.client.send("GET", "/one", headers: [.init("X-Request-ID", "mine")])
    #expect(sent.header("x-request-id") == "mine")
    let next = try probe.client.send("GET", "/one")
    #expect(next.header("x-request-id").map { $0 != "mine" && !$0.isEmpty } == true)
  }

  @Test func everyFieldStandsOnce() throws {
    let request = "GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
    let last = "GET /one HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    let probe = try probe()
    let text = try probe.connect().exchange(request + request + request + last).text
    let heads = text.split(separator: "HTTP/1.1 200 OK\r\n").map {
      $0.prefix(600).split(separator: "\r\n\r\n")[0].split(separator: "\r\n")
    }
    #expect(heads.count == 4)
    for head in heads {
      let names = head.map { $0.prefix { $0 != ":" }.lowercased() }.filter { $0 != "connection" }
      #expect(
        names.sorted() == [
          "content-length", "content-type", "date", "server-timing", "vary", "x-name",
          "x-request-id",
        ])
    }
  }

  @Test func answersBetweenAreNotMixedUp() throws {
    let probe = try probe()
    for target in ["/one", "/two", "/one", "/own", "/one", "/one", "/own", "/two", "/two"] {
      let answer = try probe.client.send("GET", target)
      #expect(answer.body.count == ["/one": 4000, "/two": 90][target] ?? 1)
      #expect(answer.header("x-name") == ["/one": "one", "/two": "two"][target])
      let head = try probe.client.send("HEAD", target)
      #expect(head.body.isEmpty && head.header("content-length") == "\(answer.body.count)")
    }
  }

  @Test func clientsThatTakeGzipGetIt() throws {
    let probe = try probe(acceptsGzip: true)
    for _ in 0..<3 {
      let small = try probe.client.send("GET", "/one")
      // The client inflates what it was sent.
      #expect(small.body == Self.page.bytes && small.header("content-encoding") == "gzip")
      let short = try probe.client.send("GET", "/two")
      #expect(short.header("content-encoding") == nil && short.body.count == 90)
    }
    let plain = HTTPClient(base: "http://127.0.0.1:\(probe.server.port)")
    #expect(try plain.send("GET", "/one").header("content-encoding") == nil)
  }

  @Test func aDrainingServerClosesBehindIt() throws {
    let probe = try probe()
    let connection = try probe.connect()
    let request = "GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
    connection.write(request)
    let isWhole: ([UInt8]) -> Bool = {
      $0.count > 4_000 && $0.suffix(9) == Self.page.bytes.suffix(9)
    }
    #expect(!connection.read(until: isWhole).closed)
    connection.write("GET /one HTTP/1.1\r\nHost: h\r\n")
    #expect(eventually { !probe.server.waitUntilIdle(timeoutSeconds: 0) })
    probe.server.beginDrain()
    let rest = connection.exchange("\r\n")
    #expect(rest.closed && rest.text.contains("Connection: close"))
  }

  @Test func theDateIsThePresent() throws {
    let probe = try probe()
    let end = HTTPDate(seconds: time(nil) + 2)
    var seen: Set<String> = []
    while HTTPDate(seconds: time(nil)) != end {
      let before = time(nil)
      let date = try #require(try probe.client.send("GET", "/one").header("date"))
      // The coarse clock may be a tick behind.
      let possible = (before - 1...time(nil)).map { HTTPDate(seconds: $0).text }
      #expect(possible.contains(date))
      seen.insert(date)
      usleep(20_000)
    }
    #expect(seen.count >= 2)
  }

  /// The first is the example of RFC 9110, section 5.6.7; the others are what GNU `date` says.
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
  ]) func dates(_ seconds: Int, _ text: String) {
    #expect(HTTPDate(seconds: seconds).text == text)
  }

  @Test func datesAreThoseOfTheSystemsCalendar() {
    for step in 0..<2_000 {
      let seconds = step * 2_131_313
      let expected = Self.systemText(seconds)
      #expect(HTTPDate(seconds: seconds).text == expected)
    }
  }

  /// What the C library says; its calendar and text are written to places of their own.
  private static func systemText(_ seconds: Int) -> String {
    var (seconds, calendar) = unsafe (seconds, tm())
    unsafe gmtime_r(&seconds, &calendar)
    var text = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &calendar)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
