internal import Feed
internal import HTTP
internal import Lab

extension Bench {
  /// A cached page over HTTP beside nginx and a file of the same size: CPU of a request.
  func cachedPage() throws -> [BenchRow] {
    guard Wrk.isInstalled else {
      throw Failure("no-program", "wrk is not installed: apt-get install wrk")
    }
    let server = try BenchServer()
    try server.seed(items: 3_000)
    let token = try server.token("ada")
    let user = try server.introduce("ada")
    let body = try user.send("GET", "/v1/feed?limit=20").body
    let ours = Wrk(
      server.address + "/v1/feed?limit=20", header: "Authorization: Bearer \(token)",
      process: server.process.id)
    let nginx = try? NginxPeer(serving: body)
    let theirs = nginx.map { Wrk($0.address, header: nil, process: $0.process.id) }
    var mine: [Double] = []
    var peers: [Double] = []
    for round in 1...(isQuick ? 1 : 5) {
      say("cached: round \(round), nginx, then ours")
      if let theirs { peers.append(try theirs.cpuPerRequest(seconds: isQuick ? 1 : 3)) }
      mine.append(try ours.cpuPerRequest(seconds: isQuick ? 1 : 3))
    }
    try server.stop()
    return [
      BenchRow(
        "cached page, CPU a request", .microseconds, Self.median(mine),
        peer: peers.isEmpty ? nil : ("nginx, file", Self.median(peers)), .ratioAtMost(1.2),
        note: "\(Figures.bytes(body.count)) body"
          + (nginx == nil ? "; nginx is not installed: apt-get install nginx-light" : ""))
    ]
  }

  /// The source of nearest items alone, in pages that have no other.
  func nearestSource() throws -> [BenchRow] {
    let items = size(200_000)
    say("nearest: making a world of \(Figures.grouped(items)) items, and linking them")
    let times = try Benchmarks(time: SystemTime())
      .nearestSource(items: items, pages: size(2_000))
    let what = "nearest source in a page, \(Figures.grouped(items)) items"
    return [
      BenchRow(
        what + ", p50", .milliseconds, times.latency.p50, .atMost(1),
        note: "\(times.interests) interests, \(Figures.decimal(times.candidates, 0)) candidates, "
          + "p99 \(Figures.decimal(times.latency.p99, 2)) ms")
    ]
  }

  /// Pages ranked anew on one core, idle and while events come.
  func uncachedPage() throws -> [BenchRow] {
    say("uncached: making a world")
    let marks = Benchmarks(time: SystemTime())
    let engine = try marks.pageEngine(MemoryLog())
    _ = try marks.pages(engine, count: size(500))
    say("uncached: ranking, idle")
    let (pages, share) = try ProcessFacts.share {
      try marks.pages(engine, count: size(5_000))
    }
    say("uncached: ranking under 50,000 events/s")
    let (busy, ingested) = try marks.pagesUnderIngest(
      engine, count: size(5_000), eventsPerSecond: 50_000)
    engine.stop()
    let idle = pages.latency
    let note = "\(Figures.grouped(Int(pages.candidates))) candidates" + Self.hint(share)
    return [
      BenchRow(
        "uncached page, one core, p50", .milliseconds, idle.p50, .atMost(1.5),
        note: note + Self.list(pages.stages)),
      BenchRow("uncached page, one core, p99", .milliseconds, idle.p99, .atMost(3), note: note),
      BenchRow(
        "p99 of that page under ingest", .milliseconds, busy.p99, peer: ("idle", idle.p99),
        .ratioAtMost(2), note: "\(Figures.grouped(Int(ingested.rate))) events/s meanwhile"),
    ]
  }

  /// Pages scored by a model, on one core: what they take, what their log takes, and what exchanges
  /// of the model do to them.
  func modelPage() throws -> [BenchRow] {
    say("model-page: making a world")
    let marks = Benchmarks(time: SystemTime())
    let engine = try marks.modelEngine(MemoryLog())
    defer { engine.stop() }
    let models = try (1...3).map { try marks.seededModel(engine, seed: UInt64($0)) }
    _ = try marks.modelPages(engine, models[0], count: size(200))
    say("model-page: ranking")
    let (pages, share) = try ProcessFacts.share {
      try marks.modelPages(engine, models[0], count: size(2_000))
    }
    say("model-page: exchanging models")
    let swaps = try marks.pagesUnderSwaps(engine, models, count: size(2_000), swaps: 1_000)
    let note = "\(Figures.grouped(Int(pages.candidates))) candidates" + Self.hint(share)
    let cost = pages.logged.p50 - pages.plain.p50
    return [
      BenchRow(
        "page by a model, one core, p50", .milliseconds, pages.logged.p50, .atMost(3),
        note: note + Self.list(pages.stages)),
      BenchRow(
        "page by a model, one core, p99", .milliseconds, pages.logged.p99, .atMost(6), note: note),
      BenchRow(
        "of it, what the log is told", .milliseconds, max(0, cost), .atMost(pages.plain.p50 * 0.05),
        note: "and \(Figures.decimal(pages.record, 3)) ms after the answer"),
      BenchRow("an impression in the log", .bytes, pages.bytesPerImpression, .atMost(150)),
      BenchRow(
        "p99 while models are exchanged", .milliseconds, swaps.swapping.p99,
        peer: ("no exchange", swaps.calm.p99), .ratioAtMost(1.1),
        note: "\(Figures.grouped(swaps.swaps)) exchanges, \(swaps.faults) faults"),
    ]
  }

  /// What each stage takes, as a note.
  private static func list(_ stages: [(name: String, microseconds: Int)]) -> String {
    "; us: " + stages.map { "\($0.name) \($0.microseconds)" }.joined(separator: ", ")
  }
}
