import Feed
import HTTP
import Server
import Testing

/// A demo lends the token of any user, so it must be nobody's but this machine's.
@Suite struct DemoTests {
  private struct Pair: DemoUsers {
    func find(_ query: String, limit: Int) -> [DemoUser] {
      ["ada", "bruno"].filter { query.isEmpty || $0.contains(query) }.prefix(limit).map {
        DemoUser(id: $0, region: "eu", follows: 2, interests: ["chess"])
      }
    }
  }

  @Test(arguments: ["0.0.0.0:0", "[::]:0", "10.0.0.7:0", "127.0.0.1.example.org:0"])
  func aDemoListensOnThisMachineOnly(listen: String) throws {
    let server = try TestServer(isStarted: false, demo: Pair()) { $0.server.listen = listen }
    let error = #expect(throws: ServerError.self) { try server.server.start() }
    #expect(error?.description.contains("a demo listens on 127.0.0.1") == true)
  }

  @Test(arguments: [
    "evil.example.org", "127.0.0.1.example.org", "127.0.0.1x:80", "localhost.example.org:8080",
    "[::2]:80", "127.1", "", "10.0.0.7",
  ])
  func aForeignNameForThisMachineIsRefused(host: String) throws {
    let server = try TestServer(demo: Pair())
    for target in ["/", "/demo/info", "/demo/users", "/v1/stats"] {
      let answer = try server.send("GET", target, headers: [.init("Host", host)])
      #expect(answer.status == 403 || answer.status == 400, "\(host) \(target)")
      #expect(!answer.text.contains("ada"))
    }
    let token = try server.send(
      "POST", "/demo/token", #"{"user_id":"ada"}"#, headers: [.init("Host", host)])
    #expect(token.status == 403 || token.status == 400)
  }

  @Test(arguments: ["localhost", "localhost:8080", "127.0.0.1:1", "127.8.9.1", "[::1]:8080"])
  func aNameOfThisMachineGetsAToken(host: String) throws {
    let server = try TestServer(demo: Pair())
    let answer = try server.send(
      "POST", "/demo/token", #"{"user_id":"ada"}"#, headers: [.init("Host", host)])
    #expect(answer.status == 200, "\(answer.text)")
    let me = try server.send("GET", "/v1/me", as: .bearer(answer.text("token")))
    #expect(me.text("user_id") == "ada")
  }

  @Test func withoutADemoThereIsNothing() throws {
    let server = try TestServer()
    #expect(try server.send("GET", "/demo/info").status == 404)
    #expect(try server.send("GET", "/demo/users").status == 404)
    #expect(try server.send("POST", "/demo/token", #"{"user_id":"ada"}"#).status == 404)
    #expect(try server.send("GET", "/v1/stats").status == 401)
    let answer = try server.send("GET", "/demo/info", headers: [.init("Host", "feed.example.org")])
    #expect(answer.code == "not-found")
  }
}
