import Feed
import TestKit
import Testing

/// Which of the pages that were served the gate looks at.
@Suite("What the gate reads of the log")
struct GateServingTests {
  private static let day: Int64 = 86_400_000
  private static let pages = 480

  /// Twenty pages a day for 24 days, a little recency more on each, and deeds between them.
  private func engine() throws -> Engine {
    let log = MemoryLog()
    var batch = EventBatch()
    for number in 0..<Self.pages {
      let time = Timestamp(milliseconds: Int64(number) * Self.day / 20)
      var page = PageServed(
        user: "u", surface: "home", requestID: "r\(number)", offset: .zero, servedBy: 0,
        time: time, entries: [.init(item: "i", score: 0, sources: 0)])
      page.model = number % 4 == 0 ? "ab" : ""
      page.features = [Feature.recency.rawValue]
      page.entries[0].features = [Float(number)]
      batch.append(.pageServed(page), received: time)
      for _ in 0..<number % 3 {
        let deed = Interaction(user: "u", action: .click, target: "i", time: time)
        batch.append(.interaction(deed), received: time)
      }
    }
    _ = try log.append(batch)
    let engine = Engine(
      configuration: Configuration(), log: log, snapshots: nil, time: FakeTime())
    try engine.start()
    return engine
  }

  private func manifest(from: Double, to: Double) -> ModelManifest {
    let time = { (days: Double) in Timestamp(milliseconds: Int64(days * Double(Self.day))) }
    var manifest = SmallModel.artifact().manifest
    (manifest.data.from, manifest.data.to) = (.zero, time(to))
    (manifest.profiled.from, manifest.profiled.to) = (time(from), time(to))
    return manifest
  }

  @Test("the newest pages of as long a time, and no older ones than the model once there is a day")
  func window() throws {
    let engine = try engine()
    defer { engine.stop() }
    // Four days were profiled long ago: the newest four days.
    let long = GateEvidence.serving(engine, manifest(from: 6, to: 10), 1_000_000)
    #expect(long.rows == 81 && long.samples[0].mean == 439)
    // From the middle of the eighth day to that of the twenty-second.
    #expect(abs(long.lagDays - 10) < 0.1, "no longer than the ten days of training")
    // Four days until two days ago: what came since.
    let fresh = GateEvidence.serving(engine, manifest(from: 18, to: 22), 1_000_000)
    #expect(fresh.rows == 40 && abs(fresh.lagDays - 2.95) < 0.1)
    // What the model served itself is left out.
    let own = GateEvidence.serving(engine, manifest(from: 18, to: 22), id: "abcd", 1_000_000)
    #expect(own.rows == 30)
    // Until just now: a day all the same.
    let now = GateEvidence.serving(engine, manifest(from: 19.9, to: 23.9), 1_000_000)
    #expect(now.rows == 21 && now.samples[0].mean == 469)
    // One item, of nobody, was shown: it is all that its features could be drawn from.
    #expect(now.items == 1 && now.authors == 1 && now.draws(of: 0) == 1)
  }

  @Test("where there are more events than are read, all over the time")
  func slices() throws {
    let engine = try engine()
    defer { engine.stop() }
    let whole = GateEvidence.serving(engine, manifest(from: 0, to: 3.9), 1_000_000)
    #expect(whole.rows == 79)
    let old = manifest(from: 0, to: 10)
    let all = GateEvidence.serving(engine, old, 1_000_000)
    let some = GateEvidence.serving(engine, old, 320)
    #expect(all.rows == 201 && (64...199).contains(some.rows), "\(some.rows)")
    let (mean, sampled) = (all.samples[0].mean ?? 0, some.samples[0].mean ?? 0)
    #expect(abs(mean - sampled) < 10, "\(mean), \(sampled)")
    #expect(GateEvidence.serving(engine, old, 0).rows == 0)
  }

  @Test("a model that says nothing of times is held against the newest events")
  func untimed() throws {
    let engine = try engine()
    defer { engine.stop() }
    let serving = GateEvidence.serving(engine, SmallModel.artifact().manifest, 100)
    #expect((45...55).contains(serving.rows) && serving.lagDays == 0)
    #expect((serving.samples[0].mean ?? 0) > 440)
  }
}
