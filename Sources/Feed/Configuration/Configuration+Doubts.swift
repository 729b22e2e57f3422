extension Configuration {
  /// What is set and sound, but does not do what it seems to, a sentence each.
  public var doubts: [String] {
    guard !learning.enabled else { return [] }
    let standard = ModelLifeSettings()
    var doubts: [String] = []
    if models.trainAfterLabels > 0 {
      doubts.append(
        "models.train_after_labels counts labels, and without learning.enabled none come: no model "
          + "is trained by it")
    }
    if models.auto == .production, models.canaryImpressions > 0 {
      doubts.append(
        "models.canary_impressions counts joined pages, and without learning.enabled there are "
          + "none: models.auto brings no canary into production")
    }
    let areClicksSet =
      models.guardImpressions != standard.guardImpressions
      || models.guardClickDrop != standard.guardClickDrop
    if models.guardian, areClicksSet || models.auto.isServing {
      doubts.append(
        "models.guardian knows of no clicks without learning.enabled: it watches errors, latency "
          + "and diversity alone")
    }
    return doubts
  }
}

extension ModelPilot.Reach {
  /// Whether models come to serve users by themselves.
  fileprivate var isServing: Bool { self == .canary || self == .production }
}
