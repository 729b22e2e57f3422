public import Feed

extension OnlineSettings {
  /// The settings of the block `online` of a surface.
  public static let schema = Schema<OnlineSettings>(settings: [
    Setting("enabled", \.enabled, .flag, "Whether scores are corrected by what was just chosen."),
    Setting(
      "features", \.features,
      .list(
        of: .text(bytes: 1...64, hint: "the name of a feature") { Feature.names.contains($0) }),
      "Features that are weighed anew."),
    Setting(
      "crosses", \.crosses,
      .list(
        of: .text(bytes: 1...64, hint: "one of " + OnlineCross.names.joined(separator: ", ")) {
          OnlineCross.names.contains($0)
        }), "What items are crossed with: each pair of an item and a value has a weight."),
    Setting(
      "slots_log2", \.slotsLog2, .integer(in: 10...26),
      "The binary logarithm of how many weights crosses share; 12 bytes each."),
    Setting(
      "bound", \.bound, .number(in: 0...100), "A score is changed by at most as much, up or down."),
    Setting(
      "feature_rate", \.featureRate, .number(in: 0.000_001...100),
      "How fast weights of features are learned."),
    Setting(
      "cross_rate", \.crossRate, .number(in: 0.000_001...100),
      "How fast weights of crosses are learned."),
    Setting(
      "beta", \.beta, .number(in: 0.000_001...1000), "How careful the first steps are."),
    Setting(
      "l1", \.l1, .number(in: 0...1000), "Weights of less evidence than this stay 0."),
    Setting("l2", \.l2, .number(in: 0...1000), "Pulls weights of crosses towards 0."),
  ])
}
