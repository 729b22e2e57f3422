import Feed
import Lab
import TestKit
import Testing

/// Days of the seeded world: that they follow from their seed, and that arms are compared rightly.
@Suite struct SimulationTests {
  @Test func equalSeedsGiveEqualLogsAndReports() throws {
    var first = try simulation(seed: 3)
    var second = try simulation(seed: 3)
    var other = try simulation(seed: 4)
    try first.run()
    try second.run()
    try other.run()
    #expect(first.report == second.report)
    #expect(first.engine.digest == second.engine.digest)
    #expect(try bytes(first.engine.log) == bytes(second.engine.log))
    #expect(first.report != other.report)
  }

  /// What the report counts is what the joiner finds in the log, label by label.
  @Test func theJoinerFindsEveryLabelThatUsersGave() throws {
    var simulation = try simulation(seed: 5)
    try simulation.run()
    var examples = JoinedExamples(simulation.engine.log, simulation.engine.configuration)
    examples.includesOpen = true
    var counts: [Objective: Int] = [:]
    var seen = 0
    let report = try examples.forEach { example in
      for labels in example.labels {
        if labels.isSeen { seen += 1 }
        for objective in Objective.allCases where labels.has(objective) {
          counts[objective, default: 0] += 1
        }
      }
      return true
    }
    let told = simulation.report.arms.reduce(into: SimulationReport.Counts()) { sum, arm in
      sum.clicks += arm.counts.clicks
      sum.longDwells += arm.counts.longDwells
      sum.likes += arm.counts.likes
      sum.hides += arm.counts.hides
      sum.seen += arm.counts.seen
    }
    #expect(report.examples == simulation.report.pages)
    #expect(told.clicks > 200)
    #expect(counts[.click] == told.clicks)
    #expect(counts[.longDwell] == told.longDwells)
    #expect(counts[.like] == told.likes)
    #expect(counts[.hide] == told.hides)
    #expect(seen == told.seen)
    // The world's past had no pages.
    #expect(report.tally[.late] == 0 && report.tally[.negative] == 0)
    #expect(report.tally[.byUser] == 0)
  }

  @Test func aRankingByTasteBeatsOneByPopularityAndAnEqualOneDoesNot() throws {
    var configuration = Configuration()
    var popularity = try #require(configuration.surfaces["home"])
    popularity.weights = ["popularity": 1]
    popularity.freshBoost = 0
    configuration.surfaces["popularity"] = popularity
    configuration.surfaces["twin"] = configuration.surfaces["home"]
    var options = small(seed: 1)
    options.arms = ["popularity", "home", "twin"].map { .init($0, surface: $0) }
    options.size.users = 150
    var simulation = try Simulation(options, configuration)
    try simulation.run()
    let comparisons = simulation.report.comparisons
    #expect(comparisons.map(\.arm) == ["home", "twin"])
    for comparison in comparisons {
      #expect(comparison.clicks.low > 0, "\(comparison)")
      #expect(comparison.clicks.difference > comparison.clicks.low)
      #expect(comparison.clicks.difference < comparison.clicks.high)
    }
    options.arms = ["home", "twin"].map { .init($0, surface: $0) }
    simulation = try Simulation(options, configuration)
    try simulation.run()
    #expect(!(try #require(simulation.report.comparisons.first).clicks.excludesZero))
  }

  @Test func usersAreSplitFromTheMeasuredDayOn() throws {
    var options = small(seed: 2)
    options.days = 3
    options.measuredFrom = 3
    options.arms = [.init("a", surface: "home"), .init("b", surface: "recommendations")]
    var simulation = try Simulation(options, Configuration())
    var days: [Int] = []
    try simulation.run { day, engine in
      days.append(day)
      #expect(engine.log.end > .zero)
    }
    #expect(days == [1, 2, 3])
    let report = simulation.report
    #expect(report.days.map { "\($0.day)\($0.arm)" } == ["1a", "2a", "3a", "3b"])
    #expect(report.arms.map(\.users) == [30, 30])
    let measured = report.arms.reduce(0) { $0 + $1.counts.pages }
    #expect(measured == report.pages / 3)
  }

  @Test func optionsThatMakeNoSenseAreRefused() throws {
    var options = small(seed: 1)
    options.arms = [.init("a", surface: "home"), .init("b", surface: "nowhere")]
    #expect(throws: LabError.self) { try Simulation(options, Configuration()) }
    options.arms = [.init("a", surface: "home"), .init("a", surface: "trending")]
    #expect(throws: LabError.self) { try Simulation(options, Configuration()) }
    options.arms = []
    #expect(throws: LabError.self) { try Simulation(options, Configuration()) }
    options = small(seed: 1)
    options.pagesPerUser = .nan
    #expect(throws: LabError.self) { try Simulation(options, Configuration()) }
  }

  /// Two arms of equal users, drawn many times: about one interval in twenty misses zero.
  @Test func theIntervalHoldsWhatItPromises() {
    var generator = SeededGenerator(seed: 11)
    var misses = 0
    for trial in 0..<200 {
      let arms = (0..<2).map { _ in
        (0..<80).map { _ in
          ArmBootstrap.Sum(
            total: Double.random(in: 0...6, using: &generator),
            pages: Double(Int.random(in: 1...5, using: &generator)))
        }
      }
      let interval = ArmBootstrap.difference(
        arms[0], arms[1], resamples: 400, seed: UInt64(trial))
      if interval.excludesZero { misses += 1 }
    }
    // Binomial with p = 0.05 (a little more for a bootstrap), n = 200: 3 to 22 in all but 1 of
    // 1,000.
    #expect((3...22).contains(misses), "\(misses)")
  }

  // MARK: Help

  private func small(seed: UInt64) -> Simulation.Options {
    var options = Simulation.Options()
    options.seed = seed
    options.days = 2
    options.size.users = 60
    options.size.authors = 20
    options.size.items = 300
    options.size.interactions = 2_000
    options.postsPerDay = 40
    options.resamples = 400
    return options
  }

  private func simulation(seed: UInt64) throws -> Simulation {
    try Simulation(small(seed: seed), Configuration())
  }

  private func bytes(_ log: any EventLog) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try log.scan(after: .zero) { _, record in
      record.append(to: &bytes)
      return true
    }
    return bytes
  }
}
