import Feed
import HTTP
import Lab
import Server
import Stores
import Synchronization
import TestKit
import Testing

/// The life of what is learned, from the first page to the rollback, in a server with a registry in
/// a folder and a town of seeded users in simulated time. Nothing
/// stands in for anything but the clock.
@Suite struct WholeLoopTests {
  /// What the days have shown.
  private struct Findings {
    var good = ""
    var bad = ""
    /// The arms' meters at the end of each day.
    var pages: [[Serving.Arm: UInt64]] = []
  }

  @Test func aModelIsTrainedTriedAndPromotedAndABrokenOneIsTakenBack() throws {
    let log = MemoryLog()
    let trainer = LogTrainer(log)
    // 2026-01-05T00:00:00Z, a Monday.
    let clock = FakeTime(now: Timestamp(milliseconds: 1_767_571_200_000))
    let server = try TestServer(
      log: log, clock: clock, keepsModels: true, trainer: trainer, Self.adjust)
    let admin = try server.key(.admin)
    var simulation = try Simulation(
      Self.options, on: ServedTown(server.engine, log: log, clock: clock))
    var found = Findings()
    try simulation.run { day, _ in
      server.engine.flushPages()
      server.server.tendModels()
      let meters = server.engine.meters
      found.pages.append(
        Dictionary(uniqueKeysWithValues: meters.arms.arms.map { ($0.name, $0.pages.value) }))
      switch day {
      case 4:
        found.good = try train(server)
        try promote(found.good, "to=shadow&why=trained", server, admin)
      case 5:
        agrees(meters.shadow)
        trainer.fault.store(.skewed, ordering: .relaxed)
        try refuses(train(server), server, admin)
        try promote(found.good, "to=canary&percent=40&why=agrees", server, admin)
      case 6:
        try promote(found.good, "to=production&why=holds%20up", server, admin)
      case 8:
        #expect(server.engine.models.arms().production?.id == found.good)
        trainer.fault.store(.reversed, ordering: .relaxed)
        found.bad = try train(server)
        let early = try server.send(
          "POST", "/admin/models/\(found.bad)/promote?to=production", as: admin)
        #expect(early.status == 409 && early.code == "wrong-state", "\(early.text)")
        try promote(found.bad, "to=production&force=we%20are%20in%20a%20hurry", server, admin)
        #expect(server.engine.models.arms().production?.id == found.bad)
      default: break
      }
    }
    #expect(server.engine.models.arms().production?.id == found.good)
    try checkArms(found.pages)
    try checkLog(log, found)
    try checkHistory(server, found)
  }

  // MARK: Steps

  /// Trains as the schedule does, and gives the id of the new candidate.
  private func train(_ server: TestServer) throws -> String {
    server.server.trainModel(why: "the loop")
    let candidate = try Self.ledger(server).model(in: .candidate)
    let notices = try server.send("GET", "/readyz?verbose=1").text
    return try #require(candidate, "\(notices)").id
  }

  /// A model whose training had a feature otherwise than pages have it: the gate names it, and of
  /// all that moves in a young town nothing else.
  private func refuses(
    _ id: String, _ server: TestServer, _ admin: TestServer.Caller
  ) throws {
    let answer = try server.send("POST", "/admin/models/\(id)/promote?to=shadow", as: admin)
    #expect(answer.status == 409 && answer.code == "not-sound", "\(answer.text)")
    #expect(answer.text.contains("drift.mean of age: mean "), "\(answer.text)")
    let verdict = try Self.ledger(server).history.last { $0.id == id }?.verdict
    let drifted = verdict?.failures.filter { $0.name.hasPrefix("drift") } ?? []
    #expect(drifted.map(\.subject) == ["age", "age"], "\(verdict?.summary ?? "")")
  }

  private func promote(
    _ id: String, _ query: String, _ server: TestServer, _ admin: TestServer.Caller
  ) throws {
    let answer = try server.send("POST", "/admin/models/\(id)/promote?\(query)", as: admin)
    let checks = try Self.ledger(server).history.last { $0.id == id }?.verdict?.failures ?? []
    #expect(
      answer.status == 200,
      "\(query): \(answer.text) \(checks.map { "\($0.name) \($0.subject): \($0.detail)" })")
  }

  /// The shadow has scored pages and was compared with what served.
  private func agrees(_ shadow: ShadowMeters) {
    let pages = shadow.pages.value
    #expect(pages > 0 && shadow.failed.value == 0)
    #expect(shadow.topShared.value > 0 && shadow.topShared.value < shadow.topCompared.value)
    // It orders as hand-made weights do more than as chance would, and not just as they do.
    let correlation = Double(shadow.correlation.value) / 1_000 / Double(max(1, pages)) - 1
    #expect(correlation > 0 && correlation < 1, "\(correlation)")
  }

  // MARK: What is left behind

  private static func ledger(_ server: TestServer) throws -> ModelLedger {
    let folder = try DataDirectory(server.folder.path + "/data", access: .read)
    return try ModelRegistry(folder).ledger()
  }

  /// Until the canary the weights serve alone, then both, then the model alone.
  private func checkArms(_ pages: [[Serving.Arm: UInt64]]) throws {
    try #require(pages.count == Self.options.days)
    let gain = { (arm: Serving.Arm, day: Int) in
      (pages[day - 1][arm] ?? 0) - (day > 1 ? pages[day - 2][arm] ?? 0 : 0)
    }
    for day in 1...5 {
      #expect(gain(.linear, day) > 0 && gain(.canary, day) == 0 && gain(.production, day) == 0)
    }
    #expect(gain(.linear, 6) > 0 && gain(.canary, 6) > 0 && gain(.production, 6) == 0)
    for day in 7...Self.options.days {
      #expect(gain(.linear, day) == 0 && gain(.canary, day) == 0 && gain(.production, day) > 0)
    }
  }

  /// The log says who served, what the shadow thought, and that clicks fell and came back.
  private func checkLog(_ log: MemoryLog, _ found: Findings) throws {
    var examples = JoinedExamples(log, Configuration())
    examples.includesOpen = true
    var shown: [String: (items: Int, clicks: Int)] = [:]
    var shadowed = 0
    var last = ""
    _ = try examples.forEach { example in
      let page = example.page
      shown[page.model, default: (0, 0)].items += page.entries.count
      shown[page.model, default: (0, 0)].clicks += example.labels.count { $0.has(.click) }
      if found.good.hasPrefix(page.shadow), !page.shadow.isEmpty { shadowed += 1 }
      last = page.model
      return true
    }
    let rate = { (id: String) in
      shown.first { !$0.key.isEmpty && id.hasPrefix($0.key) }.map {
        Double($0.value.clicks) / Double(max(1, $0.value.items))
      }
    }
    #expect(shown.count == 3 && shown[""] != nil)
    #expect(shadowed > 0)
    #expect(found.good.hasPrefix(last) && !last.isEmpty, "the good one serves at the end")
    #expect(try #require(rate(found.bad)) < (try #require(rate(found.good))) * 0.9)
  }

  /// Every step stands in the ledger on the disk, with who took it and why.
  private func checkHistory(_ server: TestServer, _ found: Findings) throws {
    let ledger = try Self.ledger(server)
    let steps = ledger.history
    let good = steps.filter { $0.id == found.good }
    #expect(
      good.map(\.to) == [.candidate, .shadow, .canary, .production, .archived, .production])
    for step in good.dropFirst().prefix(3) {
      let verdict = try #require(step.verdict)
      #expect(verdict.isPassed && !step.cause.isForced, "\(verdict.summary)")
      #expect(verdict.checks.contains { $0.name == "drift.psi" })
    }
    let bad = steps.filter { $0.id == found.bad }
    #expect(bad.map(\.to) == [.candidate, .production, .archived])
    #expect(bad.count > 1 && bad[1].cause.isForced && bad[1].cause.why == "we are in a hurry")
    let taken = try #require(bad.last)
    #expect(taken.cause.actor == "guardian")
    #expect(taken.cause.why.hasPrefix("clicks: "), "\(taken.cause.why)")
    #expect(good.last?.cause.actor == "guardian")
    #expect(ledger.succession == [found.good])
    let ready = try server.send("GET", "/readyz?verbose=1").text
    #expect(ready.contains("the guardian took"))
  }

  // MARK: The town

  private static var options: Simulation.Options {
    var options = Simulation.Options()
    options.seed = 11
    options.days = 10
    options.size.users = 80
    options.size.items = 600
    options.size.interactions = 5_000
    options.postsPerDay = 80
    return options
  }

  private static func adjust(_ configuration: inout Configuration) {
    configuration.learning.enabled = true
    configuration.world.dimension = Configuration().world.dimension
    // The town's users never look behind the first page.
    configuration.surfaces["home"]?.limitDefault = options.limit
    configuration.surfaces["home"]?.limitMax = options.limit
    configuration.surfaces["home"]?.depth = options.limit
  }
}
