public import Feed
internal import Sync
internal import Synchronization

extension Benchmarks {
  /// An engine with a world in which a page has about two thousand candidates.
  ///
  /// - Parameter scale: 1 = 20,000 items, 2,000 users, 200,000 interactions; a test takes less.
  /// - Throws: what starting the engine and taking events in throws.
  public func pageEngine(
    _ log: any EventLog, scale: Double = 1, _ change: (inout SurfaceSettings) -> Void = { _ in }
  ) throws -> Engine {
    var configuration = Configuration()
    var home = configuration.surfaces["home"] ?? SurfaceSettings()
    // As many candidates as the figure speaks of, whatever the shipped quotas are.
    home.sources = [
      "followed": 800, "nearest": 600, "co_engaged": 200, "trending": 250, "fresh": 500,
      "popular": 250,
    ]
    home.cacheAgeMs = 0
    change(&home)
    configuration.surfaces["home"] = home
    let engine = Engine(configuration: configuration, log: log, snapshots: nil, time: time)
    try engine.start()
    var size = SeededWorld.Size()
    size.users = max(10, Int(2_000 * scale))
    size.authors = max(10, Int(200 * scale))
    size.items = Int(20_000 * scale)
    size.interactions = Int(200_000 * scale)
    size.followsEach = 40
    var world = SeededWorld(seed: 7, size: size)
    for batch in world.history(now: time.now) { _ = try engine.submit(batch) }
    return engine
  }

  /// What pages ranked without a model take.
  public struct Pages: Sendable {
    /// Of whole pages.
    public var latency: Latency
    /// Candidates a page, on average.
    public var candidates: Double
    /// Microseconds of each stage, the middle one, in the order of stages.
    public var stages: [(name: String, microseconds: Int)]
  }

  /// Ranks pages one after another on the caller's thread, without the cache.
  public func pages(_ engine: Engine, count: Int) throws(PageError) -> Pages {
    let pipeline = Pipeline(engine.configuration)
    let workspace = Workspace()
    var durations: [UInt64] = []
    var candidates = 0
    var stages = StageTimes()
    for number in 0..<count {
      var request = PageRequest(surface: "home")
      request.user = number % 2_000 < 200 ? "ada" : "user\(number % 2_000)"
      let start = time.ticks
      let set = try engine.read { (world) throws(PageError) in
        try pipeline.rank(request, world, now: time.now, time: time, number: 1, workspace)
      }
      durations.append(time.ticks &- start)
      candidates += set.stages.first { $0.name == "filters" }?.entered ?? 0
      stages.note(set.stages)
    }
    return Pages(
      latency: Latency(durations), candidates: Double(candidates) / Double(max(1, count)),
      stages: stages.medians)
  }

  /// The same while another thread takes events in at a rate.
  ///
  /// - Returns: the latency, and the events that were taken in a second meanwhile.
  public func pagesUnderIngest(
    _ engine: Engine, count: Int, eventsPerSecond: Int
  ) throws(PageError) -> (latency: Latency, ingested: Throughput) {
    let ingest = Ingest(engine, eventsPerSecond: eventsPerSecond, time: time)
    let start = time.ticks
    ingest.start()
    defer { ingest.stop() }
    let result = try pages(engine, count: count)
    return (
      result.latency, Throughput(count: ingest.count, seconds: seconds(since: start))
    )
  }
}

/// A thread that submits events at a rate until it is stopped.
private final class Ingest: @unchecked Sendable {
  // Sendable: `thread` is only touched by who starts and stops; the rest is atomic or immutable.
  private let engine: Engine
  private let rate: Int
  private let time: any TimeSource
  private let isStopping = Atomic(false)
  private let ingested = Atomic(0)
  private var thread: Thread?

  init(_ engine: Engine, eventsPerSecond: Int, time: any TimeSource) {
    self.engine = engine
    rate = max(1, eventsPerSecond)
    self.time = time
  }

  /// Events taken in so far.
  var count: Int { ingested.load(ordering: .relaxed) }

  func start() { thread = Thread { [self] in run() } }

  func stop() {
    isStopping.store(true, ordering: .relaxed)
    thread?.join()
    thread = nil
  }

  private func run() {
    var source = BenchEvents(seed: time.ticks)
    source.items = 20_000
    source.users = 2_000
    let start = time.ticks
    var sent = 0
    let pause = Lock()
    while !isStopping.load(ordering: .relaxed) {
      let due = Int(Double(time.ticks &- start) / 1e9 * Double(rate))
      guard due - sent >= 500 else {
        pause.withLock { pause.wait(milliseconds: 2) }
        continue
      }
      let batch = source.interactions(500, prefix: "post", at: time.now)
      sent += batch.count
      guard (try? engine.submit(batch)) != nil else { return }
      ingested.add(batch.count, ordering: .relaxed)
    }
  }
}
