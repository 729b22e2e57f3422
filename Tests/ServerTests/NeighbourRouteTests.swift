import Feed
import HTTP
import JSON
import Server
import Stores
import TestKit
import Testing

/// Learned neighbours over HTTP: sent in parts, served, taken off, there after a restart.
@Suite struct NeighbourRouteTests {
  private static let lines =
    #"{"item_id":"a","neighbours":[{"item_id":"b","weight":0.3},{"item_id":"gone","weight":0.1}]}"#
    + "\n" + #"{"item_id":"c","neighbours":[{"item_id":"a","weight":2}]}"# + "\n"

  private func send(
    _ server: TestServer, _ body: String, table: String = "t", type: String = "application/x-ndjson"
  ) throws -> HTTPClient.Answer {
    try server.send(
      "POST", "/admin/neighbours?table=\(table)", as: server.key(.admin), body,
      headers: [.init("Content-Type", type)])
  }

  private func serve(
    _ server: TestServer, _ items: Int, table: String = "t"
  ) throws -> HTTPClient.Answer {
    try server.send(
      "POST", "/admin/neighbours/serve", as: server.key(.admin),
      #"{"table":"\#(table)","items":\#(items)}"#)
  }

  private func items() -> [String] {
    ["a", "b", "c", "d"].map { #"{"item_id":"\#($0)","title":"\#($0)"}"# }
  }

  @Test func anItemWithoutHistoryHasItsNeighboursOnThePage() throws {
    let folder = TemporaryFolder()
    let log = MemoryLog()
    var server: TestServer? = try Self.server(log, folder)
    func similar() throws -> String {
      let live = try #require(server)
      return try live.send("GET", "/v1/items/a/similar", as: live.key(.service)).text
    }
    do {
      let live = try #require(server)
      try live.publish(items(), as: live.key(.service))
      let taken = try send(live, Self.lines)
      #expect(taken.status == 202, "\(taken.text)")
      #expect(taken.number("rows") == 2 && taken.number("items") == 2 && taken.number("pairs") == 3)
      let early = try serve(live, 3)
      #expect(early.code == "wrong-state" && early.text.contains("2 items, not 3"))
      let served = try serve(live, 2)
      #expect(served.status == 200, "\(served.text)")
      #expect(served.number("unknown_items") == 1)
      // Once is enough: what serves is gathered no more.
      #expect(try serve(live, 2).code == "wrong-state")
      #expect(try similar().contains(#""reason":"seen_together""#))
      let state = try live.send("GET", "/admin/neighbours", as: live.key(.admin))
      #expect(state.text.contains(#""table":"t","items":2,"pairs":3"#), "\(state.text)")
      let metrics = try live.send("GET", "/metrics", as: live.key(.admin)).text
      #expect(metrics.contains("updraft_neighbours_pairs 3"))
    }
    server = nil
    server = try Self.server(log, folder)
    #expect(try similar().contains(#""reason":"seen_together""#))
    let live = try #require(server)
    let gone = try live.send("DELETE", "/admin/neighbours", as: live.key(.admin))
    #expect(gone.text == #"{"removed":true}"#)
    #expect(
      try live.send("DELETE", "/admin/neighbours", as: live.key(.admin)).text
        == #"{"removed":false}"#)
    #expect(TestFile.size(folder.path + "/data/neighbours") == nil)
  }

  /// A surface with nothing else, so that what comes comes from there.
  private static func server(_ log: MemoryLog, _ folder: TemporaryFolder) throws -> TestServer {
    try TestServer(log: log, folder: folder, keepsNeighbours: true) { configuration in
      configuration.surfaces["because"]?.sources = ["co_engaged": 100]
      configuration.engine.cachedPagesMax = 0
      configuration.engine.neighbourPairsMax = 10
    }
  }

  @Test(arguments: [
    (#"{"item_id":"a"}"#, 422, "neighbours"), (#"{"neighbours":[]}"#, 422, "item_id"),
    (#"{"item_id":"a","neighbours":[{"item_id":"a","weight":1}]}"#, 422, "of itself"),
    (#"{"item_id":"a","neighbours":[{"item_id":"b","weight":0}]}"#, 422, "weight 0"),
    (#"{"item_id":"a","neighbours":[{"item_id":"b","weight":-1}]}"#, 422, "weight"),
    (#"{"item_id":"a","neighbours":[{"item_id":"b","weight":"1"}]}"#, 422, "weight"),
    (#"{"item_id":"a","neighbours":[{"item_id":"b","weight":NaN}]}"#, 400, ""),
    (#"{"item_id":"a","neighbours":[{"item_id":"b"}]}"#, 422, "weight"),
    (#"{"item_id":"a","neighbours":[{"weight":1}]}"#, 422, "item_id"),
    (#"{"item_id":"a","neighbours":[],"more":1}"#, 422, "more"), ("[]", 422, "no rows"),
    (
      #"{"item_id":"a","neighbours":[{"item_id":"b","weight":1},{"item_id":"b","weight":1}]}"#,
      422, "stands twice"
    ),
  ])
  func whatMakesNoSenseSaysWhy(body: String, status: Int, says: String) throws {
    let server = try Self.server(MemoryLog(), TemporaryFolder())
    let answer = try send(server, body, type: "application/json")
    #expect(answer.status == status && answer.text.contains(says), "\(answer.text)")
  }

  @Test func boundsAndNamesAreKept() throws {
    let server = try Self.server(MemoryLog(), TemporaryFolder())
    func row(_ item: String, _ count: Int) -> String {
      let list = (0..<count).map { #"{"item_id":"n\#($0)","weight":1}"# }
      return #"{"item_id":"\#(item)","neighbours":[\#(list.joined(separator: ","))]}"#
    }
    #expect(try send(server, row("a", 201)).status == 422)
    #expect(try send(server, row("a", 6)).status == 202)
    let full = try send(server, row("b", 6))
    #expect(full.code == "limit-reached" && full.text.contains("neighbour_pairs_max"))
    // Another table begins anew.
    #expect(try send(server, row("b", 6), table: "u").number("items") == 1)
    #expect(try serve(server, 1).text.contains("no table t"))
    #expect(
      try server.send("POST", "/admin/neighbours", as: server.key(.admin), row("b", 1)).code
        == "invalid-parameter")
    #expect(try serve(server, 1, table: "u").status == 200)
  }

  @Test func aDamagedTableIsToldAndDoesNotServe() throws {
    let (folder, log) = (TemporaryFolder(), MemoryLog())
    do {
      let server = try Self.server(log, folder)
      try server.publish(items(), as: server.key(.service))
      _ = try send(server, Self.lines)
      #expect(try serve(server, 2).status == 200)
    }
    let file = folder.path + "/data/neighbours"
    var bytes = try TestFile.read(file)
    bytes[bytes.count / 2] ^= 4
    try TestFile.write(file, bytes)
    let server = try Self.server(log, folder)
    let status = try server.send("GET", "/admin/status", as: server.key(.admin)).text
    #expect(
      status.contains("neighbours-corrupt") && status.contains("without learned"), "\(status)")
    let page = try server.send("GET", "/v1/items/a/similar", as: server.key(.service))
    #expect(page.status == 200 && !page.text.contains("seen_together"), "\(page.text)")
    _ = try send(server, Self.lines)
    #expect(try serve(server, 2).status == 200)
    #expect(
      try !server.send("GET", "/admin/status", as: server.key(.admin)).text.contains("corrupt"))
  }
}
