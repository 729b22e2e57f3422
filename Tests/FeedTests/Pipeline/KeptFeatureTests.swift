import Feed
import TestKit
import Testing

/// What was computed of an item before is read again only while it is still true.
@Suite("Kept features")
struct KeptFeatureTests {
  @Test(
    "pages out of one workspace have the features of pages out of new ones, whatever happens",
    arguments: [UInt64](1...6))
  func twin(seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let scene = Scene()
    let other = Scene()
    Chaos.fill(scene, events: 150, &chance)
    Chaos.fill(other, events: 150, &chance)
    let kept = Workspace()
    for step in 0..<60 {
      // Most steps stay in the minute; some do nothing, or ask another World in between.
      if chance.chance(0.7) { Chaos.step(scene, &chance) }
      if chance.chance(0.1) { scene.clock.advance(milliseconds: 90_000) }
      if chance.chance(0.1) { _ = try values(other, kept) }
      let (found, wanted) = (try values(scene, kept), try values(scene, Workspace()))
      #expect(found == wanted, "seed \(seed), step \(step)")
    }
  }

  @Test("an event counts at once")
  func atOnce() throws {
    let scene = Scene()
    scene.post("a", by: "ann")
    let kept = Workspace()
    let before = try values(scene, kept)
    #expect(try values(scene, kept) == before)
    scene.act("u1", .click, "a")
    #expect(try values(scene, kept) != before)
  }

  @Test(
    "what a candidate's features are does not depend on which are computed beside it",
    arguments: [UInt64](1...6))
  func together(seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let scene = Scene()
    Chaos.fill(scene, events: 400, &chance)
    let all = Dictionary(uniqueKeysWithValues: Feature.names.map { ($0, 0.001) })
    let workspace = Workspace()
    for step in 0..<10 {
      for _ in 0..<5 { Chaos.step(scene, &chance) }
      // Scored by all of them, they are computed of all candidates; by one, the others are computed
      // of the few that are logged.
      let found = try values(scene, workspace, "u0", weights: all)
      let wanted = try values(scene, workspace, "u0", places: 4)
      #expect(!wanted.isEmpty && found.count > wanted.count, "seed \(seed), step \(step)")
      for (item, values) in wanted {
        #expect(found[item] == values, "seed \(seed), step \(step), \(item)")
      }
    }
  }

  /// Half-precision features of every place, by item; those of the request after them.
  ///
  /// - Parameter places: on the page, and logged; nil = all are logged.
  private func values(
    _ scene: Scene, _ workspace: Workspace, _ user: String = "reader",
    weights: [String: Double] = ["recency": 1], places: Int? = nil
  ) throws -> [String: [Float]] {
    var configuration = scene.only(.fresh, weights: weights)
    configuration.engine.pageLogPlaces = places ?? 1_000
    let request = scene.request(user, "only") { $0.limit = places }
    let set = try Pipeline(configuration).rank(
      request, scene.world, now: scene.clock.now, time: scene.clock,
      number: 1, isLogged: true, workspace)
    let evidence = try #require(set.evidence)
    var values: [String: [Float]] = [:]
    for (place, item) in scene.items(set).prefix(evidence.places).enumerated() {
      values[item] = evidence.features(at: place) + evidence.request
    }
    return values
  }
}
