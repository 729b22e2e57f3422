import HTTP
import Testing

@Suite struct MalformedTests {
  @Test(arguments: [
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost:h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\na",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
  ]) func framing(_ request: String) throws { try expectRefused(request) }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\tfolded\r\nX-B: 2\r\n\r\n",
    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX\u{1}B: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX B: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-B : 2\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\u{0}b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\u{0}\u{0}X-B: c\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\u{0}\u{0}\u{0}\u{0}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\u{1B}b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\u{7F}b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-A: a\rb\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\n",
  ]) func fields(_ request: String) throws { try expectRefused(request) }

  @Test(arguments: [
    "GET /a\u{0}b HTTP/1.1", "GET /a%00b HTTP/1.1", "GET /a%0Ab HTTP/1.1", "GET /a%7Fb HTTP/1.1",
    "GET /a\u{1}b HTTP/1.1", "GET /a b HTTP/1.1", "GET /a\tb HTTP/1.1", "GET /.. HTTP/1.1",
    "GET /a/../b HTTP/1.1", "GET /a/%2e%2E/b HTTP/1.1", "GET /a%2f..%2fb HTTP/1.1",
    "GET /..%5Cb HTTP/1.1", "GET /a% HTTP/1.1", "GET /a%2 HTTP/1.1", "GET /a%zz HTTP/1.1",
    "GET /%ff HTTP/1.1", "GET /%c0%ae%c0%ae/ HTTP/1.1", "GET a HTTP/1.1", "GET  / HTTP/1.1",
    "GET /  HTTP/1.1", "GET http://h HTTP/1.1", "G\u{0}T / HTTP/1.1", "G(T / HTTP/1.1",
    "GET / HTTP/1.1 ", "GET / http/1.1", "GET /", "GET",
  ]) func requestLine(_ line: String) throws {
    let probe = try Probe()
    let answer = try probe.raw("\(line)\r\nHost: a\r\n\r\n")
    // A line without any blank is no request line: libmicrohttpd closes without an answer.
    #expect(answer == (line == "GET" ? 0 : 400, true))
    #expect(probe.server.counters.requests == 0)
  }

  @Test(arguments: [
    ("/...", "/..."), ("/a..b/..c/d..", "/a..b/..c/d.."), ("/%252e%252e/", "/%2e%2e/"),
    ("http://other:80/x?y", "/x"), ("/a+b", "/a+b"), ("/%E2%82%AC", "/\u{20AC}"), ("*", "*"),
    ("/a//b", "/a//b"),
  ]) func soundTargets(_ target: String, _ path: String) throws {
    let probe = try Probe { exchange in
      exchange.respond(Response(contentType: "text/plain", bytes: Array(exchange.path.utf8)))
    }
    let answer = try probe.connect().exchange(
      "OPTIONS \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(answer.text.hasSuffix("\r\n\r\n" + path))
  }

  @Test(arguments: ["br", "gzip, gzip", "deflate", "x"]) func unknownEncoding(
    _ encoding: String
  ) throws {
    let probe = try Probe()
    let answer = try probe.client.send(
      "POST", "/", headers: [.init("Content-Encoding", encoding)], body: [1, 2])
    #expect(answer.status == 415)
    #expect(probe.server.counters.refused(.unsupportedEncoding) == 1)
  }

  @Test func smuggledRequestIsNotServed() throws {
    let shelf = Shelf<String>()
    let probe = try Probe { exchange in
      shelf.put(exchange.path)
      exchange.respond(Response())
    }
    let smuggled = "GET /admin HTTP/1.1\r\nHost: h\r\n\r\n"
    let answer = try probe.raw(
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(smuggled.utf8.count + 5)\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled)
    #expect(answer == (400, true))
    #expect(shelf.takeAll().isEmpty)
  }

  @Test func anyMethodReachesTheHandler() throws {
    let probe = try Probe { exchange in
      exchange.respond(
        Response(status: 405, contentType: "text/plain", bytes: Array("\(exchange.method)".utf8)))
    }
    for method in ["TRACE", "PATCH", "CONNECT", "BREW", "get"] {
      let answer = try probe.connect().exchange(
        "\(method) / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
      #expect(status(of: answer.text) == 405)
      #expect(answer.text.hasSuffix("\r\n\r\n" + method))
    }
  }

  private func expectRefused(_ request: String) throws {
    let probe = try Probe()
    #expect(try probe.raw(request) == (400, true))
    #expect(probe.server.counters.requests == 0)
  }
}
