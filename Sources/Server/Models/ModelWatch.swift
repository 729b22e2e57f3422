internal import Feed

/// Reads the meters of the arms for the guardian: what came since the models serve that serve now.
///
/// A canary is held against what serves beside it. A model that is alone in production is held
/// against what was in production before it, as that was measured by this process; where nothing
/// was, only its errors are judged.
struct ModelWatch {
  /// One arm that is watched.
  private struct Side {
    let arm: Serving.Arm
    let model: String?
    private let start: ModelGuardian.Reading

    init(_ arm: Serving.Arm, _ model: String?, _ engine: Engine) {
      self.arm = arm
      self.model = model
      start = Self.reading(arm, model, engine)
    }

    /// What came since the arm is watched.
    func reading(_ engine: Engine) -> ModelGuardian.Reading {
      Self.reading(arm, model, engine).since(start)
    }

    private static func reading(
      _ arm: Serving.Arm, _ model: String?, _ engine: Engine
    ) -> ModelGuardian.Reading {
      let meters = engine.meters.arms[arm]
      var reading = ModelGuardian.Reading()
      reading.pages = meters.pages.value
      reading.failures = meters.failures.value
      reading.authors = meters.authors.value
      reading.authorSquares = meters.authorSquares.value
      reading.durations = meters.duration.snapshot().counts
      guard let learning = engine.learning?.meters else { return reading }
      // Pages name their model by its first digits; none of them: the configuration's weights.
      let total = learning.total { key in
        model.map { !key.model.isEmpty && $0.hasPrefix(key.model) } ?? key.model.isEmpty
      }
      reading.impressions = total.impressions
      reading.clicks = total[.click]
      return reading
    }
  }

  private var canaryGuardian: ModelGuardian
  private var productionGuardian: ModelGuardian
  private var canary: Side?
  private var production: Side?
  /// What was in production before.
  private var before = ModelGuardian.Reading()

  init(_ limits: ModelGuardian.Limits) {
    canaryGuardian = ModelGuardian(limits)
    productionGuardian = ModelGuardian(limits)
  }

  /// Begins to watch what serves from now on.
  mutating func begin(_ arms: ModelBoard.Arms, _ engine: Engine) {
    let id = arms.production?.id
    let canaryID = arms.canary?.model.id
    let isOther = production == nil || production?.model != id
    guard isOther || canary?.model != canaryID else { return }
    if isOther { before = production?.reading(engine) ?? ModelGuardian.Reading() }
    // Both sides are counted from the same moment.
    production = Side(id == nil ? .linear : .production, id, engine)
    canary = canaryID.map { Side(.canary, $0, engine) }
    productionGuardian.watch(id)
    canaryGuardian.watch(canaryID)
  }

  /// Looks at the meters.
  ///
  /// - Returns: the guardrail that broke, and whose model it was.
  mutating func look(
    _ engine: Engine, at time: Timestamp
  ) -> (stage: ModelStage, breach: ModelGuardian.Breach)? {
    let serving = production?.reading(engine) ?? ModelGuardian.Reading()
    if let canary,
      let breach = canaryGuardian.observe(canary.reading(engine), control: serving, at: time)
    {
      return (.canary, breach)
    }
    guard production?.model != nil,
      let breach = productionGuardian.observe(serving, control: before, at: time)
    else { return nil }
    return (.production, breach)
  }

  /// Items that the canary has shown; without joined labels an estimate is not made, it is 0.
  func canaryShown(_ engine: Engine) -> UInt64 { canary?.reading(engine).impressions ?? 0 }
}
