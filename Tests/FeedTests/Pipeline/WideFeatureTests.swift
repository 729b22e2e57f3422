import Feed
import TestKit
import Testing

/// The features that models read beside those of the shipped weights.
@Suite("Features for models")
struct WideFeatureTests {
  /// All features of the first places by item, and those of the request.
  private func evidence(
    _ scene: Scene, _ user: String = "reader", _ change: (inout PageRequest) -> Void = { _ in }
  ) throws -> [String: [Feature: Float]] {
    let configuration = scene.only(.fresh, weights: ["recency": 1])
    let set = try Pipeline(configuration).rank(
      scene.request(user, "only", change), scene.world, now: scene.clock.now, time: scene.clock,
      number: 1, isLogged: true, Workspace())
    let evidence = try #require(set.evidence)
    let own = evidence.features.dropFirst(evidence.request.count)
    var values: [String: [Feature: Float]] = [:]
    for (place, item) in scene.items(set).prefix(evidence.places).enumerated() {
      var row = [Feature: Float](uniqueKeysWithValues: zip(own, evidence.features(at: place)))
      for (feature, value) in zip(evidence.features, evidence.request) { row[feature] = value }
      values[item] = row
    }
    return values
  }

  private func expect(
    _ row: [Feature: Float]?, _ feature: Feature, _ value: Float, within: Float = 2e-3,
    at place: SourceLocation = #_sourceLocation
  ) {
    let found = row?[feature] ?? .nan
    #expect(
      abs(found - value) <= within, "\(feature.name): \(found), not \(value)",
      sourceLocation: place)
  }

  @Test("windows, rates and lifetime counts of an item")
  func counts() throws {
    let scene = Scene()
    for item in ["a", "b"] { scene.post(item, by: "ann") }
    for user in 0..<20 { scene.act("u\(user)", .impression, "a") }
    for user in 0..<12 { scene.act("u\(user)", .click, "a") }
    scene.clock.advance(milliseconds: 10 * 60_000)
    for user in 0..<3 { scene.act("u\(user)", .click, "a") }
    scene.act("u1", .like, "a")
    scene.clock.advance(milliseconds: 2 * 60_000)
    let values = try evidence(scene)
    let a = values["a"]
    expect(a, .impressionsDay, 3.044_522)  // ln 21
    expect(a, .clicks5Minutes, 1.386_294)  // ln 4
    expect(a, .clicks30Minutes, 2.772_589)  // ln 16
    expect(a, .clicksHour, 2.772_589)
    expect(a, .clicksDay, 2.772_589)
    expect(a, .clickRateHour, (15 + 1) / 40)
    expect(a, .clickRateDay, (15 + 1) / 40)
    expect(a, .likeRateDay, (1 + 0.2) / 40)
    expect(a, .shareRateDay, 0.2 / 40)
    expect(a, .impressions, 3.044_522)
    expect(a, .clickRate, (15 + 1) / 40)
    expect(a, .age, 0.182_322)  // ln 1.2
    expect(a, .quiet, 0.032_790)  // ln(1 + 2/60)
    expect(a, .authorReception, 2.944_439)  // 15 clicks and a like: ln(1 + 18)
    expect(values["b"], .clicksDay, 0)
    expect(values["b"], .clickRateDay, 0.05)
    expect(values["b"], .quiet, 0.182_322)
  }

  @Test("what the running visit liked, tastes one by one, and who follows the author")
  func personal() throws {
    let scene = Scene()
    for (id, author, angle) in [
      ("x", "ann", Float(0)), ("x2", "ann", 0.1), ("y", "bob", 1.5), ("near", "ann", 0.3),
      ("far", "carl", 3),
    ] {
      scene.post(id, by: author) {
        $0.embedding = SourceTests.ray(angle)
        $0.topic = author == "ann" ? "rail" : "road"
        $0.language = author == "carl" ? "" : "en"
      }
    }
    for user in 0..<4 { scene.follow("f\(user)", "ann") }
    scene.describe("reader", region: "north", language: "en")
    scene.act("reader", .like, "y", session: "old")
    scene.clock.advance(milliseconds: 3_600_000)
    scene.act("reader", .click, "x", session: "new")
    scene.act("reader", .click, "x2", session: "new")
    let values = try evidence(scene)
    let near = values["near"]
    expect(near, .authorFollowers, 1.609_438)  // ln 5
    expect(near, .sessionAuthor, 1.098_612)  // ln 3
    expect(near, .sessionTopic, 1.098_612)
    expect(values["far"], .sessionAuthor, 0)
    expect(near, .sameLanguage, 1)
    expect(values["far"], .sameLanguage, 0)
    expect(near, .hasVector, 1)
    // The like is the strongest taste, the visit the second.
    expect(near, .tasteFirst, 0.362_358)  // cos 1.2
    expect(near, .tasteSecond, 0.968_9, within: 5e-3)  // cos 0.25
    expect(near, .tasteThird, 0)
    #expect(try #require(near?[.sessionSimilarity]) > 0.95)
    expect(near, .userDeeds, 1.386_294)
    expect(near, .sessionDeeds, 1.098_612)
    expect(near, .userTastes, 2)
    expect(near, .hasRegion, 1)
    expect(near, .isAnonymous, 0)
    expect(near, .userDays, 0.040_822)  // ln(1 + 1/24)
    expect(near, .candidates, 1.791_759)  // ln 6, for five
    let nobody = try evidence(scene, "")["near"]
    expect(nobody, .isAnonymous, 1)
    expect(nobody, .userDeeds, 0)
    expect(nobody, .tasteFirst, 0)
  }

  @Test("hour and weekday lie on circles")
  func clock() throws {
    let scene = Scene()
    scene.post("a")
    // 1,700,000,000 is Tuesday, 14 November 2023, 22:13:20 UTC.
    let row = try evidence(scene)["a"]
    let hour = 2 * Float.pi * (22 * 3600 + 13 * 60 + 20) / 86_400
    expect(row, .hourSine, Self.sine(hour))
    expect(row, .hourCosine, Self.sine(hour + .pi / 2))
    let week = 2 * Float.pi * (1 + hour / (2 * .pi)) / 7
    expect(row, .weekdaySine, Self.sine(week))
    expect(row, .weekdayCosine, Self.sine(week + .pi / 2))
  }

  /// By its series about 0.
  private static func sine(_ angle: Float) -> Float {
    var x = Double(angle).truncatingRemainder(dividingBy: 2 * Double.pi)
    if x > Double.pi { x -= 2 * Double.pi }
    var (term, sum) = (x, x)
    for step in 1...12 {
      term *= -x * x / Double((2 * step) * (2 * step + 1))
      sum += term
    }
    return Float(sum)
  }

  @Test("sliding counts are those of the plain count, for any events and moments")
  func sliding() {
    var chance = SeededGenerator.announced("sliding")
    for _ in 0..<30 {
      var windows = WindowStore(blocksMax: 100)
      let start = 1_000_000 + chance.below(500_000)
      var second = start
      for _ in 0..<chance.below(120) {
        second += chance.below(4_000)
        windows.add(3, .click, second: UInt32(second))
      }
      for _ in 0..<40 {
        let now = UInt32(start + chance.below(2 * (second - start) + 200_000) - 50_000)
        let counts = windows.sliding(3, .click, second: now)
        for (window, count) in [
          (Window.minutes5, counts.minutes5), (.minutes30, counts.minutes30),
          (.hour, counts.hour), (.day, counts.day),
        ] {
          #expect(
            Int(count) == windows.count(3, .click, window, second: now), "\(window) at \(now)")
        }
        #expect(windows.day(3, .click, second: now) == windows.count(3, .click, .day, second: now))
      }
    }
  }

  @Test("the spread of dwell times is that of their quantiles")
  func dwell() {
    var chance = SeededGenerator.announced("dwell")
    for _ in 0..<200 {
      var store = DwellStore()
      for _ in 0..<1 + chance.below(60) {
        store.add(2, milliseconds: Float(chance.below(1_000 << chance.below(9))))
      }
      let spread = store.spread(2)
      #expect(spread.median == store.quantile(2, 0.5))
      #expect(spread.long == store.quantile(2, 0.9))
    }
    let none = DwellStore().spread(0)
    #expect(none.median == 0 && none.long == 0)
  }

  @Test("halves are those of the hardware's format")
  func halves() {
    for bits in UInt16.min...UInt16.max {
      let exact = Float16(bitPattern: bits)
      #expect(Half.value(bits).bitPattern == Float(exact).bitPattern || exact.isNaN)
      guard exact.isFinite else { continue }
      #expect(Half.rounded(Float(exact)).bitPattern == Float(exact).bitPattern)
      #expect(Half.bits(Float(exact)) == bits)
    }
    var chance = SeededGenerator.announced("halves")
    for _ in 0..<200_000 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: chance.next()))
      guard !value.isNaN else {
        #expect(Half.rounded(value).isNaN && Half.value(Half.bits(value)).isNaN)
        continue
      }
      let nearest = Float16(value)
      let bound: Float = value < 0 ? -65_504 : 65_504
      let expected = nearest.isFinite || value.isInfinite ? Float(nearest) : bound
      #expect(Half.rounded(value).bitPattern == expected.bitPattern, "\(value)")
      #expect(Half.value(Half.bits(value)).bitPattern == expected.bitPattern, "\(value)")
    }
  }
}
