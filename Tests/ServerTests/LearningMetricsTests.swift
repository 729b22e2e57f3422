import Feed
import HTTP
import Server
import TestKit
import Testing

/// What `/metrics` tells of labels.
@Suite struct LearningMetricsTests {
  @Test func labelsAreShownByWhoRankedThePage() throws {
    let server = try TestServer { $0.learning.enabled = true }
    let time = server.clock.now
    var page = PageServed(
      user: "bob", surface: "home", requestID: "r1", offset: .zero, servedBy: 0, time: time,
      entries: ["a", "b"].map { .init(item: $0, score: 1, sources: 1) })
    page.model = "abcd"
    page.experiments = "ranker=canary"
    var click = Interaction(user: "bob", action: .click, target: "a", time: time)
    click.requestID = "r1"
    click.createsItem = true
    var batch = EventBatch()
    batch.append(.pageServed(page), received: time)
    batch.append(.interaction(click), received: time)
    click.target = "absent"
    click.requestID = ""
    batch.append(.interaction(click), received: time)
    _ = try server.engine.submit(batch)
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    let labels = #"surface="home",model="abcd",arm="ranker=canary""#
    for line in [
      "updraft_label_pages_total{\(labels)} 1", "updraft_label_impressions_total{\(labels)} 2",
      "updraft_labels_total{label=\"click\",\(labels)} 1",
      "updraft_label_events_total{outcome=\"by_request\"} 1",
      "updraft_label_events_total{outcome=\"orphan\"} 1", "updraft_label_pages_pending 1",
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
  }

  @Test func nothingIsShownWhileLearningIsOff() throws {
    let server = try TestServer()
    let text = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    #expect(!text.contains("updraft_label"))
  }
}
