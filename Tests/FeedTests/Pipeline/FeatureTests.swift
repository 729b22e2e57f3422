import Feed
import Testing

@Suite("Features")
struct FeatureTests {
  /// The value of a feature for every fresh item, by item.
  private func values(
    _ feature: Feature, _ scene: Scene, _ user: String = "reader", from source: SourceName = .fresh,
    _ change: (inout PageRequest) -> Void = { _ in }
  ) throws -> [String: Float] {
    let pipeline = Pipeline(scene.only(source, weights: [feature.name: 1]))
    let set = try scene.rank(scene.request(user, "only", change), pipeline)
    #expect(set.servedBy == .full)
    return Dictionary(
      uniqueKeysWithValues: (0..<set.count).map {
        (scene.world.id(set.row(at: $0)), set.score(at: $0))
      })
  }

  private func expect(
    _ values: [String: Float], _ item: String, _ value: Float, within: Float = 1e-3,
    at place: SourceLocation = #_sourceLocation
  ) {
    #expect(abs((values[item] ?? .nan) - value) <= within, sourceLocation: place)
  }

  @Test("names are unique, and the two lists have no common order to rely on")
  func names() {
    #expect(Set(Feature.names).count == Feature.allCases.count)
    #expect(Set(SourceName.names).count == SourceName.allCases.count)
    for surface in SurfaceSettings.shipped.values {
      #expect(Set(surface.weights.keys).isSubset(of: Feature.names))
      #expect(Set(surface.sources.keys).isSubset(of: SourceName.names))
      #expect(Set(surface.reserved.keys).isSubset(of: SourceName.names))
    }
  }

  @Test("recency halves with each day")
  func recency() throws {
    let scene = Scene()
    let day: Int64 = 24 * 3_600_000
    scene.post("now")
    scene.post("day", age: day)
    scene.post("half", age: day / 2)
    scene.post("week", age: 7 * day)
    let values = try values(.recency, scene)
    expect(values, "now", 1)
    expect(values, "half", 0.707_106)
    expect(values, "day", 0.5)
    expect(values, "week", 1 / 128)
  }

  @Test("raw values are in logs and models: they stay as they are")
  func rawValues() {
    #expect(Feature.sameCategory.rawValue == 16 && Feature.impressionsDay.rawValue == 17)
    #expect(Feature.sameLanguage.rawValue == 45 && Feature.hourSine.rawValue == 46)
    #expect(Feature.candidates.rawValue == 63)
    #expect(Feature.allCases.filter(\.isOfRequest) == Feature.allCases.filter { $0.rawValue > 45 })
    #expect(Feature.clicks5Minutes.name == "clicks_5_minutes")
    #expect(Feature.clickRateDay.name == "click_rate_day")
    for feature in Feature.allCases { #expect(Feature.named(feature.name) == feature) }
  }

  @Test("a follow counts whichever source brought the item")
  func followed() throws {
    let scene = Scene()
    scene.follow("reader", "ann", weight: 0.25)
    scene.post("a", by: "ann")
    scene.post("b", by: "bob")
    let values = try values(.followed, scene)
    expect(values, "a", 0.25)
    expect(values, "b", 0)
  }

  @Test("affinities are squashed sums")
  func affinities() throws {
    let scene = Scene()
    for (id, author) in [("a1", "ann"), ("a2", "ann"), ("b1", "bob"), ("c1", "carl")] {
      scene.post(id, by: author) {
        $0.topic = author == "carl" ? "other" : "shared"
        $0.contentType = author == "bob" ? "video" : "post"
      }
    }
    scene.act("reader", .like, "a1")
    scene.act("reader", .hide, "c1")
    let authors = try values(.authorAffinity, scene)
    expect(authors, "a2", 3 / 4)
    expect(authors, "b1", 0)
    let topics = try values(.topicAffinity, scene)
    expect(topics, "a2", 3 / 4)
    expect(topics, "b1", 3 / 4)
    // 3 for the like, -4 for the hide, of one type.
    let types = try values(.typeAffinity, scene)
    expect(types, "a2", -1 / 2)
    expect(types, "b1", 0)
  }

  @Test("topics of the profile count")
  func interest() throws {
    let scene = Scene()
    scene.post("a") { $0.topic = "rail" }
    scene.post("b") { $0.topic = "road" }
    scene.describe("reader", interests: ["rail"])
    let values = try values(.interest, scene)
    expect(values, "a", 1)
    expect(values, "b", 0)
  }

  @Test("counters are decayed to the time of the request")
  func counters() throws {
    let scene = Scene()
    for item in ["a", "b"] { scene.post(item) }
    for user in 0..<3 { scene.act("u\(user)", .click, "a") }
    var popularity = try values(.popularity, scene)
    expect(popularity, "a", 1.386_294)
    expect(popularity, "b", 0)
    scene.clock.advance(milliseconds: scene.configuration.world.shortHalfLifeMs)
    popularity = try values(.popularity, scene)
    expect(popularity, "a", 0.916_291)
    // Six half-lives of the burst scale have passed.
    let burst = try values(.burst, scene)
    expect(burst, "a", 0.045_81)
  }

  @Test("rates are pulled towards their mean while little is known")
  func rates() throws {
    let scene = Scene()
    for item in ["good", "bad", "new"] { scene.post(item) }
    for user in 0..<30 {
      for item in ["good", "bad"] { scene.act("u\(user)", .impression, item) }
      if user < 20 { scene.act("u\(user)", .click, "good") }
      if user < 10 { scene.act("u\(user)", .skip, "bad") }
    }
    let engagement = try values(.engagementRate, scene)
    expect(engagement, "good", (20 + 0.05 * 20) / (30 + 20))
    expect(engagement, "new", 0.05)
    expect(engagement, "bad", 0.05 * 20 / 50)
    let negative = try values(.negativeRate, scene)
    expect(negative, "bad", (5 + 0.01 * 20) / 50)
    expect(negative, "new", 0.01)
  }

  @Test("a rate is at most 1, also without impressions")
  func rateBound() throws {
    let scene = Scene()
    scene.post("a")
    for user in 0..<500 { scene.act("u\(user)", .purchase, "a") }
    let rate = try #require(try values(.engagementRate, scene)["a"])
    #expect(rate > 0.9 && rate <= 1)
  }

  @Test("velocity tells what rises from what was")
  func velocity() throws {
    let scene = Scene()
    for item in ["rises", "was", "none"] { scene.post(item) }
    for user in 0..<40 { scene.act("u\(user)", .click, "was") }
    scene.clock.advance(milliseconds: 6 * 3_600_000)
    for user in 0..<40 { scene.act("u\(user)", .click, "rises") }
    let values = try values(.velocity, scene)
    #expect(try #require(values["rises"]) > 2)
    #expect(try #require(values["was"]) < 0)
    expect(values, "none", 0)
  }

  @Test("the health of a creator is how the author's items were received")
  func creatorHealth() throws {
    let scene = Scene()
    scene.post("good", by: "ann")
    scene.post("bad", by: "bob")
    scene.post("new", by: "carl")
    scene.post("nobody")
    for user in 0..<10 {
      scene.act("u\(user)", .like, "good")
      scene.act("u\(user)", .hide, "bad")
    }
    let values = try values(.creatorHealth, scene)
    expect(values, "good", (30 + 8) / 40)
    expect(values, "bad", 8 / 50)
    expect(values, "new", 0.8)
    expect(values, "nobody", 0.8)
  }

  @Test("similarity is the best cosine to a taste, and 0 for a reader without one")
  func similarity() throws {
    let scene = Scene()
    scene.post("x") { $0.embedding = SourceTests.ray(0) }
    scene.post("y") { $0.embedding = SourceTests.ray(1.5) }
    scene.post("near") { $0.embedding = SourceTests.ray(0.3) }
    scene.post("between") { $0.embedding = SourceTests.ray(0.75) }
    scene.act("reader", .click, "x")
    scene.act("reader", .click, "y")
    let values = try values(.similarity, scene)
    expect(values, "near", 0.955_336)
    expect(values, "between", 0.731_689)
    let none = try self.values(.similarity, scene, "nobody")
    expect(none, "near", 0)
    let about = try self.values(.similarity, scene) { $0.item = "y" }
    expect(about, "near", 0.362_358)
  }

  @Test("the same category as the page's item, or as the one asked for")
  func sameCategory() throws {
    let scene = Scene()
    for (id, category) in [("a", "c1"), ("b", "c1"), ("c", "c2"), ("d", "")] {
      scene.post(id) { $0.category = category }
    }
    let values = try values(.sameCategory, scene) { $0.item = "a" }
    expect(values, "b", 1)
    expect(values, "c", 0)
    expect(values, "d", 0)
  }

  @Test("the weights of the news surface give its formula")
  func news() throws {
    let scene = Scene()
    scene.configuration.surfaces["news"] = .news
    for item in ["a", "b"] { scene.post(item) }
    for user in 0..<4 { scene.act("u\(user)", .click, "b", session: "s\(user)") }
    scene.act("v", .click, "a", session: "t")
    scene.act("v", .click, "b", session: "t")
    scene.act("reader", .click, "a", session: "r")
    let set = try scene.rank(scene.request("reader", "news"))
    #expect(scene.items(set) == ["b"])
    let clicks = SourceTests.lifted(5 * 0.001)
    let together = SourceTests.lifted(1 / 1.5)
    let expected = 0.85 * clicks - 0.5 * clicks + 0.43 * together + 0.39 * together
    #expect(abs(set.score(at: 0) - expected) < 5e-3)
  }
}
