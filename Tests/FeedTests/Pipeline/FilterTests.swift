import Feed
import Testing

@Suite("Filters")
struct FilterTests {
  /// What remains of the fresh items for a reader on a surface with a policy.
  private func left(
    _ scene: Scene, _ user: String = "reader", seen: SurfaceSettings.SeenPolicy = .off,
    _ change: (inout PageRequest) -> Void = { _ in }
  ) throws -> Set<String> {
    var configuration = scene.only(.fresh)
    configuration.surfaces["only"]?.seen = seen
    return Set(
      try scene.items(scene.rank(scene.request(user, "only", change), Pipeline(configuration))))
  }

  private func scene() -> Scene {
    let scene = Scene()
    scene.post("a", by: "ann")
    scene.post("b", by: "bob")
    scene.post("c")
    return scene
  }

  @Test("a deleted item goes at once")
  func deleted() throws {
    let scene = scene()
    scene.delete("b")
    #expect(try left(scene) == ["a", "c"])
  }

  @Test("an item goes at its own end, to the second")
  func expired() throws {
    let scene = scene()
    scene.post("d") { $0.expires = scene.clock.now.advanced(milliseconds: 10_000) }
    scene.clock.advance(milliseconds: 9_000)
    #expect(try left(scene).contains("d"))
    scene.clock.advance(milliseconds: 1_000)
    #expect(try left(scene) == ["a", "b", "c"])
  }

  @Test("an item goes when the retention ends, though no event has come since")
  func retention() throws {
    let scene = Scene { $0.world.itemRetentionMs = 60_000 }
    scene.post("a")
    scene.clock.advance(milliseconds: 30_000)
    scene.post("b")
    scene.clock.advance(milliseconds: 40_000)
    #expect(try left(scene) == ["b"])
  }

  @Test("the policy says what is seen; what was hidden is gone under every one")
  func seen() throws {
    let scene = scene()
    for item in ["d", "e"] { scene.post(item) }
    scene.act("reader", .impression, "a")
    scene.act("reader", .click, "b")
    scene.act("reader", .hide, "c")
    scene.post("own", by: "reader")
    #expect(try left(scene, seen: .off) == ["a", "b", "d", "e", "own"])
    #expect(try left(scene, seen: .interacted) == ["a", "d", "e"])
    #expect(try left(scene, seen: .impressed) == ["d", "e"])
    #expect(try left(scene, "other", seen: .impressed).contains("c"))
  }

  @Test("a mute hides the author until it ends")
  func muted() throws {
    let scene = scene()
    scene.act("reader", .mute, "ann", onAuthor: true)
    #expect(try left(scene) == ["b", "c"])
    scene.act("reader", .unmute, "ann", onAuthor: true)
    #expect(try left(scene) == ["a", "b", "c"])
  }

  @Test("a block hides each from the other")
  func blocked() throws {
    let scene = scene()
    scene.act("reader", .block, "ann", onAuthor: true)
    scene.post("r", by: "reader")
    #expect(try left(scene) == ["b", "c", "r"])
    #expect(try left(scene, "ann") == ["a", "b", "c"])
    #expect(try left(scene, "bob") == ["a", "b", "c", "r"])
  }

  @Test("an item for a region is for its readers, or for those who ask for the region")
  func region() throws {
    let scene = scene()
    scene.post("f") { $0.region = "FI" }
    scene.post("s") { $0.region = "SE" }
    scene.describe("fi", region: "FI")
    #expect(try left(scene, "fi") == ["a", "b", "c", "f"])
    #expect(try left(scene, "fi") { $0.region = "SE" } == ["a", "b", "c", "f", "s"])
    #expect(try left(scene, "nobody") == ["a", "b", "c", "f", "s"])
    // A region that nothing is known of: items for a region are out.
    #expect(try left(scene, "nobody") { $0.region = "XX" } == ["a", "b", "c"])
    scene.describe("no", region: "NO")
    #expect(try left(scene, "no") == ["a", "b", "c"])
  }

  @Test("languages agree by their first part")
  func language() throws {
    let scene = scene()
    for (id, tag) in [("d", "en-US"), ("e", "EN"), ("f", "fi")] {
      scene.post(id) { $0.language = tag }
    }
    scene.describe("reader", language: "en")
    #expect(try left(scene) == ["a", "b", "c", "d", "e"])
    scene.describe("reader", language: "fi-FI")
    #expect(try left(scene) == ["a", "b", "c", "f"])
    #expect(try left(scene, "other") == ["a", "b", "c", "d", "e", "f"])
  }

  @Test("an item that nobody published yet may be on a page")
  func bare() throws {
    let scene = scene()
    scene.act("other", .click, "d", creates: true)
    #expect(try left(scene) == ["a", "b", "c", "d"])
  }

  @Test("rows that hold no item are removed")
  func rowsOfNothing() throws {
    struct Stray: Source {
      let name = SourceName.popular
      func gather(
        _ world: borrowing World, _ context: RankingContext, quota: Int,
        into candidates: inout CandidateSet
      ) throws(SourceError) {
        for row in [0, 1, 77, 4_000_000_000, UInt32.max] {
          candidates.add(row, .popular, value: 1)
        }
      }
    }
    let scene = Scene()
    scene.post("a")
    scene.post("b")
    scene.delete("b")
    let pipeline = Pipeline(scene.only(.popular), sources: [Stray()])
    let set = try scene.rank(scene.request(""), pipeline)
    #expect(scene.items(set) == ["a"])
    #expect(set.stages.first { $0.name == "filters" }?.entered == 5)
    #expect(set.stages.first { $0.name == "filters" }?.left == 1)
  }

  @Test("what does not exist is an error with a name")
  func unknown() throws {
    let scene = scene()
    #expect(throws: PageError.unknownSurface("nope")) {
      try scene.rank(scene.request("", "nope"))
    }
    #expect(throws: PageError.unknownItem("zz")) {
      try scene.rank(scene.request("", "because") { $0.item = "zz" })
    }
    #expect(throws: PageError.unknownCategory("zz")) {
      try scene.rank(scene.request("", "category") { $0.category = "zz" })
    }
  }
}
