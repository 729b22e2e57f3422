import Feed
import Sync
import Synchronization
import TestKit
import Testing

/// Models are exchanged while pages are made: no page is of two of them.
@Suite("Models exchanged under load")
struct ModelSwapTests {
  /// Every item of model `k`'s pages scores this, and its head says it.
  private static func probability(_ model: Int) -> Float { 0.1 + 0.1 * Float(model) }

  @Test("a thousand exchanges under load: no error, no page of two models")
  func swaps() throws {
    let scene = ModelScorerTests.scene()
    scene.configuration.surfaces["home"]?.utility = ["click": 1]
    scene.configuration.surfaces["home"]?.seen = .off
    let board = ModelBoard()
    let maker = PageMaker(
      configuration: scene.configuration, freshness: scene.world.freshness, time: scene.clock,
      models: board)
    let models = try (0..<4).map {
      try ServedModel(SeededModels.constant("\($0)", probability: Self.probability($0)))
    }
    let failures = Atomic(0)
    let pages = Atomic(0)
    let isDone = Atomic(false)
    let shared = Shared(scene: scene, maker: maker)
    let readers = (0..<3).map { number in
      Thread {
        var round = 0
        while !isDone.load(ordering: .acquiring) || round < 10 {
          round += 1
          let request = shared.scene.request("u\((number + round) % 12)", "home")
          guard let (page, set) = try? shared.maker.make(request, world: shared.scene.world),
            Self.isOfOneModel(page, set)
          else {
            failures.add(1, ordering: .relaxed)
            continue
          }
          pages.add(1, ordering: .relaxed)
        }
      }
    }
    for swap in 0..<1_000 {
      let canary = models[(swap + 1) % 4]
      board.set(
        ModelBoard.Arms(
          production: swap % 7 == 0 ? nil : models[swap % 4],
          canary: swap % 3 == 0 ? (canary, 0.5) : nil, shadow: models[(swap + 2) % 4]))
      if swap % 50 == 0 { try maker.change("home") { $0.runMax = 1 + swap / 50 % 3 } }
    }
    isDone.store(true, ordering: .releasing)
    for reader in readers { reader.join() }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(pages.load(ordering: .relaxed) >= 30)
  }

  /// Whether scores and heads of a page are those of the model that it names.
  private static func isOfOneModel(_ page: Page, _ set: RankedSet) -> Bool {
    guard !page.entries.isEmpty, page.degraded.isEmpty, let evidence = set.evidence else {
      return false
    }
    guard let model = Int(set.model) else {
      return set.arm == .linear && evidence.heads.isEmpty
    }
    let expected = probability(model)
    return set.arm != .linear
      && page.entries.allSatisfy {
        abs($0.score - expected) < 1e-5
          && abs(evidence.heads(at: $0.rank - 1)[0] - expected) < 1e-3
      }
  }

  private final class Shared: @unchecked Sendable {
    // Sendable: nobody writes to the scene while pages are made.
    let scene: Scene
    let maker: PageMaker

    init(scene: Scene, maker: PageMaker) {
      self.scene = scene
      self.maker = maker
    }
  }
}
