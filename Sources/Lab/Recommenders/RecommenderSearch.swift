internal import Glibc

/// A search for the settings of a model. Only a part of the training is learned from; the rest
/// judges. The first try is the plan as given; then settings are drawn, every second time around
/// the best so far (Bergstra and Bengio, 2012: drawing beats a grid). What is drawn follows from
/// the seed; only how far the search comes depends on the clock.
public struct RecommenderSearch: Sendable {
  /// One try.
  public struct Trial: Sendable {
    /// What was set.
    public let plan: RecommenderPlan
    /// NDCG of the part that was kept back.
    public let ndcg: Double
  }

  private let trial: RecommenderTrial
  private let seed: UInt64

  /// A search inside a training.
  ///
  /// - Parameters:
  ///   - split: how the training is parted again: as the test was parted from it.
  ///   - k: places of the lists that judge.
  public init(
    _ training: InteractionSet, split: InteractionSplit, k: Int, seed: UInt64
  ) throws(LabError) {
    let (fit, kept) = try split.parts(of: training, seed: seed)
    trial = try RecommenderTrial(train: fit, test: kept, k: k)
    self.seed = seed
  }

  /// The best plan, and every try.
  ///
  /// - Parameters:
  ///   - isOver: asked before each try but the first with how many are done; true ends the search.
  ///   - progress: called after each try.
  public func best(
    _ plan: RecommenderPlan, isOver: (Int) -> Bool, progress: (Trial) -> Void = { _ in }
  ) throws(LabError) -> (plan: RecommenderPlan, trials: [Trial]) {
    // A stream of its own for every model, so that one does not move the other's draws.
    var chance = SplitMix(
      seed: seed ^ plan.kind.rawValue.utf8.reduce(0) { $0 &* 131 &+ UInt64($1) })
    var trials: [Trial] = []
    var best = Trial(plan: plan, ndcg: -1)
    while trials.isEmpty || (plan.hasChoices && !isOver(trials.count)) {
      var next = plan
      if !trials.isEmpty {
        next = trials.count.isMultiple(of: 2) ? best.plan : plan
        next.draw(&chance, near: trials.count.isMultiple(of: 2))
      }
      let reading = trial.reading(of: try next.trained(on: trial.train), seed: seed)
      let made = Trial(plan: next, ndcg: reading.ndcg)
      trials.append(made)
      progress(made)
      if made.ndcg > best.ndcg { best = made }
    }
    return (best.plan, trials)
  }
}

extension RecommenderPlan {
  /// Whether anything can be searched for.
  var hasChoices: Bool { kind != .popularity }

  /// Draws settings from everywhere, or near where they stand.
  mutating func draw(_ chance: inout SplitMix, near: Bool) {
    func around(_ value: Double, _ range: ClosedRange<Double>) -> Double {
      let (low, high) = (log(range.lowerBound), log(range.upperBound))
      let drawn =
        near
        ? log(value) + (high - low) * 0.15 * (chance.share() + chance.share() - 1)
        : low + (high - low) * chance.share()
      return exp(min(max(drawn, low), high))
    }
    switch kind {
    case .popularity: break
    case .recent: recentDays = around(recentDays ?? 10, 0.1...200)
    case .itemknn:
      if !near { similarity = chance.pick(NeighbourModel.Similarity.allCases) }
      neighbours = Int(around(Double(neighbours), 10...2_000))
      shrinkage = Float(around(Double(max(shrinkage, 1)), 1...500))
    case .sar: sarDays = around(sarDays, 1...1_000)
    case .ease, .ials, .blend:
      if kind != .ials {
        ease.regularisation = around(ease.regularisation, 10...5_000)
        ease.ratingShare = Float(chance.share())
      }
      if kind != .ease {
        ials.regularisation = around(ials.regularisation, 0.001...0.2)
        ials.unobservedWeight = around(ials.unobservedWeight, 0.01...1)
      }
      if kind == .blend { blendShare = Float(0.2 + 0.6 * chance.share()) }
    }
  }
}
