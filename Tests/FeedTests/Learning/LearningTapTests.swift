import Feed
import TestKit
import Testing

/// The joiner of a running engine: what it says is what a replay of the log says, also after a
/// restart.
@Suite struct LearningTapTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func liveAndReplayEmitTheSameExamples(seed: UInt64) throws {
    let log = MemoryLog()
    var stream = JoinStream(SeededGenerator(seed: seed))
    for restart in 0..<3 {
      let engine = try started(log)
      let learning = try #require(engine.learning)
      try feed(engine, &stream, commits: 40)
      engine.stop()
      let live = learning.meters.reading
      #expect(live.tally.emitted > 100, "seed \(seed), start \(restart)")
      #expect(live.through > live.after)
      #expect(try live.digest == digest(log, live), "seed \(seed), start \(restart)")
      if restart == 0 {
        let report = try JoinedExamples(log, engine.configuration).forEach { _ in true }
        #expect(report.digest == live.digest)
        #expect(report.tally == live.tally)
      }
    }
  }

  @Test func metersFollowWhatIsDone() throws {
    let engine = try started(MemoryLog())
    defer { engine.stop() }
    let meters = try #require(engine.learning).meters
    var batch = EventBatch()
    for (number, arm) in ["a", "b", "b"].enumerated() {
      var page = PageServed(
        user: "bob", surface: "home", requestID: "r\(number)", offset: .zero, servedBy: 0,
        time: at(0), entries: ["x", "y"].map { .init(item: $0, score: 1, sources: 1) })
      page.experiments = "ranker=\(arm)"
      batch.append(.pageServed(page), received: at(0))
    }
    _ = try engine.submit(batch)
    let before = meters.total()
    var click = Interaction(user: "bob", action: .click, target: "y", time: at(1))
    click.requestID = "r2"
    click.createsItem = true
    batch = EventBatch()
    batch.append(.interaction(click), received: at(1))
    _ = try engine.submit(batch)
    let treated = meters.total { $0.arm(of: "ranker") == "b" }
    #expect(treated.pages == 2)
    #expect(treated.impressions == 4)
    #expect(treated[.click] == 1)
    #expect(treated.seen == 1)
    #expect(treated.rate(.click) == 0.25)
    #expect(treated.perPage(.click) == 0.5)
    #expect(meters.total { $0.arm(of: "ranker") == "a" }[.click] == 0)
    #expect(meters.total().since(before).pages == 0)
    #expect(meters.total().since(before)[.click] == 1)
  }

  @Test func learningIsOffUnlessItIsAskedFor() throws {
    let engine = Engine(
      configuration: Configuration(), log: MemoryLog(), snapshots: nil, time: FakeTime())
    #expect(engine.learning == nil)
  }

  @Test func examplesLeaveOutWhoWasErasedAndWhatIsOpen() throws {
    let log = MemoryLog()
    var batch = EventBatch()
    for (number, user) in ["ann", "bob", "ann", "bob"].enumerated() {
      let time = at(number * 3_600)
      batch.append(page(user, "r\(number)", time), received: time)
    }
    let erased = at(40 * 3_600)
    batch.append(.userErased(UserErasure(user: "ann", time: erased)), received: erased)
    batch.append(page("ann", "r4", erased), received: erased)
    batch.append(page("bob", "r5", erased), received: erased)
    _ = try log.append(batch)
    var examples = JoinedExamples(log, Configuration())
    #expect(try requests(examples) == ["r1", "r3"])
    examples.includesOpen = true
    #expect(try requests(examples) == ["r1", "r3", "r4", "r5"])
    examples.from = at(3_601)
    examples.to = erased
    #expect(try requests(examples) == ["r3"])
    examples.from = .zero
    examples.through = Offset(4)
    #expect(try requests(examples) == ["r0", "r1", "r2", "r3"])
  }

  @Test func aReaderThatHasEnoughStops() throws {
    let log = MemoryLog()
    var batch = EventBatch()
    for number in 0..<10 { batch.append(page("bob", "r\(number)", at(0)), received: at(0)) }
    _ = try log.append(batch)
    var examples = JoinedExamples(log, Configuration())
    examples.includesOpen = true
    var count = 0
    let report = try examples.forEach { _ in
      count += 1
      return count < 3
    }
    #expect(count == 3)
    #expect(report.examples == 3)
  }

  // MARK: Help

  private func started(_ log: MemoryLog) throws -> Engine {
    var configuration = Configuration()
    configuration.learning.enabled = true
    configuration.learning.attributionMs = 3 * 3_600_000
    configuration.learning.windowsMs = ["click": 3_600_000, "like": 7_200_000]
    let engine = Engine(configuration: configuration, log: log, snapshots: nil, time: FakeTime())
    try engine.start()
    return engine
  }

  private func feed(_ engine: Engine, _ stream: inout JoinStream, commits: Int) throws {
    for _ in 0..<commits {
      var batch = EventBatch()
      for _ in 0..<50 {
        let (event, received) = stream.next()
        batch.append(event, received: received)
      }
      _ = try engine.submit(batch)
    }
  }

  /// The digest of the pages of a reading, by a replay from the log's beginning.
  private func digest(_ log: MemoryLog, _ reading: LearningReading) throws -> UInt64 {
    var joiner = LabelJoiner(settings(), world: WorldSettings())
    joiner.startDigest(after: reading.after)
    try log.scan(after: .zero) { offset, record in
      joiner.take(offset, record)
      return true
    }
    #expect(joiner.through == reading.through)
    return joiner.digest
  }

  private func settings() -> LearningSettings {
    var settings = LearningSettings()
    settings.attributionMs = 3 * 3_600_000
    settings.windowsMs = ["click": 3_600_000, "like": 7_200_000]
    return settings
  }

  private func requests(_ examples: JoinedExamples) throws -> [String] {
    var requests: [String] = []
    let report = try examples.forEach {
      requests.append($0.page.requestID)
      return true
    }
    #expect(report.examples == requests.count)
    return requests
  }

  private func page(_ user: String, _ request: String, _ time: Timestamp) -> Event {
    .pageServed(
      PageServed(
        user: user, surface: "home", requestID: request, offset: .zero, servedBy: 0, time: time,
        entries: [.init(item: "a", score: 1, sources: 1)]))
  }

  private func at(_ second: Int) -> Timestamp {
    Timestamp(milliseconds: 1_767_225_600_000 + Int64(second) * 1_000)
  }
}
