import Feed
import Lab
import Testing

/// The whole loop in simulated time: pages are served and logged, labels are joined, a model is
/// trained on them, serves some of the users, and does better.
@Suite struct LearningLoopTests {
  @Test func aModelTrainedOnWhatWasServedBeatsTheHandMadeWeights() throws {
    var configuration = Configuration()
    var learned = try #require(configuration.surfaces["home"])
    learned.utility = ["click": 1, "long_dwell": 1]
    configuration.surfaces["learned"] = learned
    configuration.surfaces["home"]?.ranker = .linear
    var options = Simulation.Options()
    options.seed = 7
    options.days = 7
    options.measuredFrom = 5
    options.size.users = 100
    options.size.items = 600
    options.size.interactions = 6_000
    options.postsPerDay = 100
    options.arms = ["home", "learned"].map { .init($0, surface: $0) }
    var simulation = try Simulation(options, configuration)
    try simulation.run { day, engine in
      guard day == options.measuredFrom - 1 else { return }
      engine.models.set(.init(production: try ServedModel(try Self.train(engine))))
    }
    let comparison = try #require(simulation.report.comparisons.first)
    #expect(comparison.clicks.low > 0, "\(comparison)")
    #expect(comparison.longDwells.low > 0, "\(comparison)")
    // The log tells the arms apart, so that guardrails and trainings can.
    var models: Set<String> = []
    var examples = JoinedExamples(engine: simulation.engine)
    examples.includesOpen = true
    _ = try examples.forEach { example in
      models.insert("\(example.page.surface):\(example.page.model)")
      return true
    }
    #expect(models == ["home:", "learned:small"])
  }

  /// Heads for clicks and long dwells, from items that are known to have been looked at: what a
  /// place does to clicks is then not in the labels.
  private static func train(_ engine: SteppedEngine) throws -> RankingModel {
    let features = Feature.allCases.filter { !$0.isOfRequest }
    var rows: [[Float]] = []
    var clicks: [Bool] = []
    var dwells: [Bool] = []
    var examples = JoinedExamples(engine: engine)
    examples.includesOpen = true
    _ = try examples.forEach { example in
      for (entry, labels) in zip(example.page.entries, example.labels) where labels.isSeen {
        let row = ExampleRow(page: example.page, entry: entry, labels: labels)
        let values = row.features()
        rows.append(features.map { values[Int($0.rawValue)] })
        clicks.append(labels.has(.click))
        dwells.append(labels.has(.longDwell))
      }
      return true
    }
    let booster = SmallBooster(rows)
    return RankingModel(
      id: "small", features: features, order: nil,
      heads: [
        .init(objective: .click, forest: booster.forest(clicks), calibration: Calibration()),
        .init(objective: .longDwell, forest: booster.forest(dwells), calibration: Calibration()),
      ])
  }
}

extension JoinedExamples {
  fileprivate init(engine: SteppedEngine) { self.init(engine.log, engine.configuration) }
}
