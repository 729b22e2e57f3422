internal import Feed
internal import HTTP
internal import JSON
internal import Sync
internal import Synchronization

/// Figures: for Prometheus, and for the page that shows the last seconds.
enum MetricsRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/metrics", operation: "metrics", summary: "Figures for Prometheus.",
      callers: [.metrics, .admin],
      success: .init("", 200, mediaType: "text/plain; version=0.0.4; charset=utf-8"),
      needsEngine: false, handle: metrics),
    Route(
      method: .get, path: "/v1/stats", operation: "stats",
      summary: "Figures of the last seconds; in a demo, for everybody.",
      callers: [.metrics, .admin, .anonymous], success: .init("Stats"),
      givesSessions: false, handle: stats),
  ]

  @Sendable private static func metrics(_ call: Call) throws(Problem) {
    let service = call.service
    var text = PrometheusText()
    service.meters.write(into: &text, routes: service.router.routes)
    engine(service, &text)
    stages(service, &text)
    log(service, &text)
    if service.isReady.load(ordering: .acquiring) {
      world(service, &text)
      IndexMetrics.write(service.engine, into: &text)
      LearningMetrics.write(service.engine, into: &text)
      OnlineMetrics.write(service.engine, into: &text)
      NeighbourMetrics.write(service.engine, into: &text)
    }
    ModelMeters.write(service.engine.meters.arms, into: &text)
    if let keeper = service.keeper { keeper.meters.write(keeper, into: &text) }
    connections(service, &text)
    process(service, call.received, &text)
    call.finish(
      Response(
        contentType: call.route.success.mediaType,
        headers: [.init("Cache-Control", "no-store")], body: .bytes(text.bytes)))
  }

  private static func engine(_ service: Service, _ text: inout PrometheusText) {
    let meters = service.engine.meters
    for (name, help, histogram) in [
      (
        "updraft_event_to_visible_seconds", "From an event's arrival to durable and applied.",
        meters.eventToVisible
      ),
      ("updraft_log_append_seconds", "One durable append of a commit.", meters.append),
      ("updraft_fold_seconds", "Folding one commit in.", meters.apply),
      ("updraft_page_seconds", "Making one page.", meters.page),
      ("updraft_snapshot_seconds", "Writing one snapshot.", meters.snapshot),
    ] {
      text.family(name, .histogram, help)
      text.histogram(name, [], histogram)
    }
    text.single("updraft_log_commits_total", .counter, "Commits.", Double(meters.commits.value))
    text.single("updraft_log_events_total", .counter, "Events stored.", Double(meters.events.value))
    text.single(
      "updraft_dedup_hits_total", .counter, "Retries that were recognised before the log.",
      Double(meters.duplicates.value))
    text.single(
      "updraft_event_queue_events", .gauge, "Events that wait for a commit.",
      Double(service.engine.queueDepth))
    text.single(
      "updraft_ready", .gauge, "Whether the log is folded in.",
      service.isReady.load(ordering: .acquiring) ? 1 : 0)
    shadow(meters, &text)
  }

  /// The log of pages, and the model that nobody sees.
  private static func shadow(_ meters: Meters, _ text: inout PrometheusText) {
    text.single(
      "updraft_pages_unlogged_total", .counter, "Served pages that the log could not take.",
      Double(meters.pagesUnlogged.value))
    text.single(
      "updraft_shadow_pages_total", .counter, "Pages that the model in the shadow scored.",
      Double(meters.shadow.pages.value))
    text.single(
      "updraft_shadow_failed_total", .counter, "Pages on which it said what is no number.",
      Double(meters.shadow.failed.value))
    text.single(
      "updraft_shadow_top_compared_total", .counter, "Places of the served first ten.",
      Double(meters.shadow.topCompared.value))
    text.single(
      "updraft_shadow_top_shared_total", .counter, "Of these, what is in its first ten, too.",
      Double(meters.shadow.topShared.value))
    text.single(
      "updraft_shadow_correlation_total", .counter,
      "The sum over pages of Spearman's rank correlation plus 1.",
      Double(meters.shadow.correlation.value) / 1000)
  }

  private static func stages(_ service: Service, _ text: inout PrometheusText) {
    text.family(
      "updraft_stage_duration_seconds", .histogram, "A stage of making a page, sources included.")
    for stage in service.engine.meters.stages.stages {
      text.histogram("updraft_stage_duration_seconds", [("stage", stage.name)], stage.duration)
    }
    text.single(
      "updraft_limit_inflight", .gauge, "Pages that may wait or be ranked at once.",
      Double(service.engine.configuration.engine.rankingQueueMax + service.rankingThreads))
  }

  private static func log(_ service: Service, _ text: inout PrometheusText) {
    if let health = service.engine.logHealth {
      text.family(
        "updraft_log_fsync_seconds", .histogram, "Bringing one commit to the disk.")
      text.histogram("updraft_log_fsync_seconds", [], health.syncs)
      text.single("updraft_log_bytes", .gauge, "Bytes of the log's files.", Double(health.bytes))
      text.single(
        "updraft_log_free_bytes", .gauge, "Bytes that the log's file system still has.",
        Double(health.freeBytes))
      text.single(
        "updraft_log_corrupt_records_total", .counter, "Events found damaged or missing.",
        Double(health.corruptRecords))
      text.single(
        "updraft_log_tail_repairs_total", .counter,
        "Flipped bits at the log's end that were put right at the start.", Double(health.repairs))
      text.single(
        "updraft_dlq_messages", .gauge, "Dead letters that are kept.", Double(health.deadLetters))
      text.single(
        "updraft_dlq_dropped_total", .counter, "Dead letters that went for want of room.",
        Double(health.deadLettersDropped))
    }
    text.family(
      "updraft_projection_lag_events", .gauge, "Events in the log that are not worked off yet.")
    let end = service.engine.logEnd.value
    let folded = service.engine.read { $0.offset.value }
    text.sample(
      "updraft_projection_lag_events", [("projection", "world")],
      Double(end > folded ? end - folded : 0))
    if let filler = service.filler {
      text.sample(
        "updraft_projection_lag_events", [("projection", "text_vectors")], Double(filler.lag))
    }
    if let online = service.engine.online?.reading.through.value {
      text.sample(
        "updraft_projection_lag_events", [("projection", "online")],
        Double(end > online ? end - online : 0))
    }
  }

  private static func process(
    _ service: Service, _ now: Timestamp, _ text: inout PrometheusText
  ) {
    let uptime = Double(service.engine.time.ticks &- service.started) / 1e9
    ProcessMetrics.write(started: Double(now.milliseconds) / 1000 - uptime, into: &text)
    text.family("updraft_build_info", .gauge, "1, with the version of the program.")
    text.sample("updraft_build_info", [("version", service.version)], 1)
  }

  private static func world(_ service: Service, _ text: inout PrometheusText) {
    let facts = WorldFacts(service.engine)
    text.single("updraft_items", .gauge, "Live items.", Double(facts.items))
    text.single("updraft_users", .gauge, "Known users.", Double(facts.users))
    text.single("updraft_follows", .gauge, "Edges of the follow graph.", Double(facts.follows))
    text.single("updraft_log_offset", .gauge, "The last event folded in.", Double(facts.offset))
    text.family(
      "updraft_fold_events_total", .counter, "Events folded in since the log's beginning.")
    for (name, count) in [
      ("applied", facts.tally.applied), ("duplicate", facts.tally.duplicates),
      ("late", facts.tally.late), ("unknown", facts.tally.unknown),
      ("poison", facts.tally.poison), ("refused", facts.tally.refused),
    ] {
      text.sample("updraft_fold_events_total", [("outcome", name)], Double(count))
    }
    text.family("updraft_fanout_posts_total", .counter, "Posts by the tier of their author.")
    for (name, count) in [
      ("small", facts.tally.postsSmall), ("middle", facts.tally.postsMiddle),
      ("celebrity", facts.tally.postsCelebrity),
    ] {
      text.sample("updraft_fanout_posts_total", [("tier", name)], Double(count))
    }
    text.single(
      "updraft_inbox_writes_total", .counter, "Posts written to inboxes.",
      Double(facts.inboxWrites))
    text.single(
      "updraft_items_retired_total", .counter, "Items that left by age or by the bound.",
      Double(facts.tally.retired))
  }

  private static func connections(_ service: Service, _ text: inout PrometheusText) {
    guard let counters = service.httpCounters.load() else { return }
    text.single(
      "updraft_http_connections", .gauge, "Open connections.", Double(counters.connectionsOpen))
    text.single(
      "updraft_http_connections_accepted_total", .counter, "Connections accepted.",
      Double(counters.connectionsAccepted))
    text.family("updraft_http_refused_total", .counter, "What the HTTP layer refused, by code.")
    for kind in Refusal.Kind.allCases {
      text.sample(
        "updraft_http_refused_total", [("code", kind.rawValue)], Double(counters.refused(kind)))
    }
  }

  // MARK: The last seconds

  @Sendable private static func stats(_ call: Call) throws(Problem) {
    let service = call.service
    guard call.caller.role != .anonymous || service.demo != nil else {
      throw Problem(.unauthorized, "Send a key of scope metrics or admin.")
    }
    let now = RecentWindow.Moment(
      ticks: service.engine.time.ticks, events: service.engine.meters.events.value,
      pages: service.meters.pages.counts,
      pageTimes: service.engine.meters.page.snapshot().counts,
      visibleTimes: service.engine.meters.eventToVisible.snapshot().counts)
    let then = service.recent.compare(now)
    var json = JSONWriter(capacity: 2048)
    json.object { json in
      write(service, into: &json)
      write(now, then, into: &json)
    }
    call.finish(json: json.bytes)
  }

  private static func write(_ service: Service, into json: inout JSONWriter) {
    let facts = WorldFacts(service.engine)
    let status = service.engine.status
    json.member("phase", StatusText.name(status.phase))
    json.member("notice", status.notices.last)
    json.member("uptime_s", Int((service.engine.time.ticks &- service.started) / 1_000_000_000))
    json.member("offset", facts.offset)
    json.member("items", facts.items)
    json.member("users", facts.users)
    json.member("follows", facts.follows)
    json.object("queue") { json in
      json.member("events", service.engine.queueDepth)
      json.member("ranking", service.ranking.depth)
    }
    json.object("fanout") { json in
      json.member("inbox_writes", facts.inboxWrites)
      json.member("posts_small", facts.tally.postsSmall)
      json.member("posts_middle", facts.tally.postsMiddle)
      json.member("posts_celebrity", facts.tally.postsCelebrity)
    }
  }

  private static func write(
    _ now: RecentWindow.Moment, _ then: RecentWindow.Moment, into json: inout JSONWriter
  ) {
    let seconds = max(Double(now.ticks &- then.ticks) / 1e9, 1e-9)
    let isFirst = now.ticks == then.ticks
    let made = now.pages.made - then.pages.made
    let cached = now.pages.cached - then.pages.cached
    json.object("rates") { json in
      json.member("events_per_s", isFirst ? 0 : Double(now.events - then.events) / seconds)
      json.member("pages_per_s", isFirst ? 0 : Double(made + cached) / seconds)
      json.member("cached_share", Double(cached) / Double(max(1, made + cached)))
    }
    json.object("latency_ms") { json in
      for (name, new, old) in [
        ("page", now.pageTimes, then.pageTimes),
        ("event_to_visible", now.visibleTimes, then.visibleTimes),
      ] {
        json.object(name) { json in
          for (label, share) in [("p50", 0.5), ("p99", 0.99)] {
            json.member(label, RecentWindow.quantile(share, Histogram.durations, new, old))
          }
        }
      }
    }
    json.array("sources") { json in
      for (place, source) in SourceName.allCases.enumerated() {
        let candidates = now.pages.sources[place].candidates - then.pages.sources[place].candidates
        let shown = now.pages.sources[place].shown - then.pages.sources[place].shown
        guard candidates + shown > 0 else { continue }
        json.object { json in
          json.member("source", source.name)
          json.member("candidates_per_page", Double(candidates) / Double(max(1, made)))
          let all = max(1, now.pages.shown - then.pages.shown)
          json.member("shown_share", Double(shown) / Double(all))
        }
      }
    }
    json.object("rungs") { json in
      for rung in Rung.allCases {
        let place = Int(rung.rawValue)
        json.member(rung.name, now.pages.rungs[place] - then.pages.rungs[place])
      }
    }
    json.object("degraded") { json in
      for (code, count) in now.pages.degraded.sorted(by: { $0.key < $1.key }) {
        json.member(code, count - (then.pages.degraded[code] ?? 0))
      }
    }
  }
}

/// A few figures of the World, taken in one look.
struct WorldFacts {
  let items: Int
  let users: Int
  let follows: Int
  let offset: UInt64
  let inboxWrites: UInt64
  let tally: Tally

  init(_ engine: Engine) {
    self = engine.read { WorldFacts($0) }
  }

  private init(_ world: borrowing World) {
    items = world.itemCount
    users = world.userCount
    follows = world.followCount
    offset = world.offset.value
    inboxWrites = world.inboxWrites
    tally = world.tally
  }
}
