import Feed
import Glibc
import HTTP
import Server
import Sync
import TestKit
import Testing

/// Start, overload, stop.
@Suite struct LifeTests {
  @Test func aStopFinishesWhatIsInFlight() throws {
    let log = HeldLog()
    let server = try TestServer(log: log)
    let ann = try server.user("ann")
    log.hold()
    let answer = Answer()
    let (base, headers) = (server.base, ann.headers)
    let writer = Thread {
      let client = HTTPClient(base: base)
      let body = Array(#"{"post_id":"p"}"#.utf8)
      answer.put(try? client.send("POST", "/v1/posts", headers: headers, body: body))
    }
    log.waitUntilHeld()
    let running = server.server
    let stopper = Thread { running.stop() }
    // The listening socket closes at once; the request still waits.
    var isRefused = false
    for _ in 0..<10_000 where !isRefused {
      let probe = HTTPClient(base: base, timeoutMilliseconds: 1_000)
      do { _ = try probe.send("GET", "/livez") } catch { isRefused = true }
    }
    #expect(isRefused)
    #expect(answer.value == nil)
    log.release()
    stopper.join()
    writer.join()
    #expect(answer.value?.status == 201)
    #expect(server.engine.status.phase == .draining)
  }

  @Test func whileTheLogIsFoldedInOnlyProbesAreAnswered() throws {
    let log = SlowScan()
    var batch = EventBatch()
    for number in 0..<10 {
      batch.append(.itemPublished(Item(id: "i\(number)")), received: .zero)
    }
    _ = try log.append(batch)
    let server = try TestServer(log: log, isReadyAwaited: false)
    log.waitUntilScanned()
    #expect(try server.send("GET", "/livez").status == 200)
    let ready = try server.send("GET", "/readyz?verbose")
    #expect(ready.status == 503)
    #expect(ready.text("status") == "starting")
    #expect(ready.number("total") == 10)
    #expect(ready.header("retry-after") == "1")
    let page = try server.send("GET", "/v1/trending")
    #expect(page.status == 503)
    #expect(page.code == "starting")
    let metrics = try server.send("GET", "/metrics", as: try server.key(.metrics))
    #expect(metrics.text.contains("updraft_ready 0\n"))
    log.release()
    try server.server.waitUntilReady()
    #expect(try server.send("GET", "/readyz").status == 200)
    #expect(try server.send("GET", "/v1/trending").status == 200)
  }

  @Test func aFailedLogIsSaid() throws {
    let log = HeldLog()
    let server = try TestServer(log: log)
    let service = try server.key(.service)
    try server.publish([#"{"item_id":"i"}"#], as: service)
    log.fails(with: .failed)
    let event = #"{"user_id":"u","item_id":"i","event":"click"}"#
    let answer = try server.send("POST", "/api/v1/events", as: service, event)
    #expect(answer.status == 503)
    #expect(answer.code == "log-failed")
    #expect(answer.header("retry-after") == "30")
    let ready = try server.send("GET", "/readyz")
    #expect(ready.status == 503)
    #expect(ready.text("status") == "failed")
    // Pages go on.
    #expect(try server.send("GET", "/v1/trending").status == 200)
  }

  @Test func aFullEventQueueIsRefused() throws {
    let log = HeldLog()
    let server = try TestServer(log: log) { $0.log.queueEventsMax = 2 }
    let service = try server.key(.service)
    log.hold()
    let (base, headers) = (server.base, service.headers)
    let event = Array(#"{"user_id":"u","item_id":"i","event":"click"}"#.utf8)
    let post: @Sendable () -> Void = {
      let client = HTTPClient(base: base)
      _ = try? client.send("POST", "/api/v1/events", headers: headers, body: event)
    }
    // The first is being written, two more wait.
    var threads = [Thread(post)]
    log.waitUntilHeld()
    threads += [Thread(post), Thread(post)]
    while server.engine.queueDepth < 2 { sched_yield() }
    let refused = try server.client.send("POST", "/api/v1/events", headers: headers, body: event)
    #expect(refused.status == 503)
    #expect(refused.code == "overloaded")
    #expect(refused.header("retry-after") == "1")
    log.release()
    for thread in threads { thread.join() }
    let metrics = try server.send("GET", "/metrics", as: try server.key(.metrics))
    #expect(
      metrics.text.contains(#"updraft_requests_shed_total{reason="event_queue",class="event"} 1"#))
  }

  @Test func whoAsksTooOftenWaits() throws {
    let server = try TestServer {
      $0.server.userRequestsPerSecond = 2
      $0.server.userBurst = 5
    }
    let (ann, bob) = (try server.user("ann"), try server.user("bob"))
    for left in [4, 3, 2, 1, 0] {
      let answer = try server.send("GET", "/v1/me", as: ann)
      #expect(answer.status == 200)
      // Who has used less than half of the burst need not hear of it.
      guard left <= 2 else {
        #expect(answer.header("ratelimit") == nil)
        continue
      }
      #expect(answer.header("ratelimit")?.hasPrefix("\"caller\";r=\(left);") == true)
      #expect(answer.header("ratelimit-policy") == "\"caller\";q=5;w=3")
    }
    let refused = try server.send("GET", "/v1/me", as: ann)
    #expect(refused.status == 429)
    #expect(refused.header("retry-after") == "1")
    #expect(refused.header("ratelimit") == "\"caller\";r=0;t=1")
    #expect(refused.header("ratelimit-policy") == "\"caller\";q=5;w=3")
    #expect(refused.number("retry_after_ms") == 500)
    #expect(try server.send("GET", "/v1/me", as: bob).status == 200)
    server.clock.advance(milliseconds: 500)
    #expect(try server.send("GET", "/v1/me", as: ann).status == 200)
    #expect(try server.send("GET", "/v1/me", as: ann).status == 429)
    let metrics = try server.send("GET", "/metrics", as: try server.key(.metrics)).text
    #expect(metrics.contains(#"shed_total{reason="rate_limit",class="read"} 2"#))
    #expect(metrics.contains(#"shed_total{reason="rate_limit",class="event"} 0"#))
  }

  @Test func aDemoLendsTokens() throws {
    struct People: DemoUsers {
      func find(_ query: String, limit: Int) -> [DemoUser] {
        [DemoUser(id: "ann", region: "NO", follows: 3, interests: ["a"])]
          .filter { query.isEmpty || $0.id.contains(query) }
      }
    }
    let server = try TestServer(demo: People())
    #expect(try server.send("GET", "/demo/info").text == #"{"demo":true}"#)
    #expect(try server.send("GET", "/demo/users?q=a&limit=5").text.contains("\"ann\""))
    let lent = try server.send("POST", "/demo/token", #"{"user_id":"ann"}"#)
    #expect(try server.send("GET", "/v1/me", as: .bearer(lent.text("token"))).status == 200)
    #expect(try server.send("POST", "/demo/token", #"{"user_id":"bob"}"#).code == "not-found")
    #expect(try server.send("GET", "/v1/stats").status == 200)
  }
}
