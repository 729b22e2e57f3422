import Feed
import TestKit
import Testing

@Suite("Exploration")
struct ExplorationTests {
  @Test("items stand at places as often as the logged propensities say")
  func propensities() throws {
    let scene = ModelScorerTests.scene(items: 12)
    var configuration = scene.only(.fresh, weights: ["recency": 1])
    configuration.surfaces["only"]?.exploreShare = 0.4
    configuration.surfaces["only"]?.exploreTop = 5
    let pipeline = Pipeline(configuration)
    let workspace = Workspace()
    let rounds = 6_000
    var counts: [String: [Int]] = [:]
    var logged: [String: [Float]] = [:]
    for number in 0..<rounds {
      let set = try pipeline.rank(
        scene.request("reader"), scene.world, now: scene.clock.now, time: scene.clock,
        number: UInt64(number), isLogged: true, workspace)
      for (place, item) in scene.items(set).enumerated() {
        counts[item, default: Array(repeating: 0, count: set.count)][place] += 1
        logged[item, default: Array(repeating: 0, count: set.count)][place] =
          set.propensity(at: place)
      }
    }
    for (item, places) in counts {
      for (place, count) in places.enumerated() where count > 0 {
        let chance = Double(try #require(logged[item])[place])
        let deviation = (Double(rounds) * chance * (1 - chance)).squareRoot()
        #expect(
          abs(Double(count) - Double(rounds) * chance) <= 5 * deviation + 1e-3,
          "\(item) at \(place): \(count) of \(rounds), logged \(chance)")
      }
    }
    // Each of the first five was everywhere among them, the others never moved.
    #expect(counts.values.count { $0.count { $0 > 0 } == 5 } == 5)
    #expect(counts.values.count { $0.count { $0 > 0 } == 1 } == counts.count - 5)
  }

  @Test("what was not shown is drawn as often as its propensity says")
  func unshown() throws {
    let scene = ModelScorerTests.scene(items: 30)
    scene.configuration.engine.pageLogUnshown = 4
    let configuration = scene.only(.fresh, weights: ["recency": 1])
    let pipeline = Pipeline(configuration)
    var request = scene.request("reader")
    request.limit = 10
    let workspace = Workspace()
    var counts: [String: Int] = [:]
    let rounds = 3_000
    var propensity: Float = 0
    var rest: Set<String> = []
    for number in 0..<rounds {
      let set = try pipeline.rank(
        request, scene.world, now: scene.clock.now, time: scene.clock, number: UInt64(number),
        isLogged: true, workspace)
      rest = Set(scene.items(set).dropFirst(10))
      let evidence = try #require(set.evidence)
      #expect(Set(evidence.unshown.map(\.item)).count == 4)
      for candidate in evidence.unshown {
        counts[candidate.item, default: 0] += 1
        propensity = candidate.propensity
      }
    }
    #expect(Set(counts.keys) == rest)
    #expect(abs(propensity - 4 / Float(rest.count)) < 1e-6)
    let expected = Double(rounds) * Double(propensity)
    let deviation = (expected * (1 - Double(propensity))).squareRoot()
    for (item, count) in counts {
      #expect(abs(Double(count) - expected) < 5 * deviation, "\(item): \(count)")
    }
  }
}
