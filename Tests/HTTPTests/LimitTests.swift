import HTTP
import Testing

@Suite struct LimitTests {
  private static let limits = {
    var limits = HTTPLimits()
    limits.bodyBytes = 1000
    limits.inflatedBytes = 5000
    limits.urlBytes = 200
    limits.headBytes = 1000
    limits.headers = 8
    return limits
  }()

  @Test(arguments: [(200, 200), (201, 414)]) func urlBytes(_ bytes: Int, _ status: Int) throws {
    let probe = try Probe(limits: Self.limits)
    let target = "/" + String(repeating: "u", count: bytes - 1)
    #expect(try probe.client.send("GET", target).status == status)
    #expect(probe.server.counters.refused(.urlTooLong) == (status == 200 ? 0 : 1))
  }

  @Test(arguments: [(1000, 200), (1001, 431)]) func headBytes(_ bytes: Int, _ status: Int) throws {
    let probe = try Probe(limits: Self.limits)
    let start = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Fill: "
    let fill = String(repeating: "f", count: bytes - start.utf8.count - 4)
    let answer = try probe.raw(start + fill + "\r\n\r\n")
    #expect(answer == (status, true))
    #expect(probe.server.counters.refused(.headTooLarge) == (status == 200 ? 0 : 1))
  }

  @Test(arguments: [(8, 200), (9, 431)]) func headers(_ count: Int, _ status: Int) throws {
    let probe = try Probe(limits: Self.limits)
    let fields = (2..<count).map { "X-\($0): v\r\n" }.joined()
    let answer = try probe.raw(
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\(fields)\r\n")
    #expect(answer == (status, true))
    #expect(probe.server.counters.refused(.tooManyHeaders) == (status == 200 ? 0 : 1))
  }

  @Test(arguments: [100, 1000, 20_000]) func manyHeaders(_ count: Int) throws {
    let probe = try Probe()
    let fields = (0..<count).map { "X-\($0): v\r\n" }.joined()
    #expect(try probe.raw("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").status == 431)
  }

  @Test func hugeTarget() throws {
    let probe = try Probe()
    let target = String(repeating: "u", count: 64 << 10)
    #expect(try probe.raw("GET /\(target) HTTP/1.1\r\nHost: h\r\n\r\n").status == 414)
  }

  @Test(arguments: [(1000, 200), (1001, 413)]) func announcedBody(
    _ bytes: Int, _ status: Int
  ) throws {
    let probe = try Probe(limits: Self.limits)
    let answer = try probe.client.send("POST", "/", body: noise(bytes, seed: 1))
    #expect(answer.status == status)
    #expect(probe.server.counters.refused(.bodyTooLarge) == (status == 200 ? 0 : 1))
  }

  @Test func announcedBodyIsRefusedBeforeItComes() throws {
    let probe = try Probe(limits: Self.limits)
    let plain = try probe.raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n")
    #expect(plain == (413, true))
    let polite = try probe.raw(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
    #expect(polite == (413, true))
  }

  @Test func continuesForAGoodBody() throws {
    let probe = try Probe(limits: Self.limits)
    let connection = try probe.connect()
    connection.write(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    let interim = connection.read { $0.count >= 25 }
    #expect(String(decoding: interim.bytes, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    connection.write("abc")
    let answer = connection.read { $0.last == UInt8(ascii: "3") }
    #expect(status(of: String(decoding: answer.bytes, as: UTF8.self)) == 200)
  }

  @Test(arguments: [(1000, 200), (1001, 413)]) func streamedBody(
    _ bytes: Int, _ status: Int
  ) throws {
    let probe = try Probe(limits: Self.limits)
    var request = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
    request += "Transfer-Encoding: chunked\r\n\r\n"
    var left = bytes
    while left > 0 {
      let piece = min(left, 90)
      request += String(piece, radix: 16) + "\r\n" + String(repeating: "b", count: piece) + "\r\n"
      left -= piece
    }
    // One beyond is refused before the end of the body has come.
    if status == 200 { request += "0\r\n\r\n" }
    #expect(try probe.raw(request) == (status, true))
  }

  @Test func refusalReachesAClientThatStillSends() throws {
    let body = noise(8_000_000, seed: 2)
    let probe = try Probe(limits: Self.limits)
    let connection = try probe.connect()
    connection.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n")
    let isTaken = connection.write(body)
    #expect(isTaken)
    let answer = connection.exchange("")
    #expect(status(of: answer.text) == 413 && answer.closed)
    #expect(answer.text.contains("Connection: close\r\n"))
  }

  @Test(arguments: [(5000, 200), (5001, 413)]) func inflatedBody(
    _ bytes: Int, _ status: Int
  ) throws {
    let probe = try Probe(limits: Self.limits)
    let small = try #require(Gzip.deflate([UInt8](repeating: 7, count: bytes), level: 9))
    let answer = try probe.client.send(
      "POST", "/", headers: [.init("Content-Encoding", "gzip")], body: small)
    #expect(answer.status == status)
    if status == 200 { #expect(answer.text == "5000") }
    #expect(probe.server.counters.refused(.inflatedTooLarge) == (status == 200 ? 0 : 1))
  }

  @Test func connectionsAtTheirBound() throws {
    var limits = HTTPLimits()
    limits.connections = 3
    let probe = try Probe(limits: limits)
    var kept: [RawConnection] = []
    for _ in 0..<3 {
      let connection = try probe.connect()
      connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
      let answer = connection.read { $0.last == UInt8(ascii: "0") }
      #expect(status(of: String(decoding: answer.bytes, as: UTF8.self)) == 200)
      kept.append(connection)
    }
    let refused = try probe.connect().read()
    #expect(refused.closed)
    #expect(status(of: String(decoding: refused.bytes, as: UTF8.self)) == 503)
    #expect(probe.server.counters.refused(.tooManyConnections) == 1)
    kept.removeLast()
    #expect(try eventually { try probe.raw("GET / HTTP/1.0\r\n\r\n").status == 200 })
  }

  @Test func connectionsOfOneAddressAtTheirBound() throws {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 1
    let probe = try Probe(limits: limits)
    #expect(try probe.client.send("GET", "/").status == 200)
    let refused = try probe.connect().read()
    #expect(status(of: String(decoding: refused.bytes, as: UTF8.self)) == 503)
    #expect(probe.server.counters.refused(.tooManyConnectionsFromAddress) == 1)
    #expect(try probe.client.send("GET", "/").status == 200)
  }

  @Test func refusalsGoThroughTheHook() throws {
    let server = try HTTPServer(
      listen: "127.0.0.1:0", limits: Self.limits,
      refusal: { refusal in
        Response(
          status: refusal.status, contentType: "application/problem+json",
          headers: [.init("X-Code", refusal.kind.rawValue)], bytes: Array(refusal.requestID.utf8))
      }, handler: { $0.respond(Response()) })
    let client = HTTPClient(base: "http://127.0.0.1:\(server.port)")
    let answer = try client.send(
      "POST", "/", headers: [.init("X-Request-ID", "mine-1")], body: noise(1001, seed: 3))
    #expect(answer.status == 413)
    #expect(answer.header("content-type") == "application/problem+json")
    #expect(answer.header("x-code") == "body-too-large")
    #expect(answer.header("x-request-id") == "mine-1")
    #expect(answer.text == "mine-1")
  }
}
