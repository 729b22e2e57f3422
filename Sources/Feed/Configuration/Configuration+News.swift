extension Configuration {
  /// A news site: what was read half an hour ago is old, and what readers read next is learned from
  /// the last three items of a session. Pages come from the surface `news`.
  public static var news: Configuration {
    var configuration = Configuration()
    configuration.world.coEngagedHalfLifeMs = 30 * 60_000
    configuration.world.coEngagedReach = 3
    configuration.surfaces["news"] = .news
    return configuration
  }
}
