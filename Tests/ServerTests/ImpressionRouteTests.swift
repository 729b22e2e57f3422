import Feed
import HTTP
import JSON
import Server
import TestKit
import Testing

/// What clients say of what they saw, and what operators say that predictions weigh.
@Suite struct ImpressionRouteTests {
  @Test func anImpressionCarriesItsPlaceAndItsTimeInView() throws {
    let log = MemoryLog()
    let server = try TestServer(log: log)
    try server.publish([#"{"item_id":"a","title":"Night trains"}"#], as: server.key(.service))
    let ann = try server.user("ann")
    let row =
      #"{"item_id":"a","event":"impression","request_id":"r1","position":7,"value":1250}"#
    let answer = try server.send("POST", "/v1/interactions", as: ann, row)
    #expect(answer.status == 202, "\(answer.text)")
    var seen: Interaction?
    try log.scan(after: .zero) { _, record in
      if case .interaction(let found)? = try? Event.decode(record) { seen = found }
      return true
    }
    let impression = try #require(seen)
    #expect(impression.action == .impression && impression.target == "a")
    #expect(impression.position == 7 && impression.value == 1_250)
    #expect(impression.requestID == "r1" && impression.user == "ann")
    for bad in ["0", "-1", "1.5", "65536", "\"7\""] {
      let refused = try server.send(
        "POST", "/v1/interactions", as: ann,
        #"{"item_id":"a","event":"impression","position":\#(bad)}"#)
      #expect(refused.status == 400 || refused.status == 422, "\(bad): \(refused.text)")
    }
  }

  @Test func whatPredictionsWeighCanBeChangedWhileTheProgramRuns() throws {
    let server = try TestServer()
    let admin = try server.key(.admin)
    let path = "/admin/surfaces/home/utility"
    let shipped = try server.send("GET", path, as: admin)
    #expect(try shipped.read { try $0.require("click").double() } == 1)
    let changed = try server.send("PUT", path, as: admin, #"{"click":2.5,"recency":0.125}"#)
    #expect(changed.status == 200, "\(changed.text)")
    let now = try server.send("GET", path, as: admin)
    #expect(try now.read { try $0.require("click").double() } == 2.5)
    #expect(try now.read { try $0.require("recency").double() } == 0.125)
    #expect(!now.text.contains("purchase"))
    let unknown = try server.send("PUT", path, as: admin, #"{"clicks":1}"#)
    #expect(unknown.status >= 400 && unknown.status < 500, "\(unknown.text)")
    let none = try server.send("GET", "/admin/surfaces/none/utility", as: admin)
    #expect(none.status == 404 && none.text.contains("home"), "\(none.text)")
    #expect(try server.send("PUT", path, as: server.user("ann"), "{}").status == 403)
  }
}
