/// The online part of a surface: what corrects scores within seconds of a click; see `OnlineModel`.
public struct OnlineSettings: Equatable, Sendable {
  /// Whether scores are corrected.
  public var enabled = false
  /// Features that it weighs anew, by name.
  public var features: [String] = []
  /// What items are crossed with, by `OnlineCross.name`.
  public var crosses: [String] = OnlineCross.names
  /// There are 2^n weights for crosses, which share them by hash; 12 bytes each while learning.
  public var slotsLog2 = 20
  /// A score is changed by at most as much, up or down.
  public var bound = 3.0
  /// FTRL's alpha of the weights of features: how fast they are learned.
  public var featureRate = 0.05
  /// The same of crosses.
  public var crossRate = 0.3
  /// FTRL's beta: how careful the first steps are.
  public var beta = 0.3
  /// FTRL's lambda 1: what was seen less than this stays 0.
  public var l1 = 0.0
  /// FTRL's lambda 2: pulls weights of crosses towards 0.
  public var l2 = 1.0

  /// An online part that is off.
  public init() {}
}
