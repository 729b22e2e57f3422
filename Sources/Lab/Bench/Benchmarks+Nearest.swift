internal import Feed
internal import Sync

extension Benchmarks {
  /// What the source `nearest` takes of a page.
  public struct NearestTimes: Sendable {
    /// Of the source alone, a page each.
    public var latency: Latency
    /// Candidates that it brought, on average.
    public var candidates: Double
    /// Interests that it searched for, a page.
    public var interests: Int
  }

  /// Interests of a user that are looked for.
  private static let interests = 3

  /// Pages whose only source looks for the nearest of many items to three interests of the user.
  ///
  /// - Parameters:
  ///   - items: with drawn vectors of the World's standard dimension.
  ///   - pages: how many are made, of as many users at most.
  ///   - quota: candidates that the source may bring.
  /// - Throws: what starting the engine, taking events in and making pages throws.
  public func nearestSource(
    items: Int = 200_000, pages: Int = 2_000, quota: Int = 600
  ) throws -> NearestTimes {
    var configuration = Configuration()
    var surface = SurfaceSettings()
    surface.sources = [SourceName.nearest.name: quota]
    surface.reserved = [:]
    surface.deadlineMs = 60_000
    surface.sourcesDeadlineMs = 60_000
    configuration.surfaces = ["near": surface]
    let engine = Engine(
      configuration: configuration, log: MemoryLog(), snapshots: nil, time: time)
    try engine.start()
    defer { engine.stop() }
    let table = SeededVectors(count: items, dimension: configuration.world.dimension)
      .made(queries: 0).vectors
    try publish(table, to: engine)
    let users = min(pages, 500)
    try introduce(users, among: table, apartBy: configuration.world, to: engine)
    let pause = Lock()
    while engine.indexStates().contains(where: { $0.pending > 0 }) {
      pause.withLock { pause.wait(milliseconds: 20) }
    }

    let pipeline = Pipeline(configuration)
    let workspace = Workspace()
    var durations: [UInt64] = []
    var candidates = 0
    for number in 0..<pages {
      var request = PageRequest(surface: "near")
      request.user = "user\(number % users)"
      let set = try engine.read { (world) throws(PageError) in
        try pipeline.rank(request, world, now: time.now, time: time, number: 1, workspace)
      }
      guard let stage = set.stages.first(where: { $0.name == SourceName.nearest.name }) else {
        continue
      }
      durations.append(UInt64(stage.microseconds) * 1_000)
      candidates += stage.left - stage.entered
    }
    return NearestTimes(
      latency: Latency(durations), candidates: Double(candidates) / Double(max(1, pages)),
      interests: Self.interests)
  }

  private func publish(_ table: VectorTable, to engine: Engine) throws {
    var batch = EventBatch()
    let now = time.now
    for row in 0..<table.count {
      var item = Item(id: "item-\(row)")
      item.author = "author-\(row % 1_000)"
      item.created = now
      item.embedding = table.withVector(row) { vector in vector.indices.map { vector[$0] } }
      batch.append(.itemPublished(item), received: now)
      guard batch.count == 5_000 || row == table.count - 1 else { continue }
      _ = try engine.submit(batch)
      batch.removeAll()
    }
  }

  /// Users who liked three items on three days, so far from each other that they stay three
  /// interests, and no visit runs.
  private func introduce(
    _ users: Int, among table: VectorTable, apartBy settings: WorldSettings, to engine: Engine
  ) throws {
    var chance = SplitMix(seed: 3)
    var batch = EventBatch()
    let now = time.now
    for user in 0..<users {
      var liked: [Int] = []
      while liked.count < Self.interests {
        let row = chance.below(table.count)
        let isApart = liked.allSatisfy {
          Self.product(table, $0, row) < settings.tasteJoinCosine
        }
        if isApart { liked.append(row) }
      }
      for (day, row) in liked.enumerated() {
        let then = now.advanced(milliseconds: Int64(day - liked.count) * 86_400_000)
        batch.append(
          .interaction(
            Interaction(user: "user\(user)", action: .like, target: "item-\(row)", time: then)),
          received: now)
      }
    }
    _ = try engine.submit(batch)
  }

  private static func product(_ table: VectorTable, _ left: Int, _ right: Int) -> Float {
    table.withVector(left) { a in
      table.withVector(right) { b in a.indices.reduce(0) { $0 + a[$1] * b[$1] } }
    }
  }
}
