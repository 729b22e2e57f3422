import Feed
import Lab
import TestKit
import Testing

/// Learning in simulated time: pages are served and logged, labels are joined, a ranker is trained
/// on them, serves some of the users, and does better.
@Suite struct LearningLoopTests {
  @Test func aRankerTrainedOnWhatWasServedBeatsTheHandMadeWeights() throws {
    var trial = try LearningTrial(
      Self.options(days: 9), trainAfter: 6, ranker: Self.ranker, Configuration())
    try trial.run(time: FakeTime())
    let artifact = try #require(trial.artifact)
    #expect(Set(artifact.manifest.heads.map(\.name)).isSuperset(of: ["order", "click"]))
    let report = trial.simulation.report
    #expect(report.arms.map(\.name) == ["home", "learned"])
    let comparison = try #require(report.comparisons.first)
    #expect(comparison.clicks.low > 0, "\(comparison)")
    #expect(comparison.longDwells.low > 0, "\(comparison)")
    // The log tells the arms apart, so that guardrails and trainings can.
    let engine = trial.simulation.engine
    var examples = JoinedExamples(engine.log, engine.configuration)
    examples.includesOpen = true
    var models: Set<String> = []
    _ = try examples.forEach { example in
      models.insert("\(example.page.surface):\(example.page.model)")
      return true
    }
    #expect(models == ["home:", "learned:learned"])
    // What was learned from had been served before the model was.
    let day: Int64 = 24 * 3_600_000
    let data = artifact.manifest.data
    #expect(data.to.milliseconds - data.from.milliseconds < 6 * day)
  }

  @Test func aTrialWithoutADayToServeIsRefused() {
    for day in [0, 3, 4] {
      #expect(throws: LabError.self) {
        try LearningTrial(Self.options(days: 3), trainAfter: day, Configuration())
      }
    }
  }

  private static func options(days: Int) -> Simulation.Options {
    var options = Simulation.Options()
    options.seed = 7
    options.days = days
    options.size.users = 100
    options.size.items = 600
    options.size.interactions = 6_000
    options.postsPerDay = 100
    options.arms = LearningTrial.arms
    return options
  }

  /// Small forests, which a few thousand pages can teach.
  private static var ranker: RankerOptions {
    var ranker = RankerOptions()
    (ranker.order.rounds, ranker.heads.rounds) = (60, 60)
    (ranker.order.depth, ranker.heads.depth) = (4, 4)
    (ranker.threads, ranker.ablation) = (1, false)
    return ranker
  }
}
