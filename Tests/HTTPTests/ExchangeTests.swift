import Dispatch
import HTTP
import Synchronization
import Testing

@Suite struct ExchangeTests {
  @Test func requestIsReadAndAnsweredAtOnce() throws {
    let probe = try Probe { exchange in
      let text =
        "\(exchange.method) \(exchange.path) \(exchange.query("a b") ?? "-") "
        + "\(exchange.header("x-probe") ?? "-") \(exchange.body.count) \(exchange.remoteAddress)"
      exchange.respond(Response(contentType: "text/plain", bytes: Array(text.utf8)))
    }
    let answer = try probe.client.send(
      "POST", "/p%C3%A4th/x?z=1&a+b=c%2Fd", headers: [.init("X-PROBE", " v ")], body: [1, 2, 3])
    #expect(answer.status == 200)
    #expect(answer.text == "POST /päth/x c/d v 3 127.0.0.1")
    #expect(answer.header("content-type") == "text/plain")
    #expect(try probe.client.send("GET", "/").text == "GET / - - 0 127.0.0.1")
    #expect(probe.server.counters.connectionsAccepted == 1)
    #expect(probe.server.counters.requests == 2)
  }

  @Test func queryParametersAreDecodedOnceAndExact() throws {
    let probe = try Probe { exchange in
      let parameters = exchange.parameters?.map { "\($0.name)=\($0.value)" } ?? ["undecodable"]
      exchange.respond(
        Response(contentType: "text/plain", bytes: Array(parameters.joined(separator: "|").utf8)))
    }
    for (query, expected) in [
      ("", ""), ("a=1&a=2&b", "a=1|a=2|b="), ("%75ser=x%2526", "user=x%26"), ("A=1", "A=1"),
      ("a=%zz", "undecodable"), ("a=%ff", "undecodable"), ("a=b=c&&=d", "a=b=c|=d"),
      ("q=1+2%2B3", "q=1 2+3"),
    ] {
      #expect(try probe.client.send("GET", "/?\(query)").text == expected)
    }
  }

  @Test(arguments: [
    ("abc-1.X_z", true), (String(repeating: "i", count: 64), true),
    (String(repeating: "i", count: 65), false), ("a b", false), ("a\"b", false), ("ä", false),
  ]) func requestIdentifier(_ sent: String, _ kept: Bool) throws {
    let probe = try Probe { exchange in
      exchange.respond(
        Response(contentType: "text/plain", bytes: Array(exchange.requestID.utf8)))
    }
    let answer = try probe.client.send("GET", "/", headers: [.init("X-Request-ID", sent)])
    #expect(answer.header("x-request-id") == answer.text)
    #expect((answer.text == sent) == kept)
    let next = try probe.client.send("GET", "/", headers: [.init("X-Request-ID", "")])
    #expect(!next.text.isEmpty && next.text != answer.text)
  }

  @Test func headOmitsTheBody() throws {
    let page = SharedBytes(noise(4000, seed: 10))
    let probe = try Probe { $0.respond(Response(shared: page)) }
    let answer = try probe.client.send("HEAD", "/")
    #expect(answer.status == 200)
    #expect(answer.body.isEmpty && answer.header("content-length") == "4000")
    #expect(try probe.client.send("GET", "/").body == page.bytes)
  }

  @Test func fieldsThatWouldBreakTheHeadAreLeftOut() throws {
    let probe = try Probe { exchange in
      var response = Response(
        headers: [
          .init("X-Evil", "a\r\nX-Injected: b"), .init("X-Good", "ü"), .init("Bad Name", "c"),
        ])
      response.serverTiming = "rank;dur=1.5"
      exchange.respond(response)
    }
    let answer = try probe.client.send("GET", "/")
    #expect(answer.header("x-evil") == nil && answer.header("x-injected") == nil)
    #expect(answer.header("x-good") == "ü" && answer.header("bad name") == nil)
    #expect(answer.header("server-timing") == "rank;dur=1.5")
  }

  @Test func onlyTheFirstAnswerCounts() throws {
    let probe = try Probe { exchange in
      #expect(!exchange.isAnswered)
      #expect(exchange.respond(Response(status: 201)))
      #expect(exchange.isAnswered)
      #expect(!exchange.respond(Response(status: 202)))
    }
    #expect(try probe.client.send("GET", "/").status == 201)
    #expect(try probe.client.send("GET", "/").status == 201)
  }

  @Test func droppedExchangeAnswersItself() throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe { exchange in
      if exchange.path == "/later" { shelf.put(exchange) }
    }
    #expect(try probe.client.send("GET", "/").status == 500)
    let connection = try probe.connect()
    connection.write("GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(eventually { probe.server.counters.suspended == 1 })
    _ = shelf.takeAll()
    #expect(status(of: connection.exchange("").text) == 500)
    #expect(probe.server.counters.refused(.unanswered) == 2)
  }

  @Test(arguments: [1, 2]) func answersFromOtherThreads(_ threads: Int) throws {
    let answers = DispatchQueue(label: "answers", attributes: .concurrent)
    let probe = try Probe(threads: threads) { exchange in
      answers.async {
        exchange.respond(
          Response(contentType: "text/plain", bytes: Array((exchange.query("n") ?? "").utf8)))
      }
    }
    let port = probe.server.port
    let failures = Shelf<String>()
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      let client = HTTPClient(base: "http://127.0.0.1:\(port)")
      for index in 0..<125 {
        let number = "\(worker)-\(index)"
        let answer = try? client.send("GET", "/?n=\(number)")
        if answer?.text != number { failures.put(number) }
      }
    }
    #expect(failures.takeAll() == [])
    #expect(probe.server.counters.requests == 1000)
    // The last answer is on its way before the thread that gave it has counted it.
    #expect(eventually { probe.server.counters.suspended == 0 })
  }

  @Test func manySleepersEachGetTheirOwnAnswer() throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe(threads: 2) { shelf.put($0) }
    let connections = try (0..<64).map { _ in try probe.connect() }
    for (index, connection) in connections.enumerated() {
      connection.write("GET /\(index) HTTP/1.0\r\n\r\n")
    }
    #expect(eventually { probe.server.counters.suspended == 64 })
    for exchange in shelf.takeAll().reversed() {
      exchange.respond(Response(contentType: "text/plain", bytes: Array(exchange.path.utf8)))
    }
    for (index, connection) in connections.enumerated() {
      #expect(connection.exchange("").text.hasSuffix("\r\n\r\n/\(index)"))
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() throws {
    let answers = DispatchQueue(label: "answers", attributes: .concurrent)
    let probe = try Probe { exchange in
      let response = Response(contentType: "text/plain", bytes: Array(exchange.path.utf8))
      if exchange.path.hasSuffix("1") {
        answers.async { exchange.respond(response) }
      } else {
        exchange.respond(response)
      }
    }
    let requests = (0..<40).map { "GET /p\($0 % 2)x\($0) HTTP/1.1\r\nHost: h\r\n" }
    let text =
      requests.map { $0 + "\r\n" }.dropLast().joined()
      + "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    let answer = try probe.connect().exchange(text)
    let paths = answer.text.split(separator: "\r\n\r\n").dropFirst().map {
      $0.prefix { $0 != "H" }
    }
    let expected = (0..<39).map { "/p\($0 % 2)x\($0)" } + ["/last"]
    #expect(paths.map(String.init) == expected)
  }

  @Test func clientThatLeavesDoesNoHarm() throws {
    let shelf = Shelf<Exchange>()
    let probe = try Probe { exchange in
      if exchange.path == "/wait" { shelf.put(exchange) } else { exchange.respond(Response()) }
    }
    for _ in 0..<50 {
      let connection = try probe.connect()
      connection.write("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(eventually { shelf.count == 1 })
      _ = consume connection
      shelf.takeAll().first?.respond(Response(bytes: noise(5000, seed: 11)))
    }
    #expect(eventually { probe.server.counters.connectionsOpen == 0 })
    #expect(try probe.client.send("GET", "/").status == 200)
  }
}
