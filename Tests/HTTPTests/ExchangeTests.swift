import HTTP
import Synchronization
import Testing

@Suite struct ExchangeTests {
  @Test func answersAtOnce() throws {
    let server = try HTTPServer(listen: "127.0.0.1:0") { exchange in
      let text =
        "\(exchange.method) \(exchange.path) \(exchange.query("a b") ?? "-") "
        + "\(exchange.header("x-probe") ?? "-") \(exchange.body.count) \(exchange.remoteAddress)"
      exchange.respond(Response(contentType: "text/plain", bytes: Array(text.utf8)))
    }
    let client = HTTPClient(base: "http://127.0.0.1:\(server.port)")
    let answer = try client.send(
      "POST", "/p%C3%A4th/x?z=1&a+b=c%2Fd", headers: [.init("X-PROBE", " v ")], body: [1, 2, 3])
    #expect(answer.status == 200)
    #expect(answer.text == "POST /päth/x c/d v 3 127.0.0.1")
    #expect(answer.header("content-type") == "text/plain")
    #expect(answer.header("x-request-id")?.isEmpty == false)
    let again = try client.send("GET", "/")
    #expect(again.text == "GET / - - 0 127.0.0.1")
    #expect(server.counters.connectionsAccepted == 1)
    #expect(server.counters.requests == 2)
  }
}
