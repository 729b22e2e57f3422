extension RankerTraining {
  /// Grows a forest over the rows to learn from.
  func grow(
    _ loss: some BoostingLoss, _ settings: BoosterSettings, _ measure: ([Float]) -> Double,
    _ isLeft: (Int, Double) throws(LabError) -> Bool
  ) throws(LabError) -> ForestGrower.Growth? {
    try ForestGrower(settings: settings, seed: options.seed, threads: options.threads).grow(
      loss, over: parts.learn.matrix, stop: parts.stop.matrix,
      features: parts.learn.table.features, measure: measure, isLeft: isLeft)
  }

  /// Grows a forest to its end, and tells of it.
  func grown(
    _ loss: some BoostingLoss, _ settings: BoosterSettings, _ stage: String,
    _ measure: ([Float]) -> Double
  ) throws(LabError) -> ForestGrower.Growth {
    let growth = try grow(loss, settings, measure) { (round, _) throws(LabError) in
      try watch.tell(stage, round, of: settings.rounds)
      return false
    }
    guard let growth else { throw LabError(.training, "\(stage): its growth was given up") }
    try watch.tell(
      stage, growth.rounds, of: settings.rounds,
      finding: "\(growth.rounds) rounds, \(Self.short(growth.best)) on held-out rows")
    return growth
  }

  /// The best settings found in the time given; those given where that is none.
  func searched(
    _ settings: BoosterSettings, _ seconds: Double, _ stage: String,
    _ grow: (
      _ settings: BoosterSettings, _ isLeft: (Int, Double) throws(LabError) -> Bool
    ) throws(LabError) -> ForestGrower.Growth?
  ) throws(LabError) -> BoosterSettings {
    guard seconds > 0 else { return settings }
    return try SettingsSearch(
      start: settings, seed: options.seed, seconds: seconds, trialsMax: options.searchTrialsMax,
      time: time, stage: "search \(stage)", watch: watch
    ).run(grow)
  }

  /// What a forest says, with its link.
  func predict(
    _ json: [UInt8], _ matrix: borrowing DMatrix
  ) throws(LabError) -> [Float] {
    try Booster(json: json).predict(matrix, isMargin: false)
  }

  /// A number with a few decimals.
  static func short(_ value: Double, _ places: Int = 4) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    let scale = places == 3 ? 1e3 : 1e4
    return "\((value * scale).rounded() / scale)"
  }
}
