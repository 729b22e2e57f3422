public import Feed

extension ModelLifeSettings {
  /// The settings of the block `models`.
  public static let schema = Schema<ModelLifeSettings>(settings: life + gate + guardrails)

  private static let amounts: ClosedRange<UInt64> = 0...1_000_000_000_000

  private static let life: [Setting<ModelLifeSettings>] = [
    Setting(
      "train_every", \.trainEveryMs, .duration(in: anyTime),
      "How often a model is trained from the log, in a process of its own at the lowest priority;"
        + " 0s: never by itself."),
    Setting(
      "train_after_labels", \.trainAfterLabels, .integer(in: amounts),
      "A model is also trained once so many labels have come; 0: never. Needs learning.enabled."),
    Setting(
      "train_timeout", \.trainTimeoutMs, .duration(in: someTime),
      "How long a training may take before it is ended."),
    Setting(
      "auto", \.auto, .choice, "How far a new model goes by itself where the gate lets it."),
    Setting(
      "shadow_time", \.shadowTimeMs, .duration(in: anyTime),
      "How long a model scores pages in the shadow before it may go on by itself."),
    Setting(
      "canary_time", \.canaryTimeMs, .duration(in: anyTime),
      "How long it serves as a canary before it may go on by itself."),
    Setting(
      "canary_impressions", \.canaryImpressions, .integer(in: amounts),
      "Items that a canary shows before it may go on by itself. Needs learning.enabled."),
    Setting(
      "canary_percent", \.canaryPercent, .number(in: 0.01...100),
      "The share of the users that a canary serves when no other is named."),
  ]

  private static let gate: [Setting<ModelLifeSettings>] = [
    Setting(
      "drift_events", \.driftEvents, .integer(in: 0...1_000_000_000),
      "Events of the log that the gate reads for drift, all over as long a time as the model's"
        + " own newest rows are of."),
    Setting(
      "drift_rows_min", \.driftRowsMin, .integer(in: 1...1_000_000_000),
      "Items shown on them below which drift is not judged."),
    Setting(
      "psi_max", \.psiMax, .number(in: 0...100),
      "The largest population stability index of a feature between training and serving, or what"
        + " chance makes of few requests if that is more."),
    Setting(
      "mean_shift_max", \.meanShiftMax, .number(in: 0...100),
      "The largest shift of a feature's mean, as a share of it, or of the deviation if larger;"
        + " more where requests are few, as with psi_max."),
    Setting(
      "gate_positives_min", \.gatePositivesMin, .integer(in: 0...1_000_000_000),
      "Positives by which a head was judged below which its metrics shut nothing."),
    Setting(
      "metric_slack", \.metricSlack, .number(in: 0...1),
      "How much of a ranking metric a model may lose against the one in production."),
    Setting(
      "calibration_error_max", \.calibrationErrorMax, .number(in: 0...1),
      "The largest expected calibration error of a head."),
    Setting(
      "latency_us_max", \.latencyUsMax, .number(in: 1...1e9),
      "The longest that a model may take for a thousand rows, in microseconds."),
  ]

  private static let guardrails: [Setting<ModelLifeSettings>] = [
    Setting("guardian", \.guardian, .flag, "Whether guardrails take a model back."),
    Setting(
      "guard_pages", \.guardPages, .integer(in: 1...1_000_000_000_000),
      "Pages of each side below which latency and diversity are not judged."),
    Setting(
      "guard_impressions", \.guardImpressions, .integer(in: 1...1_000_000_000_000),
      "Items shown below which clicks are not judged. Clicks need learning.enabled."),
    Setting(
      "guard_failure_share", \.guardFailureShare, .number(in: 0...1),
      "The largest share of pages on which a model may fail."),
    Setting(
      "guard_latency_ratio", \.guardLatencyRatio, .number(in: 1...1_000),
      "How many times the 99th percentile of the other pages a page may take."),
    Setting(
      "guard_alpha", \.guardAlpha, .number(in: 1e-9...0.5),
      "The chance that a model that is as good as the other ever breaks a guardrail, for each."),
    Setting(
      "guard_click_drop", \.guardClickDrop, .number(in: 0...1),
      "How much lower a click rate is before it matters, as a share of the other."),
    Setting(
      "guard_diversity_drop", \.guardDiversityDrop, .number(in: 0...1),
      "How many fewer authors a page may have, as a share of the others'."),
  ]
}
