import Feed
import Testing

/// The online part inside the pipeline.
@Suite struct OnlinePageTests {
  /// Ten items by recency; the online part weighs it anew and crosses items.
  private static func scene() -> (scene: Scene, configuration: Configuration) {
    let scene = Scene()
    for number in 0..<10 { scene.post("i\(number)", age: Int64(number) * 3_600_000) }
    scene.describe("ann", region: "north")
    var configuration = scene.only(.fresh, weights: ["recency": 1])
    configuration.surfaces["only"]?.online.enabled = true
    configuration.surfaces["only"]?.online.features = ["recency"]
    configuration.surfaces["only"]?.online.slotsLog2 = 14
    return (scene, configuration)
  }

  private static func request(_ context: [String]) -> PageRequest {
    var request = PageRequest(surface: "only")
    request.user = "ann"
    request.context = context
    return request
  }

  /// Ranks with weights, and says which score each item got.
  private static func rank(
    _ scene: Scene, _ pipeline: Pipeline, _ weights: OnlineWeights?, _ workspace: Workspace,
    context: [String] = ["os:a"]
  ) throws -> RankedSet {
    try pipeline.rank(
      request(context), scene.world, now: scene.clock.now, time: scene.clock, number: 1,
      online: weights, workspace)
  }

  @Test func thePageFollowsWhatWasLearnedAndSaysSo() throws {
    let (scene, configuration) = Self.scene()
    let settings = try #require(configuration.surfaces["only"]?.online)
    let pipeline = Pipeline(configuration)
    let workspace = Workspace()
    var model = OnlineModel(settings)
    let plain = try Self.rank(scene, pipeline, nil, workspace)
    #expect(plain.online == nil && workspace.online.count == 0)
    #expect(scene.items(plain).first == "i0")
    for _ in 0..<200 {
      _ = try Self.rank(scene, pipeline, model.weights, workspace)
      let row = scene.world.item("i7")
      let chosen = workspace.index(of: try #require(row))
      model.learn(&workspace.online, chosen: try #require(chosen))
    }
    let set = try Self.rank(scene, pipeline, model.weights, workspace)
    #expect(scene.items(set).first == "i7")
    let record = try #require(set.online)
    #expect(record.version == model.weights.version && record.corrections.count == set.count)
    // The item alone, the region, and a word; nothing was read yet.
    #expect(record.keys.count == 3)
    for place in 0..<set.count {
      let same = (0..<plain.count).first { plain.row(at: $0) == set.row(at: place) }
      let before = try #require(same)
      let change = set.score(at: place) - plain.score(at: before)
      #expect(abs(change - record.corrections[place]) < 1e-5)
      #expect(abs(record.corrections[place]) <= Float(settings.bound))
    }
    // The same World, weights and request give the same page, in whatever memory.
    let again = try Self.rank(scene, pipeline, model.weights, Workspace())
    #expect(scene.items(again) == scene.items(set) && again.online == record)
  }

  @Test func whatOneContextTaughtHardlyShowsInAnother() throws {
    let (scene, configuration) = Self.scene()
    var settings = try #require(configuration.surfaces["only"]?.online)
    settings.crosses = ["context"]
    settings.features = []
    var changed = configuration
    changed.surfaces["only"]?.online = settings
    let pipeline = Pipeline(changed)
    let workspace = Workspace()
    var model = OnlineModel(settings)
    for _ in 0..<100 {
      _ = try Self.rank(scene, pipeline, model.weights, workspace)
      let row = scene.world.item("i7")
      let chosen = workspace.index(of: try #require(row))
      model.learn(&workspace.online, chosen: try #require(chosen))
    }
    let here = try Self.rank(scene, pipeline, model.weights, workspace)
    let there = try Self.rank(scene, pipeline, model.weights, workspace, context: ["os:b"])
    #expect(scene.items(here).first == "i7" && scene.items(there).first == "i0")
    let untouched = try #require(there.online)
    #expect(untouched.corrections.allSatisfy { $0 == 0 })
  }

  @Test func aSurfaceThatIsOffIsLeftAlone() throws {
    let (scene, configuration) = Self.scene()
    let settings = try #require(configuration.surfaces["only"]?.online)
    var off = configuration
    off.surfaces["only"]?.online.enabled = false
    let workspace = Workspace()
    let set = try Self.rank(scene, Pipeline(off), OnlineModel(settings).weights, workspace)
    #expect(set.online == nil && workspace.online.count == 0)
  }
}
