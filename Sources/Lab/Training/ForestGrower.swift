/// Grows a forest round by round and keeps the rounds up to the best.
struct ForestGrower {
  let settings: BoosterSettings
  let seed: UInt64
  let threads: Int

  /// A forest.
  struct Growth {
    /// XGBoost's JSON of the rounds up to the best.
    var json: [UInt8]
    /// How many those are.
    var rounds: Int
    /// The measure at that round; larger is better.
    var best: Double
    /// What the forest says of the rows it was stopped by, before its link.
    var margins: [Float]
  }

  /// Grows until the rows of `stop` gain nothing any more.
  ///
  /// - Parameters:
  ///   - loss: over the rows of `learn`.
  ///   - measure: of the margins of `stop`; larger is better.
  ///   - isLeft: asked after a round with the best measure so far; true gives up, and then the
  ///     result is nil.
  func grow(
    _ loss: consuming some BoostingLoss, over learn: borrowing DMatrix,
    stop: borrowing DMatrix, features: [String], measure: ([Float]) -> Double,
    isLeft: (_ round: Int, _ best: Double) throws(LabError) -> Bool
  ) throws(LabError) -> Growth? {
    var loss = loss
    let booster = try Booster(over: learn, stop: stop, parameters: parameters(of: loss))
    var gradients = [Float](repeating: 0, count: learn.count)
    var hessians = gradients
    var (rounds, best, margins) = (0, -Double.infinity, [Float]())
    for round in 1...settings.rounds {
      let known = try booster.predict(learn, isMargin: true)
      loss.differentiate(known, gradients: &gradients, hessians: &hessians)
      try booster.boost(learn, gradients: &gradients, hessians: &hessians)
      let said = try booster.predict(stop, isMargin: true)
      let value = measure(said)
      if value > best { (rounds, best, margins) = (round, value, said) }
      if try isLeft(round, best) { return nil }
      if round - rounds >= settings.patience { break }
    }
    guard rounds > 0 else {
      throw LabError(.training, "the measure of the held-out rows is no number in any round")
    }
    return Growth(
      json: try booster.json(rounds: rounds, features: features), rounds: rounds, best: best,
      margins: margins)
  }

  private func parameters(of loss: some BoostingLoss) -> [(String, String)] {
    settings.parameters(seed: seed, threads: threads)
      + [("objective", loss.objective), ("base_score", "\(loss.base)")]
  }
}
