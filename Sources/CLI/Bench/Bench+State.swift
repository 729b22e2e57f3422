internal import Feed
internal import JSON
internal import Lab
internal import Stores

extension Bench {
  /// Posts to the inboxes of followers, beside Redis.
  func fanOut() throws -> [BenchRow] {
    let marks = Benchmarks(time: SystemTime())
    var ours: [Double] = []
    var peers: [Double] = []
    let redis = try? RedisPeer()
    for round in 1...(isQuick ? 1 : 3) {
      say("fan-out: round \(round), Redis, then ours")
      if let redis { peers.append(try redis.sortedSetAdds(count: size(2_000_000))) }
      ours.append(marks.fanOut(posts: size(500)).rate)
    }
    let rate = Self.median(ours)
    let peer = peers.isEmpty ? nil : ("Redis ZADD", Self.median(peers))
    let note = redis == nil ? "redis-server is not installed: apt-get install redis-server" : ""
    return [
      BenchRow(
        "fan-out, inbox writes on one core", .perSecond, rate, peer: peer, .atLeast(1_000_000)),
      BenchRow(
        "fan-out beside Redis ZADD in a pipeline", .perSecond, rate, peer: peer, .ratioAtLeast(10),
        note: note),
    ]
  }

  /// From the log into the World.
  func replay() throws -> [BenchRow] {
    say("replay: writing a log")
    let scratch = try ScratchFolder("updraft-bench")
    let directory = try DataDirectory(scratch.path + "/data", access: .write)
    let log = try SQLiteLog(directory)
    let marks = Benchmarks(time: SystemTime())
    try marks.fill(log, events: size(3_000_000))
    say("replay: folding it in")
    var ours: [Double] = []
    var peers: [Double] = []
    var shares: [Double] = []
    for _ in 1...(isQuick ? 1 : 3) {
      peers.append(try SQLitePeer.scan(directory.log))
      let (folded, share) = try ProcessFacts.share { try marks.replay(log) }
      ours.append(folded.rate)
      shares.append(share)
    }
    return [
      BenchRow(
        "replay from SQLite into the World", .perSecond, Self.median(ours),
        peer: ("SQLite scan", Self.median(peers)), .atLeast(1_000_000),
        note: "\(Figures.grouped(Int(clamping: log.end.value))) events"
          + Self.hint(Self.median(shares)))
    ]
  }

  /// A start with a snapshot of nine tenths and a tail of one.
  func restart() throws -> [BenchRow] {
    let events = size(10_000_000)
    say("restart: writing \(Figures.grouped(events)) events")
    let scratch = try ScratchFolder("updraft-bench")
    let path = scratch.path + "/data"
    try fill(path, events: events)
    say("restart: starting over them")
    let start = ContinuousClock.now
    let server = try BenchServer(over: path)
    let seconds = Progress.seconds(start.duration(to: .now))
    try server.stop()
    return [
      BenchRow(
        "restart, \(Figures.grouped(events)) events, a tenth behind the snapshot", .seconds,
        seconds, .atMost(10))
    ]
  }

  private func fill(_ path: String, events: Int) throws {
    var configuration = Configuration()
    configuration.log.snapshotEvents = events * 2
    configuration.log.snapshotEveryMs = 24 * 3_600_000
    configuration.log.durability = "os"
    let node = try Node(path, configuration) { _ in }
    try node.engine.start()
    var source = BenchEvents(seed: 3)
    source.items = size(source.items)
    try source.publications { batch in _ = try node.engine.submit(batch) }
    while node.log.end.value < UInt64(events / 10 * 9) {
      _ = try node.engine.submit(source.interactions(20_000))
    }
    node.engine.stop()
    // Behind the snapshot that stopping took.
    while node.log.end.value < UInt64(events) {
      _ = try node.log.append(source.interactions(20_000))
    }
    try node.close()
  }

  /// What a large World weighs, in a process that does nothing else.
  func memory() throws -> [BenchRow] {
    if isQuick { return [try weigh()] }
    say("memory: a million items and 200,000 users")
    let child = try ChildProcess(
      Environment.executable, ["bench", "--only", "memory", "--alone", "--json"])
    let ending = child.wait()
    guard ending.code == 0 else { throw Failure("bench-memory", ending.error) }
    let json = try JSONParser().parse(ending.output)
    let note = try json.optional("note")?.string() ?? ""
    return [Self.memoryRow(try json.require("ours").double(), note: note)]
  }

  /// The same in this process.
  func weigh() throws -> BenchRow {
    let memory = try Benchmarks(time: SystemTime()).memory(
      items: size(1_000_000), users: size(200_000))
    let parts = memory.parts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .map { "\($0.key) \(Figures.bytes($0.value))" }
    return Self.memoryRow(Double(memory.bytes), note: parts.joined(separator: ", "))
  }

  private static func memoryRow(_ bytes: Double, note: String) -> BenchRow {
    BenchRow(
      "memory, 1 M items of 64-d + 200 k users with 50 actions", .bytes, bytes, .atMost(1.5e9),
      note: note)
  }

  /// The next click of real readers.
  func nextClick() throws -> [BenchRow] {
    guard let globo else {
      throw Failure("no-data", "name the folder of the two days of clicks with --globo DIR")
    }
    say("globo: ours")
    let ours = try Prequential(warmup: [globo.warmup], evaluate: [globo.evaluate])
      .run(time: SystemTime())
    say("globo: the baseline, in Python")
    let peer = try? BaselinePeer.run(warmup: globo.warmup, evaluate: globo.evaluate)
    let note =
      "n = \(Figures.grouped(ours.n)), \(Figures.grouped(Int(ours.clicksPerSecond))) clicks/s"
      + (peer == nil ? "; python3 or Benchmarks/next_click.py is not there" : "")
    return [
      BenchRow(
        "next click, HR@20", .share, ours.hitRate20,
        peer: peer.map { ("rules x popularity", $0.hitRate20) }, .atLeast(0.74), note: note),
      BenchRow(
        "next click, MRR@20", .share, ours.meanReciprocalRank20,
        peer: peer.map { ("rules x popularity", $0.meanReciprocalRank20) }, .atLeast(0.30)),
      BenchRow(
        "next click, ranked and learned", .perSecond, ours.clicksPerSecond, .atLeast(20_000)),
    ]
  }
}
