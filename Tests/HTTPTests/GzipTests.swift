import HTTP
import Testing

@Suite struct GzipTests {
  @Test(arguments: [0, 1, 1023, 1024, 70_000, 300_000]) func roundTrip(_ count: Int) throws {
    let bytes = noise(count, seed: UInt64(count) + 9)
    let small = try #require(Gzip.deflate(bytes, level: 6))
    #expect(try Gzip.inflate(small, bytesMax: count) == bytes)
    if count > 0 {
      #expect(throws: Gzip.Failure.tooLarge) { try Gzip.inflate(small, bytesMax: count - 1) }
    }
  }

  @Test func damagedStreamsAreRefused() throws {
    let bytes = noise(5000, seed: 4)
    let small = try #require(Gzip.deflate(bytes, level: 6))
    #expect(throws: Gzip.Failure.malformed) { try Gzip.inflate([], bytesMax: 9000) }
    #expect(throws: Gzip.Failure.malformed) { try Gzip.inflate(small + [0], bytesMax: 9000) }
    for count in stride(from: 0, to: small.count, by: 7) {
      #expect(throws: Gzip.Failure.malformed) {
        try Gzip.inflate(Array(small[..<count]), bytesMax: 9000)
      }
    }
  }

  @Test func bombIsRefused() throws {
    let probe = try Probe()
    let bomb = try #require(Gzip.deflate([UInt8](repeating: 0, count: 64 << 20), level: 9))
    #expect(bomb.count < 100_000)
    let answer = try probe.client.send(
      "POST", "/", headers: [.init("Content-Encoding", "gzip")], body: bomb)
    #expect(answer.status == 413)
    #expect(probe.server.counters.refused(.inflatedTooLarge) == 1)
    #expect(probe.server.counters.requests == 1)
  }

  @Test func bodyThatIsNotGzipIsRefused() throws {
    let probe = try Probe()
    let answer = try probe.client.send(
      "POST", "/", headers: [.init("Content-Encoding", "gzip")], body: Array("plain".utf8))
    #expect(answer.status == 400)
    #expect(probe.server.counters.refused(.malformedBody) == 1)
  }

  @Test(arguments: [
    ("gzip", true), ("GZIP;q=0.5", true), ("br, gzip ; q=1.0", true), ("gzip;q=0", false),
    ("gzip;q=0.000", false), ("br", false), ("", false),
  ]) func answersAsTheClientAccepts(_ accepted: String, _ compressed: Bool) throws {
    let bytes = noise(1024, seed: 5)
    let page = SharedBytes(bytes)
    let probe = try Probe { exchange in
      exchange.respond(exchange.path == "/own" ? Response(bytes: bytes) : Response(shared: page))
    }
    for path in ["/own", "/shared", "/shared"] {
      let answer = try probe.client.send(
        "GET", path, headers: [.init("Accept-Encoding", accepted)])
      #expect(answer.header("content-encoding") == (compressed ? "gzip" : nil))
      #expect(answer.header("vary") == "Accept-Encoding")
      let body = compressed ? try Gzip.inflate(answer.body, bytesMax: 9000) : answer.body
      #expect(body == bytes)
    }
  }

  @Test func smallAndUnwillingBodiesStayAsTheyAre() throws {
    let probe = try Probe { exchange in
      var response = Response(bytes: noise(exchange.path == "/small" ? 1023 : 5000, seed: 6))
      response.compressible = exchange.path == "/small"
      exchange.respond(response)
    }
    for path in ["/small", "/unwilling"] {
      let answer = try probe.client.send("GET", path, headers: [.init("Accept-Encoding", "gzip")])
      #expect(answer.header("content-encoding") == nil)
      #expect(answer.header("vary") == nil)
    }
  }

  @Test func clientInflates() throws {
    let bytes = noise(9000, seed: 7)
    let probe = try Probe(acceptsGzip: true) { $0.respond(Response(bytes: bytes)) }
    let answer = try probe.client.send("GET", "/")
    #expect(answer.header("content-encoding") == "gzip")
    #expect(answer.body == bytes)
  }
}
