import Feed
import Sync
import Synchronization
import TestKit
import Testing

@Suite("Pages by many threads")
struct PageConcurrencyTests {
  /// A scene that one writer and several readers share.
  private final class Shared: @unchecked Sendable {
    // Sendable: the scene is written to under the writing lock and read under the reading one.
    let scene: Scene
    let lock = ReadWriteLock()
    let maker: PageMaker
    let failures = Atomic<Int>(0)
    let cached = Atomic<Int>(0)
    let later = Atomic<Int>(0)

    private final class Rendering: Sendable {}

    init(_ scene: Scene) {
      self.scene = scene
      maker = scene.maker()
    }

    /// Reads pages as one user does: the first, cached or made, and those behind it.
    func read(user: String, rounds: Int) {
      var request = PageRequest(surface: "home")
      request.user = user
      for _ in 0..<rounds {
        if let kept = maker.cached(request) {
          kept.keep(rendered: Rendering())
          cached.add(1, ordering: .relaxed)
        }
        let made = lock.reading { try? maker.make(request, world: scene.world) }
        guard let made, Set(made.page.entries.map(\.item)).count == made.page.entries.count else {
          failures.add(1, ordering: .relaxed)
          return
        }
        var next = made.page.next
        var rank = made.page.entries.last?.rank ?? 0
        while let position = next {
          let page = lock.reading {
            try? maker.page(at: position, user: user, world: scene.world)
          }
          guard let page else { break }  // evicted by other readers' pages
          if page.entries.contains(where: { $0.rank <= rank }) {
            failures.add(1, ordering: .relaxed)
          }
          rank = page.entries.last?.rank ?? rank
          later.add(1, ordering: .relaxed)
          next = page.next
        }
      }
    }
  }

  @Test("readers and a writer do not disturb each other")
  func together() throws {
    var chance = SeededGenerator.announced("threads")
    let scene = Scene {
      $0.surfaces["home"]?.limitDefault = 5
      $0.surfaces["home"]?.seen = .off
      $0.engine.cachedPagesMax = 40
    }
    Chaos.fill(scene, events: 300, &chance)
    let shared = Shared(scene)
    let readers = (0..<3).map { reader in
      Thread { for user in 0..<4 { shared.read(user: "u\(reader * 4 + user)", rounds: 20) } }
    }
    for _ in 0..<400 {
      shared.lock.writing { Chaos.step(shared.scene, &chance) }
    }
    for reader in readers { reader.join() }
    #expect(shared.failures.load(ordering: .relaxed) == 0)
    #expect(shared.later.load(ordering: .relaxed) > 0)
    // When nothing happens any more, what was made is true.
    shared.read(user: "u0", rounds: 2)
    #expect(shared.cached.load(ordering: .relaxed) > 0)
  }
}
