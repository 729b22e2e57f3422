internal import Feed

/// Looks for better settings of a forest for a limited time: settings are drawn, grown one after
/// another, and given up early by asynchronous successive halving (Li et al., MLSys 2020,
/// arXiv:1810.05934): after 8, 16, 32, … rounds a forest goes on only when its best measure so far
/// is in the better half of all that came as far.
struct SettingsSearch {
  /// What to try first.
  let start: BoosterSettings
  let seed: UInt64
  let seconds: Double
  let trialsMax: Int
  let time: any TimeSource
  /// What it is called where steps are told.
  let stage: String
  let watch: TrainingWatch

  private static let firstRung = 8

  /// The best settings that were found; a line for each that was tried is told.
  ///
  /// - Parameter grow: grows a forest; asks after each round whether to give up.
  func run(
    _ grow: (
      _ settings: BoosterSettings, _ isLeft: (Int, Double) throws(LabError) -> Bool
    ) throws(LabError) -> ForestGrower.Growth?
  ) throws(LabError) -> BoosterSettings {
    let began = time.ticks
    var chance = SplitMix(seed: seed)
    var rungs: [Int: [Double]] = [:]
    var (found, best) = (start, -Double.infinity)
    for trial in 0..<trialsMax {
      let elapsed = Double(time.ticks - began) / 1e9
      guard trial == 0 || elapsed < seconds else { break }
      let settings = trial == 0 ? start : draw(&chance, near: trial % 2 == 0 ? found : nil)
      var reached = (round: 0, best: -Double.infinity)
      let growth = try grow(settings) { (round, value) throws(LabError) in
        reached = (round, value)
        let now = Double(time.ticks - began) / 1e9
        try watch.tell(stage, Int(now), of: Int(seconds.rounded(.up)))
        // The first one is grown to its end, so that there is something to be better than.
        if trial > 0, now > seconds { return true }
        guard Self.isRung(round) else { return false }
        let others = rungs[round, default: []]
        rungs[round, default: []].append(value)
        return trial > 0 && others.count { $0 > value } * 2 > others.count
      }
      let value = growth?.best ?? -.infinity
      let isBetter = value > best
      if isBetter { (found, best) = (settings, value) }
      let ending =
        growth.map {
          "\(Self.short($0.best)) after \($0.rounds) rounds" + (isBetter ? ", the best" : "")
        }
        ?? "\(Self.short(reached.best)) after \(reached.round) rounds, given up"
      try watch.tell(
        stage, Int(Double(time.ticks - began) / 1e9), of: Int(seconds.rounded(.up)),
        finding: "\(settings.text): \(ending)")
    }
    return found
  }

  private static func isRung(_ round: Int) -> Bool {
    round >= firstRung && round & (round - 1) == 0
  }

  private static func short(_ value: Double) -> String {
    value.isFinite ? "\((value * 1e5).rounded() / 1e5)" : "nothing"
  }

  /// Settings from anywhere in the range, or next to the best so far.
  private func draw(_ chance: inout SplitMix, near: BoosterSettings?) -> BoosterSettings {
    var settings = near ?? start
    func pick<Value: Equatable>(_ values: [Value], _ path: WritableKeyPath<BoosterSettings, Value>)
    {
      let place = values.firstIndex(of: settings[keyPath: path])
      guard let place, near != nil else {
        settings[keyPath: path] = chance.pick(values)
        return
      }
      let step = chance.below(3) - 1
      settings[keyPath: path] = values[min(values.count - 1, max(0, place + step))]
    }
    pick([2, 3, 4, 5, 6, 7, 8], \.depth)
    pick([0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2], \.eta)
    pick([0.001, 0.01, 0.1, 0.3, 1, 3, 10, 30, 100], \.minChildWeight)
    pick([0.5, 0.6, 0.7, 0.8, 0.9, 1], \.subsample)
    pick([0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1], \.columns)
    pick([0.1, 0.3, 1, 3, 10, 30], \.lambda)
    // Small steps need more of them.
    let slowness = max(1, start.eta / settings.eta)
    settings.rounds = Int(Double(start.rounds) * slowness)
    settings.patience = Int(Double(start.patience) * slowness)
    return settings
  }
}
