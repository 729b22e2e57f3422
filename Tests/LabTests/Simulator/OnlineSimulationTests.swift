import Feed
import Lab
import Testing

/// The online part in simulated days: its pages follow from the seed, as the log tells.
@Suite struct OnlineSimulationTests {
  private func run() throws -> Simulation {
    var options = Simulation.Options()
    options.seed = 3
    options.days = 2
    options.size.users = 60
    options.size.authors = 20
    options.size.items = 300
    options.size.interactions = 2_000
    options.postsPerDay = 40
    options.resamples = 10
    options.arms = ["home", "online"].map { .init($0, surface: $0) }
    var configuration = Configuration()
    configuration.surfaces["online"] = configuration.surfaces["home"]
    configuration.surfaces["online"]?.online.enabled = true
    configuration.surfaces["online"]?.online.slotsLog2 = 14
    var simulation = try Simulation(options, configuration)
    try simulation.run()
    return simulation
  }

  @Test func pagesAreCorrectedAndFollowFromTheSeed() throws {
    let simulation = try run()
    let engine = simulation.engine
    var learner = OnlineLearner(engine.configuration)
    var pages = 0
    var last: OnlineRecord?
    try engine.log.scan(after: .zero) { offset, record in
      learner.take(offset, record)
      guard case .pageServed(let page)? = try? Event.decode(record) else { return true }
      #expect((page.online == nil) == (page.surface == "home"))
      pages += 1
      last = page.online ?? last
      return true
    }
    let counts = try #require(learner.reading.surfaces["online"])
    #expect(counts.steps > 50 && counts.pages > 50 && Int(counts.pages) < pages)
    // Later pages were made with what earlier ones taught.
    #expect(try #require(last).version > 50)
    #expect(counts.correction > 0)
    let again = try run()
    #expect(again.report == simulation.report && again.engine.digest == engine.digest)
  }
}
