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

  /// Half-precision features of every place, by item; those of the request after them.
  private func values(_ scene: Scene, _ workspace: Workspace) throws -> [String: [Float]] {
    let configuration = scene.only(.fresh, weights: ["recency": 1])
    let set = try Pipeline(configuration).rank(
      scene.request("reader", "only"), scene.world, now: scene.clock.now, time: scene.clock,
      number: 1, isLogged: true, workspace)
    let evidence = try #require(set.evidence)
    var values: [String: [Float]] = [:]
    for (place, item) in scene.items(set).prefix(evidence.places).enumerated() {
      values[item] = evidence.features(at: place) + evidence.request
    }
    return values
  }
}
