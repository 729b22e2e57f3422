public import Feed

extension SpaceSettings {
  /// The settings of each block below `world.spaces`.
  public static let schema = Schema<SpaceSettings>(settings: [
    Setting(
      "dimension", \.dimension, .integer(in: 1...4096), "Components of a vector of the space."),
    Setting("metric", \.metric, .choice, "How vectors of the space are compared."),
  ])
}
