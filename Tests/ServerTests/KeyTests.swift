import Feed
import HTTP
import Server
import TestKit
import Testing

/// Service keys: made, listed and revoked by one process, believed by another.
@Suite struct KeyIdentityTests {
  @Test func aKeyOfAnotherProcessIsSeenAndItsEndToo() throws {
    let server = try TestServer()
    let other = try KeyStore(path: server.folder.path + "/keys.db", time: server.clock)
    // The server has looked at its keys just now.
    _ = try server.send("GET", "/metrics", as: .bearer("uk_x"))
    let key = try other.create(scope: .metrics, label: "scraper")
    server.clock.advance(milliseconds: 1_000)
    #expect(try server.send("GET", "/metrics", as: .bearer(key)).status == 200)
    let listed = try other.list()
    #expect(listed.map(\.label) == ["scraper"])
    #expect(listed.map(\.scope) == [.metrics])
    #expect(try other.revoke(id: try #require(listed.first?.id)))
    server.clock.advance(milliseconds: 1_000)
    #expect(try server.send("GET", "/metrics", as: .bearer(key)).status == 401)
    #expect(try other.revoke(id: "nope") == false)
    #expect(try other.list().isEmpty)
  }

  @Test func onlyTheWholeKeyIsBelieved() throws {
    let server = try TestServer()
    let key = try server.keys.create(scope: .admin)
    #expect(try server.send("GET", "/admin/status", as: .bearer(key)).status == 200)
    let letters = Array(key)
    for index in letters.indices {
      var changed = letters
      changed[index] = changed[index] == "A" ? "B" : "A"
      let answer = try server.send("GET", "/admin/status", as: .bearer(String(changed)))
      #expect(answer.status == 401, "letter \(index)")
    }
    #expect(try server.send("GET", "/admin/status", as: .bearer(key + "A")).status == 401)
  }

  @Test func theFileHoldsNoKey() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/keys.db"
    let store = try KeyStore(path: path, time: FakeTime())
    let key = try store.create(scope: .service, label: "x")
    let bytes = try TestFile.read(path)
    #expect(bytes.count > 100)
    let secret = Array(key.suffix(43).utf8)
    let isInside = bytes.indices.contains { start in bytes[start...].starts(with: secret) }
    #expect(!isInside)
    #expect(throws: AccessError.self) { try store.create(scope: .service, label: "a\nb") }
    #expect(throws: AccessError.self) {
      try KeyStore(path: folder.path + "/no/such/folder.db", time: FakeTime())
    }
  }
}
