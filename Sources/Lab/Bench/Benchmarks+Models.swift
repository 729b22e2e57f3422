public import Feed
internal import Sync
internal import Synchronization
internal import Trees

extension Benchmarks {
  /// What pages scored by a model cost.
  public struct ModelPages: Sendable {
    /// Candidates a page, on average.
    public var candidates: Double
    /// Pages that are not logged.
    public var plain: Latency
    /// The same pages with what the log is told of them.
    public var logged: Latency
    /// Writing one record, after the answer, in milliseconds.
    public var record: Double
    /// Bytes of the log for each impression.
    public var bytesPerImpression: Double
    /// Microseconds of each stage of a logged page, the middle one, in the order of stages.
    public var stages: [(name: String, microseconds: Int)]
  }

  /// An engine with a world in which a page of 50 has about five thousand candidates.
  ///
  /// - Throws: what starting the engine and taking events in throws.
  public func modelEngine(_ log: any EventLog, scale: Double = 1) throws -> Engine {
    try pageEngine(log, scale: scale) { home in
      home.sources = [
        "followed": 3_200, "nearest": 1_000, "co_engaged": 300, "trending": 256, "fresh": 3_200,
        "popular": 256,
      ]
      home.limitDefault = 50
    }
  }

  /// A model over every feature: forests of depth 6 that follow from a seed, with thresholds where
  /// values of pages of this engine lie.
  ///
  /// - Parameter trees: in all heads together.
  public func seededModel(
    _ engine: Engine, seed: UInt64, trees: Int = 300,
    objectives: [Objective] = [.click, .longDwell, .hide]
  ) throws -> ServedModel {
    var chance = SplitMix(seed: seed)
    let values = try values(engine)
    let heads = objectives.map { objective in
      let forest = Forest(
        featureCount: values.count, base: -2, link: .logistic,
        trees: (0..<max(1, trees / objectives.count)).map { _ in
          Self.tree(values, &chance)
        })
      return RankingModel.Head(
        objective: objective, forest: forest,
        calibration: Calibration(
          raw: (0...40).map { Float($0) / 40 }, calibrated: (0...40).map { Float($0) / 50 }))
    }
    return try ServedModel(
      RankingModel(
        id: "seeded-\(seed)", features: Feature.allCases, order: nil, heads: heads))
  }

  /// A balanced tree of depth 6.
  private static func tree(_ values: [[Float]], _ chance: inout SplitMix) -> [Forest.Node] {
    let inner = 63
    return (0..<2 * inner + 1).map { place in
      guard place < inner else {
        return Forest.Node(leaf: Float.random(in: -0.1...0.1, using: &chance))
      }
      let feature = chance.below(values.count)
      return Forest.Node(
        feature: Int32(feature), below: values[feature][chance.below(values[feature].count)],
        left: Int32(2 * place + 1), right: Int32(2 * place + 2), goesLeftIfMissing: true)
    }
  }

  /// Values of each feature on pages of a few users.
  private func values(_ engine: Engine) throws -> [[Float]] {
    var values = [[Float]](repeating: [0], count: Feature.allCases.count)
    let pipeline = Pipeline(engine.configuration)
    for number in 0..<40 {
      let set = try rank(engine, pipeline, Workspace(), number, .linear, isLogged: true)
      guard let evidence = set.evidence else { continue }
      for (feature, value) in zip(evidence.features, evidence.request) {
        values[Int(feature.rawValue)].append(value)
      }
      let own = evidence.features.dropFirst(evidence.request.count)
      for place in 0..<evidence.places {
        for (feature, value) in zip(own, evidence.features(at: place)) {
          values[Int(feature.rawValue)].append(value)
        }
      }
    }
    return values
  }

  private func rank(
    _ engine: Engine, _ pipeline: Pipeline, _ workspace: Workspace, _ number: Int,
    _ serving: Serving, isLogged: Bool
  ) throws(PageError) -> RankedSet {
    var request = PageRequest(surface: "home")
    request.user = number % 2_000 < 200 ? "ada" : "user\(number % 2_000)"
    return try engine.read { (world) throws(PageError) in
      try pipeline.rank(
        request, world, now: time.now, time: time, number: UInt64(number), serving: serving,
        isLogged: isLogged, workspace)
    }
  }

  /// Pages by a model, one after another on the caller's thread: logged and not, in turn.
  public func modelPages(
    _ engine: Engine, _ model: ServedModel, count: Int
  ) throws(PageError) -> ModelPages {
    let pipeline = Pipeline(engine.configuration)
    let workspace = Workspace()
    var durations: (plain: [UInt64], logged: [UInt64]) = ([], [])
    var stages = StageTimes()
    var candidates = 0
    for number in 0..<count * 2 {
      let start = time.ticks
      let set = try rank(
        engine, pipeline, workspace, number / 2, .production(model), isLogged: number % 2 == 0)
      let elapsed = time.ticks &- start
      if number % 2 == 1 {
        durations.plain.append(elapsed)
        continue
      }
      durations.logged.append(elapsed)
      candidates += set.stages.first { $0.name == "filters" }?.entered ?? 0
      stages.note(set.stages)
    }
    let records = try records(engine, model, count: max(1, count / 10))
    return ModelPages(
      candidates: Double(candidates) / Double(max(1, count)), plain: Latency(durations.plain),
      logged: Latency(durations.logged), record: records.milliseconds,
      bytesPerImpression: records.bytes,
      stages: stages.medians)
  }

  /// What writing pages down takes, and the bytes of an impression.
  private func records(
    _ engine: Engine, _ model: ServedModel, count: Int
  ) throws(PageError) -> (milliseconds: Double, bytes: Double) {
    let before = engine.models.arms()
    engine.models.set(ModelBoard.Arms(production: model))
    defer { engine.models.set(before) }
    var spent: UInt64 = 0
    var (bytes, shown) = (0, 0)
    for number in 0..<count {
      var request = PageRequest(surface: "home")
      request.user = "user\(number % 2_000)"
      let (page, set) = try engine.ranked(request)
      let start = time.ticks
      var batch = EventBatch()
      batch.append(
        .pageServed(PageServed(page, of: set, time: time.now, sampleRate: 1)), received: time.now)
      spent &+= time.ticks &- start
      bytes += batch.bytes.count
      shown += page.entries.count
    }
    return (Double(spent) / Double(max(1, count)) / 1e6, Double(bytes) / Double(max(1, shown)))
  }

  /// Pages while models are exchanged, and the same pages while they are not.
  ///
  /// - Returns: both latencies, pages that had an error or were of two models, and exchanges.
  public func pagesUnderSwaps(
    _ engine: Engine, _ models: [ServedModel], count: Int, swaps: Int
  ) throws(PageError) -> (calm: Latency, swapping: Latency, faults: Int, swaps: Int) {
    engine.models.set(ModelBoard.Arms(production: models[0]))
    let (calm, first) = try pages(engine, Set(models.map(\.id)), count: count)
    let done = Atomic(0)
    let isOver = Atomic(false)
    let pause = Lock()
    let thread = Thread {
      for swap in 0..<swaps where !isOver.load(ordering: .relaxed) {
        engine.models.set(ModelBoard.Arms(production: models[swap % models.count]))
        done.add(1, ordering: .relaxed)
        pause.withLock { pause.wait(milliseconds: 1) }
      }
    }
    let (swapping, second) = try pages(engine, Set(models.map(\.id)), count: count)
    isOver.store(true, ordering: .relaxed)
    thread.join()
    return (calm, swapping, first + second, done.load(ordering: .relaxed))
  }

  private func pages(
    _ engine: Engine, _ models: Set<String>, count: Int
  ) throws(PageError) -> (Latency, faults: Int) {
    let pipeline = Pipeline(engine.configuration)
    let workspace = Workspace()
    var durations: [UInt64] = []
    var faults = 0
    for number in 0..<count {
      let start = time.ticks
      let serving = engine.models.arms().serving("")
      let set = try rank(engine, pipeline, workspace, number, serving, isLogged: true)
      durations.append(time.ticks &- start)
      let isWhole = set.model == serving.model?.id && models.contains(set.model)
      if !isWhole || !set.degraded.isEmpty { faults += 1 }
    }
    return (Latency(durations), faults)
  }
}
