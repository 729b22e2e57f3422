import Dispatch
import HTTP
import Testing

@Suite struct LifecycleTests {
  @Test(arguments: [
    "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "localhost:80",
    "256.0.0.1:80", "::1:80", "[::1]", "[127.0.0.1]:80", "[::1:80",
  ]) func badAddresses(_ listen: String) {
    #expect(throws: HTTPServerError.badAddress(listen)) {
      _ = try HTTPServer(listen: listen) { $0.respond(Response()) }
    }
  }

  @Test func addressInUse() throws {
    let probe = try Probe()
    let listen = "127.0.0.1:\(probe.server.port)"
    #expect(throws: HTTPServerError.addressInUse(listen)) {
      _ = try HTTPServer(listen: listen) { $0.respond(Response()) }
    }
  }

  @Test func addressOfAnotherMachine() {
    #expect(throws: HTTPServerError.addressNotAvailable("192.0.2.1:0")) {
      _ = try HTTPServer(listen: "192.0.2.1:0") { $0.respond(Response()) }
    }
  }

  @Test(.enabled(if: Probe.hasIPv6, "this machine has no IPv6 loopback"))
  func listensOnIPv6() throws {
    let server = try HTTPServer(listen: "[::1]:0") { exchange in
      exchange.respond(
        Response(contentType: "text/plain", bytes: Array(exchange.remoteAddress.utf8)))
    }
    let answer = try HTTPClient(base: "http://[::1]:\(server.port)").send("GET", "/")
    #expect(answer.text == "0:0:0:0:0:0:0:1")
    #expect(server.address == "[::1]:\(server.port)")
  }

  @Test func drainAnswersWhatIsUnderWay() throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe { exchange in
      if exchange.path == "/wait" { shelf.put(exchange) } else { exchange.respond(Response()) }
    }
    let idle = try probe.connect()
    idle.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    _ = idle.read { $0.suffix(4) == [13, 10, 13, 10] }
    let waiting = try probe.connect()
    waiting.write("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(eventually { shelf.count == 1 })

    probe.server.beginDrain()
    #expect(idle.read().closed)
    #expect(!probe.server.waitUntilIdle(timeoutSeconds: 0.05))
    #expect(throws: HTTPClientError.self) { try probe.connect() }
    shelf.takeAll().first?.respond(Response(bytes: [65]))
    let (bytes, closed) = waiting.read()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(closed && status(of: text) == 200 && text.contains("Connection: close\r\n"))
    #expect(probe.server.waitUntilIdle(timeoutSeconds: 30))
    probe.server.stop()
    #expect(probe.server.counters.connectionsOpen == 0)
  }

  @Test(arguments: [1, 2]) func stopEndsWaitingExchanges(_ threads: Int) throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe(threads: threads) { shelf.put($0) }
    let connections = try (0..<20).map { _ in try probe.connect() }
    for connection in connections { connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
    #expect(eventually { probe.server.counters.suspended == 20 })
    probe.server.stop()
    probe.server.stop()
    for connection in connections { #expect(connection.read().closed) }
    for exchange in shelf.takeAll() {
      #expect(exchange.isAnswered)
      #expect(!exchange.respond(Response()))
      #expect(exchange.path == "/" && exchange.header("host") == "h")
    }
  }

  @Test func stopWhileAnswersRace() throws {
    for round in 0..<20 {
      let answers = DispatchQueue(label: "answers", attributes: .concurrent)
      let probe = try Probe { exchange in answers.async { exchange.respond(Response()) } }
      let connections = try (0..<40).map { _ in try probe.connect() }
      for connection in connections { connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
      #expect(eventually { probe.server.counters.requests >= round * 2 })
      probe.server.stop()
      #expect(probe.server.counters.suspended == 0)
      answers.sync(flags: .barrier) {}
    }
  }

  /// Each client gets whole answers until the server closes, and never half of one.
  @Test(arguments: [1, 2]) func drainUnderLoadCutsNoAnswer(_ threads: Int) throws {
    for round in 0..<10 {
      let probe = try Probe(threads: threads) { exchange in
        exchange.respond(Response(bytes: noise(3000, seed: 12)))
      }
      let server = probe.server
      let torn = Shelf<String>()
      let clients = DispatchQueue(label: "clients", attributes: .concurrent)
      for _ in 0..<3 {
        clients.async { Self.askUntilClosed(port: server.port, torn: torn) }
      }
      _ = eventually { server.counters.requests > round * 20 }
      server.beginDrain()
      #expect(server.waitUntilIdle(timeoutSeconds: 30))
      server.stop()
      clients.sync(flags: .barrier) {}
      #expect(torn.takeAll() == [])
    }
  }

  private static func askUntilClosed(port: Int, torn: Shelf<String>) {
    guard let connection = try? RawConnection(port: port) else { return }
    while true {
      connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
      let (bytes, closed) = connection.read(until: isWhole)
      if !bytes.isEmpty, !isWhole(bytes) {
        torn.put("\(bytes.count) bytes: \(String(decoding: bytes.prefix(300), as: UTF8.self))")
      }
      if bytes.isEmpty || closed { return }
    }
  }

  /// Whether an answer has all the bytes that its head promises; one that comes too late is told so
  /// by a short 503, which is an answer too.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 200 ") || text.hasPrefix("HTTP/1.1 503 "),
      let end = text.firstRange(of: "\r\n\r\n"),
      let length = text[..<end.lowerBound].lowercased()
        .firstMatch(of: /content-length: (\d+)/).flatMap({ Int($0.1) })
    else { return false }
    return text[end.upperBound...].utf8.count == length
  }

  @Test func serverThatGoesAwayStops() throws {
    var port = 0
    do {
      let probe = try Probe()
      port = probe.server.port
      #expect(try probe.client.send("GET", "/").status == 200)
    }
    #expect(throws: HTTPClientError.self) { _ = try RawConnection(port: port) }
  }
}
