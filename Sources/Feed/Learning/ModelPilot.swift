/// Takes a model on by itself as far as it may: a rule over where a model stands, for how long, and
/// what it has shown. Whoever asks it judges the model at the gate before each step.
public struct ModelPilot: Equatable, Sendable {
  /// How far models go by themselves.
  public enum Reach: String, CaseIterable, Sendable {
    /// Every step is taken by a person.
    case off
    /// Up to the stage of the name.
    case shadow, canary, production

    var steps: Int {
      switch self {
      case .off: 0
      case .shadow: 1
      case .canary: 2
      case .production: 3
      }
    }
  }

  /// How far.
  public var reach = Reach.off
  /// How long a model is a shadow at least, in milliseconds.
  public var shadowMs: Int64 = 3_600_000
  /// How long it is a canary at least, in milliseconds.
  public var canaryMs: Int64 = 6 * 3_600_000
  /// Items that a canary shows at least.
  public var canaryImpressions: UInt64 = 10_000
  /// The share of the users that a canary serves, in percent.
  public var canaryPercent = 5.0

  /// The defaults: nothing goes by itself.
  public init() {}

  /// The next step of any model; nil = nothing to do now. A model that came by itself goes on once
  /// its time is over; the newest candidate begins when no other is on its way.
  ///
  /// - Parameters:
  ///   - canaryShown: items that the canary has shown so far.
  ///   - refused: models that the gate has refused and that are not tried again.
  public func next(
    _ ledger: ModelLedger, at time: Timestamp, canaryShown: UInt64, refused: Set<String>
  ) -> (id: String, stage: ModelStage)? {
    if let canary = ledger.model(in: .canary) {
      let isDone =
        time >= canary.since.advanced(milliseconds: canaryMs) && canaryShown >= canaryImpressions
      return step(canary, to: .production, isDone && reach.steps >= 3, refused)
    }
    if let shadow = ledger.model(in: .shadow) {
      let isDone = time >= shadow.since.advanced(milliseconds: shadowMs)
      return step(shadow, to: .canary, isDone && reach.steps >= 2, refused)
    }
    guard let newest = ledger.model(in: .candidate) else { return nil }
    // One that is older than what serves now was passed over.
    if let serving = ledger.model(in: .production), newest.since < serving.since { return nil }
    return step(newest, to: .shadow, reach.steps >= 1, refused)
  }

  private func step(
    _ entry: ModelLedger.Entry, to stage: ModelStage, _ isDue: Bool, _ refused: Set<String>
  ) -> (id: String, stage: ModelStage)? {
    isDue && !refused.contains(entry.id) ? (entry.id, stage) : nil
  }
}
