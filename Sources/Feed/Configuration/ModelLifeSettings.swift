/// How models come into service, and what takes them back.
public struct ModelLifeSettings: Equatable, Sendable {
  /// How often a model is trained from the log; 0 = never by itself.
  public var trainEveryMs: Int64 = 0
  /// A model is also trained once so many labels have come since the last one; 0 = never.
  public var trainAfterLabels: UInt64 = 0
  /// How long a training may take.
  public var trainTimeoutMs: Int64 = 3_600_000
  /// How far the gate may take models by itself.
  public var auto = ModelPilot.Reach.off
  /// See `ModelPilot.shadowMs`.
  public var shadowTimeMs = ModelPilot().shadowMs
  /// See `ModelPilot.canaryMs`.
  public var canaryTimeMs = ModelPilot().canaryMs
  /// See `ModelPilot.canaryImpressions`.
  public var canaryImpressions = ModelPilot().canaryImpressions
  /// See `ModelPilot.canaryPercent`.
  public var canaryPercent = ModelPilot().canaryPercent
  /// Events of the log that are read for drift: the newest ones of as long a time as the model's
  /// profiles are of, or that many in places all over them.
  public var driftEvents = 200_000
  /// See `GateLimits.positivesMin`.
  public var gatePositivesMin = GateLimits().positivesMin
  /// See `GateLimits.driftRowsMin`.
  public var driftRowsMin = GateLimits().driftRowsMin
  /// See `GateLimits.psiMax`.
  public var psiMax = GateLimits().psiMax
  /// See `GateLimits.meanShiftMax`.
  public var meanShiftMax = GateLimits().meanShiftMax
  /// See `GateLimits.metricSlack`.
  public var metricSlack = GateLimits().metricSlack
  /// See `GateLimits.calibrationErrorMax`.
  public var calibrationErrorMax = GateLimits().calibrationErrorMax
  /// See `GateLimits.latencyUsMax`.
  public var latencyUsMax = GateLimits().latencyUsMax
  /// Whether guardrails take a model back.
  public var guardian = true
  /// See `ModelGuardian.Limits.pagesMin`.
  public var guardPages = ModelGuardian.Limits().pagesMin
  /// See `ModelGuardian.Limits.impressionsMin`.
  public var guardImpressions = ModelGuardian.Limits().impressionsMin
  /// See `ModelGuardian.Limits.failureShareMax`.
  public var guardFailureShare = ModelGuardian.Limits().failureShareMax
  /// See `ModelGuardian.Limits.latencyRatioMax`.
  public var guardLatencyRatio = ModelGuardian.Limits().latencyRatioMax
  /// See `ModelGuardian.Limits.alpha`.
  public var guardAlpha = ModelGuardian.Limits().alpha
  /// See `ModelGuardian.Limits.clickDropMin`.
  public var guardClickDrop = ModelGuardian.Limits().clickDropMin
  /// See `ModelGuardian.Limits.diversityDropMax`.
  public var guardDiversityDrop = ModelGuardian.Limits().diversityDropMax

  /// The defaults.
  public init() {}

  /// What takes models on by itself.
  public var pilot: ModelPilot {
    var pilot = ModelPilot()
    pilot.reach = auto
    pilot.shadowMs = shadowTimeMs
    pilot.canaryMs = canaryTimeMs
    pilot.canaryImpressions = canaryImpressions
    pilot.canaryPercent = canaryPercent
    return pilot
  }

  /// Where the gate shuts.
  public var gate: GateLimits {
    var gate = GateLimits()
    gate.positivesMin = gatePositivesMin
    gate.driftRowsMin = driftRowsMin
    gate.psiMax = psiMax
    gate.meanShiftMax = meanShiftMax
    gate.metricSlack = metricSlack
    gate.calibrationErrorMax = calibrationErrorMax
    gate.latencyUsMax = latencyUsMax
    return gate
  }

  /// Where guardrails break.
  public var guardrails: ModelGuardian.Limits {
    var limits = ModelGuardian.Limits()
    limits.pagesMin = guardPages
    limits.impressionsMin = guardImpressions
    limits.failureShareMax = guardFailureShare
    limits.latencyRatioMax = guardLatencyRatio
    limits.alpha = guardAlpha
    limits.clickDropMin = guardClickDrop
    limits.diversityDropMax = guardDiversityDrop
    return limits
  }
}
