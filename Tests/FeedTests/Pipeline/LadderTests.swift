import Feed
import TestKit
import Testing

@Suite("Ladder")
struct LadderTests {
  /// Fails after it has brought one item.
  private struct Failing: Source {
    let name = SourceName.nearest

    func gather(
      _ world: borrowing World, _ context: RankingContext, quota: Int,
      into candidates: inout CandidateSet
    ) throws(SourceError) {
      if let row = world.item("brought") { candidates.add(row.index, name, value: 1) }
      throw .unavailable
    }
  }

  /// Takes a time of its own.
  private struct Slow: Source {
    let name = SourceName.popular
    let time: ManualTime
    let milliseconds: Int64

    func gather(
      _ world: borrowing World, _ context: RankingContext, quota: Int,
      into candidates: inout CandidateSet
    ) throws(SourceError) {
      try PopularSource().gather(world, context, quota: quota, into: &candidates)
      time.advance(milliseconds: milliseconds)
    }
  }

  private func scene() -> Scene {
    let scene = Scene()
    for index in 0..<10 { scene.post("i\(index)") }
    scene.post("brought")
    for index in 0..<10 {
      for user in 0...index { scene.act("u\(user)", .click, "i\(index)") }
    }
    var surface = SurfaceSettings()
    surface.sources = ["nearest": 10, "popular": 10, "fresh": 10]
    surface.weights = ["recency": 1, "popularity": -1]
    surface.seen = .off
    surface.mmrLambda = 0.5
    scene.configuration.surfaces = ["only": surface]
    return scene
  }

  @Test("with time for everything, the page is full")
  func full() throws {
    let set = try scene().rank(PageRequest(surface: "only"))
    #expect(set.servedBy == .full && set.degraded.isEmpty)
    #expect(
      set.stages.map(\.name) == [
        "popular", "fresh", "nearest", "filters", "features", "score", "slate",
      ])
  }

  @Test("a source that fails costs only itself, and what it brought stays")
  func failing() throws {
    let scene = scene()
    let pipeline = Pipeline(scene.configuration, sources: [Failing(), PopularSource()])
    let set = try scene.rank(PageRequest(surface: "only"), pipeline)
    #expect(set.servedBy == .fewerSources)
    #expect(set.degraded == ["nearest:unavailable"])
    #expect(Set(scene.items(set)).isSuperset(of: ["brought", "i9"]))
  }

  @Test("after the time for sources, no further one is asked")
  func fewerSources() throws {
    let scene = scene()
    let slow = Slow(time: scene.clock, milliseconds: 60)
    let pipeline = Pipeline(
      scene.configuration, sources: [slow, FreshSource(), NearestSource()])
    let set = try scene.rank(PageRequest(surface: "only"), pipeline)
    #expect(set.servedBy == .fewerSources)
    #expect(set.degraded == ["fresh:deadline", "nearest:deadline"])
    #expect(set.count == 10)
  }

  @Test("after the time for the page, the sources' own values order it")
  func candidateScores() throws {
    let scene = scene()
    let slow = Slow(time: scene.clock, milliseconds: 200)
    let set = try scene.rank(
      PageRequest(surface: "only"), Pipeline(scene.configuration, sources: [slow]))
    #expect(set.servedBy == .candidateScores)
    #expect(set.degraded == ["score:deadline"])
    // The weights would turn the order round.
    #expect(scene.items(set) == (0..<10).reversed().map { "i\($0)" })
    #expect(set.reason(at: 0) == .popular)
  }

  @Test("a search stops at the deadline and keeps what it found")
  func nearestDeadline() throws {
    let scene = Scene()
    for index in 0..<9_000 {
      scene.post("i\(index)") { $0.embedding = SourceTests.ray(0) }
    }
    scene.act("reader", .click, "i0")
    scene.clock.takeAtEachLook(milliseconds: 20)
    var configuration = scene.only(.nearest, quota: 50)
    configuration.surfaces["only"]?.deadlineMs = 10_000
    let pipeline = Pipeline(configuration)
    let set = try scene.rank(scene.request("reader"), pipeline)
    #expect(set.servedBy == .fewerSources)
    #expect(set.degraded == ["nearest:deadline"])
    #expect(set.count == 50)
  }

  @Test("when nothing comes, what is popular and new is served, filtered")
  func popular() throws {
    let scene = scene()
    let pipeline = Pipeline(scene.only(.followed))
    let set = try scene.rank(scene.request("reader"), pipeline)
    #expect(set.servedBy == .popular)
    #expect(scene.items(set).first == "i9")
    #expect(set.count == 11)
    for item in scene.items(set) { scene.act("reader", .hide, item) }
    let empty = try scene.rank(scene.request("reader"), pipeline)
    #expect(empty.count == 0)
  }

  @Test("the same World and request give the same set", arguments: ["home", "recommendations"])
  func determinism(_ surface: String) throws {
    var chance = SeededGenerator.announced("determinism")
    let scene = Scene()
    Chaos.fill(scene, events: 2_000, &chance)
    for user in 0..<10 {
      let request = scene.request("u\(user)", surface)
      let first = try scene.rank(request)
      let second = try scene.rank(request)
      #expect(scene.items(first) == scene.items(second))
      for place in 0..<first.count {
        #expect(first.score(at: place) == second.score(at: place))
        #expect(first.reason(at: place) == second.reason(at: place))
        #expect(first.sources(at: place) == second.sources(at: place))
      }
    }
  }

  @Test("the stages of pages are counted")
  func meters() throws {
    let scene = scene()
    let meters = StageMeters()
    let pipeline = Pipeline(
      scene.configuration, sources: [Failing(), PopularSource(), FreshSource()])
    let maker = PageMaker(
      configuration: scene.configuration, freshness: scene.world.freshness, time: scene.clock,
      pipeline: pipeline)
    for _ in 0..<2 {
      let request = scene.request("stranger")
      let made = try maker.make(request, world: scene.world)
      meters.served(made.page, of: made.set)
    }
    func stage(_ name: String) -> StageMeters.Stage? { meters.stages.first { $0.name == name } }
    #expect(stage("nearest")?.candidates.value == 2)
    #expect(stage("popular")?.candidates.value == 20)
    #expect(stage("fresh")?.candidates.value == 0)
    #expect(stage("slate")?.candidates.value == 22)
    #expect(stage("slate")?.duration.snapshot().counts.reduce(0, +) == 2)
    #expect(meters.degraded.first { $0.code == "nearest:unavailable" }?.count.value == 2)
    #expect(meters.degraded.first { $0.code == "score:deadline" }?.count.value == 0)
  }
}
