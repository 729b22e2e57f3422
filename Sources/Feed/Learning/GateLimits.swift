/// Where the gate shuts.
public struct GateLimits: Equatable, Sendable {
  /// How much of a ranking metric a model may lose against the one in production.
  public var metricSlack = 0.005
  /// The largest expected calibration error of a head.
  public var calibrationErrorMax = 0.05
  /// Shown items of the rows that judged a head, that reached its objective; with fewer its
  /// metrics are told, but shut nothing.
  public var positivesMin = 100
  /// The largest population stability index of a feature; more where requests are so few that
  /// chance alone makes more.
  public var psiMax = 0.2
  /// The largest shift of a feature's mean, as a share of its mean in training, or of its deviation
  /// there where that is larger; more where requests are so few that chance alone makes more.
  public var meanShiftMax = 0.1
  /// Logged rows without which drift is not judged.
  public var driftRowsMin = 1_000
  /// The longest that a thousand rows may take, in microseconds.
  public var latencyUsMax = 5_000.0

  /// The defaults.
  public init() {}
}
