internal import Feed
internal import Lab

extension Bench {
  /// The seeded world: ten days by hand-made weights, a ranker trained on them, then four days on
  /// which either serves half of the users.
  func learning() throws -> [BenchRow] {
    var options = Simulation.Options()
    options.days = 14
    options.size.users = size(options.size.users)
    options.arms = LearningTrial.arms
    var ranker = RankerOptions()
    ranker.ablation = false
    var trial = try LearningTrial(options, trainAfter: 10, ranker: ranker, Configuration())
    say("learning: 14 days of \(options.size.users) users")
    try trial.run(time: SystemTime())
    let report = trial.simulation.report
    guard let linear = report.arms.first?.counts, let learned = report.arms.last?.counts,
      let comparison = report.comparisons.first
    else { return [] }
    let impressions = Figures.grouped(trial.artifact?.manifest.data.examples ?? 0)
    return [
      ("clicks", learned.clicksPerPage, linear.clicksPerPage, comparison.clicks),
      (
        "long dwells", learned.longDwellsPerPage, linear.longDwellsPerPage, comparison.longDwells
      ),
    ].flatMap { name, ours, theirs, interval in
      [
        BenchRow(
          "\(name) a page of a learned ranker", .share, ours, peer: ("linear", theirs),
          .ratioAtLeast(1), note: "trained on \(impressions) impressions"),
        // Four decimals are what is shown of it: a whole step above zero.
        BenchRow(
          "\(name): lower end of what it gains", .share, interval.low, .atLeast(0.0001),
          note: "95 % interval up to \(Figures.decimal(interval.high, 4))"),
      ]
    }
  }
}
