import Glibc
import HTTP
import Testing

/// Heads that a connection sends again, and answers that it gets again.
@Suite struct RepeatTests {
  private final class Note: Sendable {
    let text: String
    init(_ text: String) { self.text = text }
  }

  /// A server that tells what it reads, and what it noted when the same head came before.
  private func echo() throws -> Probe {
    try Probe { exchange in
      let parameters = exchange.parameters?.map { "\($0.name)=\($0.value)" } ?? []
      let read =
        "\(exchange.method) \(exchange.path) \(parameters.joined(separator: "&")) "
        + "\(exchange.header("authorization") ?? "-") \(exchange.header("x-last") ?? "-")"
      let noted = exchange.note as? Note
      exchange.keep(Note(read))
      // The first note stays, whatever is kept after it.
      exchange.keep(Note("second"))
      let text =
        "\(read)|\(noted?.text ?? "new")|\(String(decoding: exchange.body, as: UTF8.self))\n"
      exchange.respond(Response(contentType: "text/plain", bytes: Array(text.utf8)))
    }
  }

  /// The bodies of the answers to requests that one connection sends at once.
  private func answers(_ probe: Probe, _ requests: [String]) throws -> [String] {
    let last = "GET /end HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    let text = try probe.connect().exchange(requests.joined() + last).text
    return text.split(separator: "\r\n\r\n").dropFirst().dropLast().map {
      String($0.prefix { $0 != "\n" })
    }
  }

  private func get(
    _ target: String = "/a?x=1", method: String = "GET", token: String = "Bearer one",
    last: String = "abc"
  ) -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: h\r\nAuthorization: \(token)\r\nX-Last: \(last)\r\n\r\n"
  }

  @Test func aRepeatedHeadHasItsNote() throws {
    let read = "GET /a x=1 Bearer one abc"
    let found = try answers(echo(), [get(), get(), get()])
    #expect(found == ["\(read)|new|", "\(read)|\(read)|", "\(read)|\(read)|"])
  }

  @Test func aHeadThatDiffersAnywhereIsAnother() throws {
    let others = [
      get("/b?x=1"), get("/A?x=1"), get("/a?x=2"), get("/a?X=1"), get("/a&x=1"), get("/a?x%31"),
      get(method: "PUT"), get(method: "get"), get(token: "Bearer onf"), get(token: "Bearer onE"),
      get(last: "abd"), get(last: "abC"), get(last: "ab"), get(last: "abc "),
      get().replacing("X-Last", with: "X-last"), get().replacing("HTTP/1.1", with: "HTTP/1.0"),
    ]
    let probe = try echo()
    for other in others where !other.contains("HTTP/1.0") {
      let found = try answers(probe, [get(), other, get(), other, other])
      #expect(found.count == 5)
      let isNew = found.map { $0.contains("|new|") }
      #expect(isNew == [true, true, true, true, false], "\(other)")
      #expect(found[0] == found[2] && found[1] == found[3], "\(other)")
      // The note is of this very head.
      let parts = found[4].split(separator: "|")
      #expect(parts.count == 2 && parts[0] == parts[1], "\(other)")
    }
  }

  @Test func randomChangesAreAllSeen() throws {
    var random = Seeded(state: 7)
    let probe = try echo()
    let letters = Array("abcXYZ019")
    var requests: [String] = []
    for _ in 0..<400 {
      if let last = requests.last, random.below(2) == 0 {
        requests.append(last)
      } else {
        func word() -> String { String((0..<3).map { _ in letters[random.below(letters.count)] }) }
        requests.append(get("/\(word())?q=\(word())", token: "Bearer \(word())", last: word()))
      }
    }
    let found = try answers(probe, requests)
    try #require(found.count == requests.count)
    for (index, request) in requests.enumerated() {
      let repeats = index > 0 && requests[index - 1] == request
      let alone = try answers(probe, [request])[0]
      let read = alone.prefix { $0 != "|" }
      #expect(found[index] == (repeats ? "\(read)|\(read)|" : alone), "seed 7, request \(index)")
    }
  }

  @Test func theBodyIsNoPartOfTheHead() throws {
    func post(_ framing: String, _ body: String) -> String {
      "POST /p HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n\(body)"
    }
    let length = "Content-Length: 3"
    let chunked = "Transfer-Encoding: chunked"
    let found = try answers(
      echo(),
      [
        post(length, "abc"), post(length, "xyz"), post(length, "123"),
        post(chunked, "2\r\nab\r\n0\r\n\r\n"), post(chunked, "1\r\nc\r\n1\r\nd\r\n0\r\n\r\n"),
      ])
    #expect(found.map { String($0.suffix(3)) } == ["abc", "xyz", "123", "|ab", "|cd"])
    #expect(found.map { $0.contains("|new|") } == [true, false, false, true, false])
  }

  @Test func anotherConnectionAndALongHeadAreReadAnew() throws {
    let probe = try echo()
    #expect(try answers(probe, [get()]) == answers(probe, [get()]))
    let long = get(last: String(repeating: "l", count: 3_000))
    #expect(try answers(probe, [long, long]).filter { $0.contains("|new|") }.count == 2)
  }

  @Test func aRefusedHeadIsRefusedBehindAGoodOne() throws {
    let probe = try echo()
    let bad = get().replacing("Host: h", with: "Host:\u{1}")
    let text = try probe.connect().exchange(get() + get() + bad).text
    #expect(text.contains("HTTP/1.1 400"))
    #expect(probe.server.counters.requests == 2)
  }
}

/// A generator of numbers that follow from a seed.
private struct Seeded {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
