import Feed
import TestKit
import Testing

@Suite("The board of models")
struct ModelBoardTests {
  private func served(_ id: String, _ probability: Float = 0.3) throws -> ServedModel {
    try ServedModel(SeededModels.constant(id, probability: probability))
  }

  @Test("a canary takes its share of the users, and each stays where they are")
  func canary() throws {
    let (old, new) = (try served("old"), try served("new"))
    let users = (0..<20_000).map { "user\($0)" }
    func canaries(_ share: Double) -> Set<String> {
      let arms = ModelBoard.Arms(production: old, canary: (new, share))
      return Set(
        users.filter {
          let serving = arms.serving($0)
          #expect(serving.model === (serving.arm == .canary ? new : old))
          return serving.arm == .canary
        })
    }
    let few = canaries(0.05)
    let more = canaries(0.25)
    // Five standard deviations of a binomial count.
    #expect((1_000 - 154...1_000 + 154).contains(few.count))
    #expect((5_000 - 306...5_000 + 306).contains(more.count))
    #expect(few.isSubset(of: more))
    #expect(canaries(0).isEmpty && canaries(1).count == users.count)
    #expect(ModelBoard.Arms(production: old, canary: (new, 1)).serving("").arm == .production)
    #expect(ModelBoard.Arms().serving("user1").arm == .linear)
  }

  @Test("a kept page is made anew when the model of its arm changes, and only then")
  func keptPages() throws {
    let scene = ModelScorerTests.scene()
    let board = ModelBoard()
    let maker = PageMaker(
      configuration: scene.configuration, freshness: scene.world.freshness, time: scene.clock,
      models: board)
    let request = scene.request("reader", "home")
    func model() throws -> String { try maker.make(request, world: scene.world).set.model }
    #expect(try model() == "")
    #expect(maker.cached(request) != nil)
    board.set(ModelBoard.Arms(production: try served("a")))
    #expect(maker.cached(request) == nil)
    #expect(try model() == "a")
    #expect(maker.cached(request)?.set.model == "a")
    // Another shadow, or a canary that takes nobody, is no change for the page.
    board.set(
      ModelBoard.Arms(
        production: try served("a"), canary: (try served("c"), 0), shadow: try served("s")))
    #expect(maker.cached(request) != nil)
    board.set(ModelBoard.Arms(production: try served("a"), canary: (try served("c"), 1)))
    #expect(maker.cached(request) == nil)
    #expect(try model() == "c")
  }

  @Test("a change of what predictions weigh holds from the next page on")
  func utility() throws {
    let scene = ModelScorerTests.scene()
    let board = ModelBoard()
    board.set(ModelBoard.Arms(production: try served("a", 0.25)))
    scene.configuration.surfaces["home"]?.utility = ["click": 1]
    let maker = PageMaker(
      configuration: scene.configuration, freshness: scene.world.freshness, time: scene.clock,
      models: board)
    let request = scene.request("reader", "home")
    func top() throws -> Float {
      try maker.make(request, world: scene.world).page.entries[0].score
    }
    #expect(abs(try top() - 0.25) < 1e-5)
    try maker.change("home") { $0.utility = ["click": 4] }
    #expect(maker.cached(request) == nil)
    #expect(abs(try top() - 1) < 1e-5)
    #expect(throws: PageError.unknownSurface("none")) {
      try maker.change("none") { $0.utility = [:] }
    }
  }
}
