internal import HTTP

extension Bench {
  /// More requests than can be worked on: what is still served, how fast the rest is refused, and
  /// whether normal times come back by themselves. The server ranks on one thread, so that the
  /// crowd has a core too.
  func overload() throws -> [BenchRow] {
    // And a page is made of many candidates, so that asking costs far less than answering.
    let server = try BenchServer(settings: [
      "engine.ranking_threads=1", "surfaces.recommendations.sources.fresh=3000",
      "surfaces.recommendations.mmr_pool=1000",
    ])
    try server.seed(items: 3_000)
    let key = try server.key()
    let span = isQuick ? 2.0 : 20.0
    func load(_ rate: Double, _ seconds: Double, retries: Int = 0) -> PageLoad {
      PageLoad(address: server.address, key: key, rate: rate, seconds: seconds, retries: retries)
    }
    say("overload: capacity")
    _ = load(1e9, 1).run(connections: 4)
    let capacity = load(1e9, span / 4).run(connections: 4).goodput
    say("overload: normal times")
    let normal = load(capacity / 2, span / 2).run(connections: 64)
    let usual = PageLoad.p99(normal.good)
    let before = try ProcessFacts.residentBytes(server.process.id)
    say("overload: twice the capacity")
    let twice = load(capacity * 2, span).run(connections: 256)
    say("overload: ten times the capacity")
    let tenfold = load(capacity * 10, span).run(connections: 256)
    let after = try ProcessFacts.residentBytes(server.process.id)
    say("overload: a crowd that tries again")
    let crowd = load(capacity * 10, span, retries: 3).run(connections: 256)
    say("overload: normal times again")
    let later = load(capacity / 2, span / 2).run(connections: 64)
    try server.stop()
    let broken = [normal, twice, tenfold, crowd, later].reduce(0) { $0 + $1.broken }
    let capacityNote = "capacity \(Figures.grouped(Int(capacity)))/s"
    return [
      BenchRow(
        "twice the capacity, share of it served", .share, twice.goodput / capacity,
        .atLeast(0.9), note: capacityNote + ", offered \(Figures.grouped(Int(twice.offered)))/s"),
      BenchRow(
        "twice the capacity, p99 of what is served", .milliseconds, PageLoad.p99(twice.good),
        peer: ("half of it", usual), .ratioAtMost(2)),
      BenchRow(
        "ten times the capacity, share of it served", .share, tenfold.goodput / capacity,
        .atLeast(0.8), note: "offered \(Figures.grouped(Int(tenfold.offered)))/s"),
      BenchRow(
        "ten times the capacity, p99 of refusals", .milliseconds, PageLoad.p99(tenfold.refused),
        .atMost(5),
        note: "p99 of what is served \(Figures.decimal(PageLoad.p99(tenfold.good), 1)) ms"),
      BenchRow(
        "memory that an overload adds", .bytes, Double(max(0, after - before)),
        .atMost(256 * 1_048_576)),
      BenchRow(
        "after a crowd that retries: normal again", .seconds, Self.recovery(later, usual: usual),
        .atMost(10), note: "offered \(Figures.grouped(Int(crowd.offered)))/s for \(Int(span)) s"),
      BenchRow(
        "neither served nor refused with a Retry-After", .tries, Double(broken), .atMost(0)),
    ]
  }

  /// Seconds until the p99 of a second is within twice the usual, for good.
  private static func recovery(_ result: PageLoad.Result, usual: Double) -> Double {
    var normalSince = 0.0
    let step = 0.5
    var at = 0.0
    while at < result.seconds {
      let window = result.samples.filter { $0.at >= at && $0.at < at + step }
      at += step
      let isNormal =
        window.allSatisfy(\.isGood)
        && PageLoad.p99(window.map(\.milliseconds)) <= max(10, usual * 2)
      if !isNormal { normalSince = at }
    }
    return normalSince
  }
}
