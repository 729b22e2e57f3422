import Dispatch
import Glibc
import HTTP
import Testing

@Suite struct DeadlineTests {
  private static func limits(read: Int = 60_000, write: Int = 60_000) -> HTTPLimits {
    var limits = HTTPLimits()
    limits.readMilliseconds = read
    limits.writeMilliseconds = write
    return limits
  }

  /// Writes a byte at a time, faster than any inactivity timer, until the server has closed.
  private func drip(_ connection: RawConnection, start: String, then byte: String) -> String {
    connection.write(start)
    var answer: [UInt8] = []
    _ = eventually {
      connection.write(byte)
      let (bytes, closed) = connection.read(timeoutMilliseconds: 5)
      answer += bytes
      return closed
    }
    return String(decoding: answer, as: UTF8.self)
  }

  @Test(arguments: ["", "GE", "GET / HTTP/1.1\r\nHost: h\r\nX-A: "])
  func drippedHeadIsCut(_ start: String) throws {
    let probe = try Probe(limits: Self.limits(read: 200))
    let text = drip(try probe.connect(), start: start, then: "a")
    #expect(status(of: text) == 408)
    #expect(probe.server.counters.refused(.readTimeout) == 1)
    #expect(eventually { probe.server.counters.connectionsOpen == 0 })
  }

  @Test(arguments: [
    ("Content-Length: 100000", "a"), ("Transfer-Encoding: chunked", "1\r\na\r\n"),
  ]) func drippedBodyIsCut(_ framing: String, _ piece: String) throws {
    let probe = try Probe(limits: Self.limits(read: 200))
    let start = "POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n"
    let text = drip(try probe.connect(), start: start, then: piece)
    #expect(status(of: text) == 408)
    #expect(probe.server.counters.refused(.readTimeout) == 1)
    #expect(probe.server.counters.requests == 0)
    #expect(eventually { probe.server.counters.connectionsOpen == 0 })
  }

  @Test func silentConnectionIsCut() throws {
    let probe = try Probe(limits: Self.limits(read: 100))
    let (bytes, closed) = try probe.connect().read()
    #expect(closed)
    #expect(status(of: String(decoding: bytes, as: UTF8.self)) == 408)
  }

  @Test func idleKeptConnectionIsClosedByInactivity() throws {
    var limits = Self.limits()
    limits.inactivitySeconds = 1
    let probe = try Probe(limits: limits)
    let connection = try probe.connect()
    connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    let (bytes, closed) = connection.read()
    #expect(closed)
    #expect(status(of: String(decoding: bytes, as: UTF8.self)) == 200)
  }

  @Test func secondHeadThatDripsIsCut() throws {
    var limits = Self.limits(read: 100)
    limits.inactivitySeconds = 1
    let probe = try Probe(limits: limits)
    let text = drip(
      try probe.connect(), start: "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nX: ",
      then: "a")
    #expect(status(of: text) == 200)
    #expect(text.contains("HTTP/1.1 408"))
  }

  @Test func readDeadlineDoesNotCutAWaitingHandler() throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe(limits: Self.limits(read: 50, write: 50)) { shelf.put($0) }
    let connection = try probe.connect()
    connection.write("GET / HTTP/1.0\r\n\r\n")
    #expect(eventually { shelf.count == 1 })
    let (early, closed) = connection.read(timeoutMilliseconds: 300)
    #expect(early.isEmpty && !closed)
    shelf.takeAll().first?.respond(Response())
    #expect(status(of: connection.exchange("").text) == 200)
  }

  @Test func slowReaderIsCut() throws {
    let page = SharedBytes(noise(8 << 20, seed: 8))
    let probe = try Probe(limits: Self.limits(write: 200)) { $0.respond(Response(shared: page)) }
    let connection = try probe.connect()
    connection.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(eventually { probe.server.counters.refused(.writeTimeout) == 1 })
    #expect(eventually { probe.server.counters.connectionsOpen == 0 })
    let (bytes, closed) = connection.read()
    #expect(closed)
    #expect(bytes.count < 8 << 20)
  }

  @Test func idleConnectionsDoNotHurtOthers() throws {
    let probe = try Probe(threads: 2)
    var idle: [RawConnection] = []
    for index in 0..<1000 {
      let connection = try probe.connect()
      if index % 2 == 0 { connection.write("GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ") }
      idle.append(connection)
    }
    #expect(eventually { probe.server.counters.connectionsOpen == 1000 })
    for _ in 0..<200 { #expect(try probe.client.send("GET", "/").status == 200) }
    for connection in idle { #expect(connection.write("X")) }
    #expect(probe.server.counters.connectionsOpen == 1001)
    #expect(probe.server.counters.requests == 200)
    idle = []
    #expect(eventually { probe.server.counters.connectionsOpen == 1 })
  }
}
