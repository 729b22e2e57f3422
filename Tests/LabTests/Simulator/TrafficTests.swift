import Feed
import HTTP
import JSON
import Lab
import Sync
import Synchronization
import TestKit
import Testing

/// Traffic against a small server that answers as the real one does.
@Suite struct TrafficTests {
  /// What came in.
  final class Received: Sendable {
    let feeds = Atomic(0)
    let rows = Atomic(0)
    let wrong = Atomic(0)
  }

  @Test func usersFetchClickFollowAndPublish() throws {
    var size = SeededWorld.Size()
    size.users = 30
    size.items = 60
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    var world = SeededWorld(seed: 1, size: size)
    _ = world.history(now: now)
    let received = Received()
    let server = try HTTPServer(listen: "127.0.0.1:0", limits: HTTPLimits(), threads: 1) {
      Self.answer($0, received)
    }
    defer { server.stop() }
    var options = TrafficOptions(base: "http://127.0.0.1:\(server.port)")
    options.pagesPerSecond = 500
    options.postsPerPage = 0.2
    options.followsPerPage = 0.2
    let traffic = Traffic(
      options, world: world, seed: 2, time: RealTime(), token: { "token of \($0)" },
      serviceKey: { "key" })
    traffic.start()
    var total = TrafficReport()
    let lock = Lock()
    while total.pages < 100 || total.events < 50 || total.posts < 5 || total.follows < 5 {
      lock.withLock { lock.wait(milliseconds: 20) }
      let report = traffic.takeReport()
      total.pages += report.pages
      total.events += report.events
      total.posts += report.posts
      total.follows += report.follows
      total.failures += report.failures
      if report.failures > 0 { Issue.record("\(report.lastFailure)") }
      guard total.failures == 0 else { break }
    }
    traffic.stop()
    #expect(received.wrong.load(ordering: .relaxed) == 0)
    #expect(received.feeds.load(ordering: .relaxed) >= 100)
    #expect(received.rows.load(ordering: .relaxed) >= 50)
  }

  @Test func aServerThatIsNotThereIsCountedAsFailures() {
    var size = SeededWorld.Size()
    size.users = 3
    var options = TrafficOptions(base: "http://127.0.0.1:1")
    options.connections = 1
    let traffic = Traffic(
      options, world: SeededWorld(seed: 1, size: size), seed: 2, time: RealTime(), token: { $0 },
      serviceKey: { "key" })
    traffic.start()
    let lock = Lock()
    var report = TrafficReport()
    while report.failures == 0 {
      lock.withLock { lock.wait(milliseconds: 20) }
      report = traffic.takeReport()
    }
    traffic.stop()
    #expect(report.lastFailure.contains("no connection") && report.pages == 0)
  }

  private static func answer(_ exchange: Exchange, _ received: Received) {
    var body = "{}"
    switch exchange.path {
    case "/v1/feed":
      received.feeds.add(1, ordering: .relaxed)
      let posts = (1...20).map { "{\"post_id\":\"post-\($0)\"}" }.joined(separator: ",")
      body = "{\"posts\":[\(posts)]}"
      if exchange.header("authorization")?.hasPrefix("Bearer token of ") != true {
        received.wrong.add(1, ordering: .relaxed)
      }
    case "/v1/interactions":
      let rows = (try? JSONParser().parse(exchange.body).elements()).map { Array($0).count } ?? 0
      received.rows.add(rows, ordering: .relaxed)
      if rows == 0 { received.wrong.add(1, ordering: .relaxed) }
    case "/v1/posts": if exchange.header("authorization") != "Bearer key" { fallthrough }
    default:
      if !exchange.path.hasPrefix("/v1/follows/") { received.wrong.add(1, ordering: .relaxed) }
    }
    exchange.respond(Response(contentType: "application/json", bytes: Array(body.utf8)))
  }
}
