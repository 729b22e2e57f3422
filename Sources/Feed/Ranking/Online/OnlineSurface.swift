/// The online settings of a surface with their names resolved.
struct OnlineSurface: Sendable {
  let settings: OnlineSettings
  let features: [Feature]
  /// The same, as a set.
  let featureSet: FeatureSet
  let crosses: [OnlineCross]

  /// Names of no feature or cross count for nothing, the check of the configuration refuses them;
  /// nil when the online part is off.
  init?(_ settings: OnlineSettings) {
    guard settings.enabled else { return nil }
    self.settings = settings
    let features = Self.features(settings)
    self.features = features
    featureSet = FeatureSet(where: features.contains)
    crosses = OnlineCross.allCases.filter { settings.crosses.contains($0.name) }
  }

  /// The features of the settings, in the order of their columns.
  static func features(_ settings: OnlineSettings) -> [Feature] {
    Feature.allCases.filter { !$0.isOfRequest && settings.features.contains($0.name) }
  }
}
