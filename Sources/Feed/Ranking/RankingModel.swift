public import Trees

/// A learned ranker: forests over named features, one for the order of a page and one an objective.
///
/// Forests are over `features`, in that order, which may be any part of `Feature.allCases`.
public struct RankingModel: Equatable, Sendable {
  /// What predicts the chance of one objective.
  public struct Head: Equatable, Sendable {
    /// What it predicts.
    public var objective: Objective
    /// With a logistic link.
    public var forest: Forest
    /// From what the forest says to a probability.
    public var calibration: Calibration

    /// A head.
    public init(objective: Objective, forest: Forest, calibration: Calibration) {
      self.objective = objective
      self.forest = forest
      self.calibration = calibration
    }
  }

  /// The hash of its content, 64 hexadecimal digits; names it everywhere.
  public var id: String
  /// The columns of its forests.
  public var features: [Feature]
  /// What puts the items of a request in order (LambdaMART), without a unit; nil = none.
  public var order: Forest?
  /// One an objective at most.
  public var heads: [Head]

  /// A model.
  public init(id: String, features: [Feature], order: Forest?, heads: [Head]) {
    self.id = id
    self.features = features
    self.order = order
    self.heads = heads
  }
}

/// A map from raw to calibrated probabilities that never falls: straight lines between knots, level
/// beyond them, as isotonic regression leaves it (Zadrozny and Elkan, KDD 2002,
/// doi:10.1145/775047.775151).
public struct Calibration: Equatable, Sendable {
  /// Rising raw probabilities; empty = the map is the identity.
  public var raw: [Float]
  /// What each stands for; never falls.
  public var calibrated: [Float]

  /// A map through knots.
  public init(raw: [Float] = [], calibrated: [Float] = []) {
    self.raw = raw
    self.calibrated = calibrated
  }

  /// The calibrated probability; NaN stays NaN.
  /// - Complexity: O(log knots).
  public func apply(_ probability: Float) -> Float {
    guard let first = raw.first, let last = raw.last, raw.count == calibrated.count else {
      return probability
    }
    if probability <= first { return calibrated[0] }
    if probability >= last { return calibrated[raw.count - 1] }
    var low = 0
    var high = raw.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if raw[middle] <= probability { low = middle } else { high = middle }
    }
    let share = (probability - raw[low]) / (raw[high] - raw[low])
    return calibrated[low] + share * (calibrated[high] - calibrated[low])
  }
}
