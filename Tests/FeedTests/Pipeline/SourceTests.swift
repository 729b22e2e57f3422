import Feed
import Testing

@Suite("Sources")
struct SourceTests {
  @Test("what is followed comes from the inbox, and no longer once the follow has ended")
  func followed() throws {
    let scene = Scene()
    scene.follow("reader", "ann")
    scene.post("a1", by: "ann")
    scene.post("b1", by: "bob")
    let set = try scene.rank(scene.request("reader"), Pipeline(scene.only(.followed)))
    #expect(scene.items(set) == ["a1"])
    #expect(set.servedBy == .full)
    #expect(set.reason(at: 0) == .followed)
    #expect(set.sources(at: 0) == SourceName.followed.bit)
    scene.unfollow("reader", "ann")
    scene.follow("reader", "carl")
    scene.post("c1", by: "carl")
    #expect(try scene.bring(.followed, for: "reader") == ["c1"])
  }

  @Test("a celebrity's posts are read from the author's own index")
  func celebrity() throws {
    let scene = Scene {
      $0.world.smallAuthorFollowers = 1
      $0.world.celebrityFollowers = 2
    }
    scene.follow("reader", "star", weight: 0.5)
    scene.follow("other", "star")
    scene.follow("reader", "ann", weight: 0.9)
    for index in 0..<5 { scene.post("s\(index)", by: "star") }
    scene.post("a0", by: "ann")
    #expect(scene.world.tally.postsCelebrity == 5)
    #expect(Set(try scene.bring(.followed, for: "reader")) == ["a0", "s0", "s1", "s2", "s3", "s4"])
    // Half of the quota at most is pulled, newest first.
    #expect(Set(try scene.bring(.followed, for: "reader", quota: 4)) == ["a0", "s3", "s4"])
    scene.unfollow("reader", "star")
    #expect(try scene.bring(.followed, for: "reader") == ["a0"])
  }

  @Test("the weight of a follow is the value")
  func followWeight() throws {
    let scene = Scene()
    scene.follow("reader", "ann", weight: 0.3)
    scene.follow("reader", "bob", weight: 0.8)
    scene.post("b", by: "bob")
    scene.post("a", by: "ann")
    let pipeline = Pipeline(scene.only(.followed, weights: ["followed": 2]))
    let set = try scene.rank(scene.request("reader"), pipeline)
    #expect(scene.items(set) == ["b", "a"])
    #expect(abs(set.score(at: 0) - 1.6) < 1e-3 && abs(set.score(at: 1) - 0.6) < 1e-3)
  }

  @Test("what lies near a taste comes, nearest first, and never what was acted on")
  func nearest() throws {
    let scene = Scene()
    for index in 0..<8 {
      scene.post("i\(index)") { $0.embedding = Self.ray(Float(index) * 0.2) }
    }
    scene.act("reader", .like, "i0")
    var configuration = scene.only(.nearest, weights: ["similarity": 1])
    configuration.surfaces["only"]?.seen = .interacted
    let set = try scene.rank(scene.request("reader"), Pipeline(configuration))
    #expect(scene.items(set).prefix(3) == ["i1", "i2", "i3"])
    #expect(set.reason(at: 0) == .nearTaste)
    #expect(abs(set.score(at: 0) - 0.980_067) < 1e-4)
  }

  @Test("every taste gets its share of the quota")
  func tastes() throws {
    let scene = Scene()
    for index in 0..<20 {
      scene.post("a\(index)") { $0.embedding = Self.ray(Float(index) * 0.01) }
      scene.post("b\(index)") { $0.embedding = Self.ray(1.57 + Float(index) * 0.01) }
    }
    for _ in 0..<3 { scene.act("reader", .click, "a0") }
    scene.act("reader", .click, "b0")
    let found = try scene.bring(.nearest, for: "reader", quota: 8)
    #expect(found.filter { $0.hasPrefix("a") }.count == 6)
    #expect(found.filter { $0.hasPrefix("b") }.count == 2)
  }

  @Test("similar items lie near the item, which is not among them")
  func because() throws {
    let scene = Scene()
    for index in 0..<6 {
      scene.post("i\(index)") { $0.embedding = Self.ray(Float(index) * 0.3) }
    }
    let set = try scene.rank(
      scene.request("", "only") { $0.item = "i2" },
      Pipeline(scene.only(.nearest, quota: 2, weights: ["similarity": 1])))
    #expect(Set(scene.items(set)) == ["i1", "i3"])
    #expect(set.reason(at: 0) == .similar)
  }

  /// Sessions: x → y twice, x → z once, w → z once.
  private func sessions() -> Scene {
    let scene = Scene()
    for item in ["w", "x", "y", "z", "v"] { scene.post(item) }
    for (index, pair) in [["x", "y"], ["x", "y"], ["x", "z"], ["w", "z"]].enumerated() {
      for item in pair { scene.act("u\(index)", .click, item, session: "s\(index)") }
    }
    return scene
  }

  @Test("what followed the last items of the session comes, with exact values")
  func coEngaged() throws {
    let scene = sessions()
    scene.act("reader", .click, "w", session: "r")
    scene.act("reader", .click, "x", session: "r")
    let configuration = scene.only(.coEngaged, weights: ["co_engaged": 1])
    let set = try scene.rank(scene.request("reader"), Pipeline(configuration))
    // The reader's own w → x is known too. From x: y 2, z 1, of 3. From w at half weight: z 1, x 1.
    let total: Float = 3 + 2 / 2 + 0.5
    let expected: [String: Float] = ["y": 2 / total, "z": (1 + 0.5) / total, "x": 0.5 / total]
    #expect(Set(scene.items(set)) == Set(expected.keys))
    for place in 0..<set.count {
      let value = try #require(expected[scene.world.id(set.row(at: place))])
      #expect(abs(set.score(at: place) - Self.lifted(value)) < 2e-3)
      #expect(set.reason(at: place) == .coEngaged)
    }
  }

  @Test("the very last item alone makes the feature next")
  func next() throws {
    let scene = sessions()
    scene.act("reader", .click, "w", session: "r")
    scene.act("reader", .click, "x", session: "r")
    let configuration = scene.only(.coEngaged, weights: ["next": 1])
    let set = try scene.rank(scene.request("reader"), Pipeline(configuration))
    let expected: [String: Float] = ["y": 2 / 3.5, "z": 1 / 3.5, "x": 0]
    for place in 0..<set.count {
      let value = try #require(expected[scene.world.id(set.row(at: place))])
      #expect(abs(set.score(at: place) - Self.lifted(value)) < 2e-3)
    }
  }

  @Test("another session's items say nothing, and a dislike does not either")
  func sessionEnds() throws {
    let scene = sessions()
    scene.act("reader", .click, "x", session: "r")
    scene.act("reader", .skip, "w", session: "q")
    let set = try scene.rank(scene.request("reader"), Pipeline(scene.only(.coEngaged)))
    #expect(set.servedBy == .popular)
  }

  @Test("what follows the page's item comes")
  func becauseTogether() throws {
    let scene = sessions()
    #expect(
      try scene.bring(.coEngaged) { $0.item = "x" } == ["y", "z"])
  }

  @Test("what rises comes in the order of its engagement, and decays")
  func trending() throws {
    let scene = Scene()
    for item in ["old", "new"] { scene.post(item) }
    for user in 0..<6 { scene.act("u\(user)", .click, "old") }
    scene.clock.advance(milliseconds: 3 * scene.configuration.world.shortHalfLifeMs)
    for user in 0..<2 { scene.act("u\(user)", .click, "new") }
    let configuration = scene.only(.trending, weights: ["trend": 1])
    let set = try scene.rank(scene.request("reader"), Pipeline(configuration))
    #expect(scene.items(set) == ["new", "old"])
    #expect(set.reason(at: 0) == .trending)
    #expect(set.score(at: 0) > 1 && set.score(at: 0) <= 2)
    // On the long scale, the old one still leads.
    #expect(try scene.bring(.popular) == ["old", "new"])
  }

  @Test("a region's trends are its own")
  func regions() throws {
    let scene = Scene()
    scene.describe("fi", region: "FI")
    scene.describe("se", region: "SE")
    for item in ["f", "s", "n"] { scene.post(item) }
    scene.act("fi", .click, "f")
    scene.act("se", .click, "s")
    #expect(try scene.bring(.trending) { $0.region = "FI" } == ["f"])
    #expect(try scene.bring(.trending) { $0.region = "SE" } == ["s"])
    #expect(Set(try scene.bring(.trending)) == ["f", "s"])
  }

  @Test("what is new comes before anybody has acted")
  func fresh() throws {
    let scene = Scene()
    for index in 0..<5 { scene.post("i\(index)", age: 3_600_000 * Int64(5 - index)) }
    #expect(Set(try scene.bring(.fresh, quota: 3)) == ["i4", "i3", "i2"])
  }

  @Test("a source spends its quota on what was not seen")
  func unseenFirst() throws {
    let scene = Scene()
    for index in 0..<6 { scene.post("i\(index)") }
    for index in 3..<6 { scene.act("reader", .impression, "i\(index)") }
    var configuration = scene.only(.fresh, quota: 2)
    configuration.surfaces["only"]?.seen = .impressed
    let set = try scene.rank(scene.request("reader"), Pipeline(configuration))
    #expect(Set(scene.items(set)) == ["i1", "i2"])
  }

  @Test("of a category, each source brings only its items", arguments: SourceName.allCases)
  func category(_ source: SourceName) throws {
    let scene = Scene()
    scene.follow("reader", "ann")
    scene.post("seed", by: "ann") {
      $0.category = "c0"
      $0.embedding = Self.ray(0)
    }
    for index in 0..<10 {
      scene.post("i\(index)", by: "ann") {
        $0.category = "c\(index % 2)"
        $0.embedding = Self.ray(Float(index) * 0.05)
      }
      scene.act("other", .click, "seed", session: "s\(index)")
      scene.act("other", .click, "i\(index)", session: "s\(index)")
    }
    scene.act("reader", .click, "seed")
    let found = try scene.bring(source, for: "reader") { $0.category = "c1" }
    #expect(Set(found) == ["i1", "i3", "i5", "i7", "i9"])
  }

  /// A unit vector at an angle in the first plane.
  static func ray(_ angle: Float) -> [Float] {
    var vector = [Float](repeating: 0, count: 8)
    // Rotated by steps, so that no library is needed.
    var (x, y): (Float, Float) = (1, 0)
    let (c, s): (Float, Float) = (0.999_999_5, 0.000_999_999_83)
    for _ in 0..<Int((angle * 1000).rounded()) { (x, y) = (c * x - s * y, s * x + c * y) }
    vector[0] = x
    vector[1] = y
    return vector
  }

  /// ln((v + 0.001)/0.001) by its series of halvings.
  static func lifted(_ value: Float) -> Float {
    var x = Double(value + 0.001) / 0.001
    var sum = 0.0
    while x > 1.5 {
      x /= 2
      sum += 0.693_147_180_559_945_3
    }
    let z = (x - 1) / (x + 1)
    var power = z
    for odd in stride(from: 1, to: 60, by: 2) {
      sum += 2 * power / Double(odd)
      power *= z * z
    }
    return Float(sum)
  }
}
