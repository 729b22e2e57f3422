extension SurfaceSettings {
  /// The surfaces that a fresh installation has.
  public static var shipped: [String: SurfaceSettings] {
    let surfaces = [
      "home": home, "recommendations": recommendations, "because": because, "trending": trending,
      "category": category,
    ]
    // Once it is switched on, the online part weighs anew what is weighed by hand.
    return surfaces.mapValues { surface in
      var surface = surface
      surface.online.features = surface.weights.keys.sorted()
      return surface
    }
  }

  private static var home: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = [
      "followed": 800, "nearest": 400, "co_engaged": 200, "trending": 200, "fresh": 200,
      "popular": 200,
    ]
    surface.weights = [
      "followed": 1.0, "recency": 1.5, "similarity": 1.6, "author_affinity": 1.2,
      "topic_affinity": 1.0, "type_affinity": 0.3, "engagement_rate": 1.0, "popularity": 0.15,
      "velocity": 0.2, "creator_health": 0.5, "co_engaged": 0.15, "negative_rate": -2.0,
      "interest": 0.6,
    ]
    surface.freshBoost = 0.3
    surface.exploreShare = 0.02
    surface.reserved = ["fresh": 1]
    return surface
  }

  private static var recommendations: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = [
      "co_engaged": 400, "nearest": 400, "trending": 200, "popular": 200, "fresh": 100,
    ]
    surface.weights = [
      "co_engaged": 0.4, "next": 0.2, "similarity": 1.0, "topic_affinity": 0.5,
      "popularity": 0.3, "burst": 0.2, "velocity": 0.2, "engagement_rate": 0.5, "recency": 0.5,
      "creator_health": 0.3, "negative_rate": -2.0, "interest": 0.4,
    ]
    surface.seen = .interacted
    surface.authorCap = 0
    return surface
  }

  private static var because: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = ["nearest": 300, "co_engaged": 200]
    surface.weights = [
      "similarity": 2.0, "co_engaged": 0.35, "popularity": 0.1, "same_category": 0.5,
      "engagement_rate": 0.3,
    ]
    surface.seen = .off
    surface.runMax = 0
    surface.mmrLambda = 0.95
    return surface
  }

  /// Next reads of a news site, where all is gone in a day: what the readers of this session's last
  /// items read next, and what is read right now, set against what has been read for half an hour.
  ///
  /// Weights fitted on a public log of clicks, with half-lives of 5 and 30 minutes. Where pages are
  /// learned from, the online part adds who reads what: by place and device, after which item.
  public static var news: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = ["co_engaged": 192, "trending": 50]
    surface.weights = ["burst": 0.85, "popularity": -0.5, "next": 0.43, "co_engaged": 0.39]
    surface.online.enabled = true
    surface.online.features = ["burst", "popularity", "next", "co_engaged"]
    surface.seen = .interacted
    surface.authorCap = 0
    surface.runMax = 0
    surface.mmrLambda = 1
    surface.depth = 100
    return surface
  }

  private static var trending: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = ["trending": 300, "popular": 100]
    surface.weights = ["trend": 1.0, "velocity": 0.5, "negative_rate": -1.0, "creator_health": 0.2]
    surface.seen = .off
    surface.mmrLambda = 1
    return surface
  }

  private static var category: SurfaceSettings {
    var surface = SurfaceSettings()
    surface.sources = ["popular": 300, "trending": 200, "fresh": 200, "nearest": 300]
    surface.weights = [
      "popularity": 0.6, "velocity": 0.3, "recency": 0.5, "similarity": 0.8,
      "engagement_rate": 0.5, "topic_affinity": 0.4,
    ]
    surface.seen = .off
    surface.runMax = 0
    return surface
  }
}
