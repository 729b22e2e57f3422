import Feed
import Testing

@Suite("Pages that are kept")
struct PageMakerTests {
  /// Thirty items of three authors, and a reader who follows two of them.
  private func scene(_ change: (inout Configuration) -> Void = { _ in }) -> Scene {
    let scene = Scene {
      $0.surfaces["home"]?.limitDefault = 5
      $0.surfaces["home"]?.seen = .interacted
      change(&$0)
    }
    scene.follow("reader", "ann")
    scene.follow("reader", "bob")
    for index in 0..<30 {
      scene.post("i\(index)", by: ["ann", "bob", "carl"][index % 3])
    }
    return scene
  }

  @Test("a page is served again until something happens to the user")
  func ownAction() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    #expect(maker.cached(request) == nil)
    let made = try maker.make(request, world: scene.world)
    #expect(!made.page.stages.isEmpty)
    let cached = try #require(maker.cached(request))
    #expect(cached.page.entries == made.page.entries)
    #expect(cached.page.stages.isEmpty)
    #expect(cached.set.number == made.set.number)
    scene.act("other", .click, "i1")
    #expect(maker.cached(request) != nil)
    let first = made.page.entries[0].item
    scene.act("reader", .click, first)
    #expect(maker.cached(request) == nil)
    let next = try maker.make(request, world: scene.world)
    #expect(next.set.number > made.set.number)
    #expect(!next.page.entries.contains { $0.item == first })
  }

  @Test("a key finds what its request finds, and nothing that is asked for otherwise")
  func keys() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    let key = PageKey(request)
    let now = scene.clock.now
    #expect(maker.cached(key, now: now) == nil)
    let made = try maker.make(request, world: scene.world)
    #expect(maker.cached(key, now: now)?.set.number == made.set.number)
    var named = request
    named.requestID = "another"
    #expect(maker.cached(PageKey(named), now: now) != nil)
    let changes: [(inout PageRequest) -> Void] = [
      { $0.user = "other" }, { $0.surface = "trending" }, { $0.item = "i1" },
      { $0.category = "c" }, { $0.region = "r" }, { $0.context = ["ios"] }, { $0.limit = 4 },
    ]
    for (number, change) in changes.enumerated() {
      var other = request
      change(&other)
      #expect(maker.cached(PageKey(other), now: now) == nil, "change \(number)")
    }
    // Bounds of a surface that are changed count for keys that were made before.
    try maker.change("home") { $0.limitDefault = 4 }
    #expect(maker.cached(key, now: now) == nil)
    let shorter = try maker.make(request, world: scene.world)
    #expect(maker.cached(key, now: now)?.set.number == shorter.set.number)
    #expect(shorter.page.entries.count == 4)
  }

  @Test("a post of a small author who is followed comes at once")
  func smallAuthor() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    _ = try maker.make(request, world: scene.world)
    scene.post("other", by: "carl")
    #expect(maker.cached(request) != nil)
    scene.clock.advance(milliseconds: 1_000)
    scene.post("mine", by: "ann")
    #expect(maker.cached(request) == nil)
    #expect(try scene.page(maker, request).entries.contains { $0.item == "mine" })
  }

  @Test("a celebrity's post renews the pages of followers, and no other")
  func celebrity() throws {
    let scene = scene {
      $0.world.smallAuthorFollowers = 1
      $0.world.celebrityFollowers = 1
    }
    scene.follow("fan", "star")
    scene.post("s0", by: "star")
    let maker = scene.maker()
    let reader = scene.request("reader", "home")
    let fan = scene.request("fan", "home")
    let forReader = try maker.make(reader, world: scene.world)
    let forFan = try maker.make(fan, world: scene.world)
    scene.post("s1", by: "star")
    // Whether it concerns the user takes a look at the World.
    #expect(maker.cached(reader) == nil && maker.cached(fan) == nil)
    #expect(try maker.make(reader, world: scene.world).set === forReader.set)
    #expect(maker.cached(reader) != nil)
    let renewed = try maker.make(fan, world: scene.world)
    #expect(renewed.set.number > forFan.set.number)
    #expect(renewed.page.entries.contains { $0.item == "s1" })
  }

  @Test("a deleted item leaves kept pages, and the place is filled")
  func deletion() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    let made = try maker.make(request, world: scene.world)
    let gone = made.page.entries[2].item
    scene.delete(gone)
    #expect(maker.cached(request) == nil)
    let renewed = try maker.make(request, world: scene.world)
    #expect(renewed.set === made.set)
    #expect(renewed.page.entries.count == 5)
    #expect(!renewed.page.entries.contains { $0.item == gone })
    #expect(renewed.page.entries.map(\.rank) == [1, 2, 4, 5, 6])
    #expect(maker.cached(request)?.page.entries == renewed.page.entries)
  }

  @Test("an item that ends while the page is kept is not shown after its end")
  func expiry() throws {
    let scene = scene()
    scene.post("brief", by: "ann") {
      $0.expires = scene.clock.now.advanced(milliseconds: 10_000)
    }
    scene.clock.advance(milliseconds: 2_000)
    let maker = scene.maker()
    var request = scene.request("reader", "home")
    request.limit = 31
    #expect(try scene.page(maker, request).entries.contains { $0.item == "brief" })
    scene.clock.advance(milliseconds: 7_000)
    #expect(maker.cached(request) != nil)
    scene.clock.advance(milliseconds: 1_000)
    #expect(maker.cached(request) == nil)
    #expect(try !scene.page(maker, request).entries.contains { $0.item == "brief" })
  }

  @Test("a page is made anew when it is too old")
  func age() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    let made = try maker.make(request, world: scene.world)
    scene.clock.advance(milliseconds: 59_999)
    #expect(maker.cached(request) != nil)
    scene.clock.advance(milliseconds: 1)
    #expect(maker.cached(request) == nil)
    #expect(try maker.make(request, world: scene.world).set.number > made.set.number)
  }

  @Test("a block hides the author from the blocked reader's kept page too")
  func blockedByAuthor() throws {
    let scene = scene()
    let maker = scene.maker()
    var request = scene.request("reader", "home")
    request.limit = 30
    #expect(try scene.page(maker, request).entries.contains { $0.author == "bob" })
    scene.act("bob", .block, "reader", onAuthor: true)
    #expect(maker.cached(request) == nil)
    #expect(try !scene.page(maker, request).entries.contains { $0.author == "bob" })
  }

  @Test("somebody unknown is ranked for each time until something is known")
  func unknownUser() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("stranger", "home")
    let made = try maker.make(request, world: scene.world)
    #expect(made.page.entries.count == 5)
    #expect(maker.cached(request) == nil)
    let nobody = scene.request("", "home")
    _ = try maker.make(nobody, world: scene.world)
    #expect(maker.cached(nobody) != nil)
  }

  @Test("pages follow on through cursors: no repeats, no gaps, the same set")
  func cursors() throws {
    let scene = scene()
    let maker = scene.maker()
    let made = try maker.make(scene.request("reader", "home"), world: scene.world)
    var shown = made.page.entries.map(\.item)
    var next = made.page.next
    while let position = next {
      scene.clock.advance(milliseconds: 1_000)
      scene.post("later\(shown.count)", by: "ann")
      scene.act("reader", .impression, shown[shown.count - 1])
      let page = try maker.page(at: position, user: "reader", world: scene.world)
      #expect(
        page.entries.map(\.rank)
          == (shown.count + 1...shown.count + page.entries.count)
          .map { $0 })
      shown += page.entries.map(\.item)
      next = page.next
    }
    #expect(shown == scene.items(made.set))
    #expect(shown.count == 30 && Set(shown).count == 30)
  }

  @Test("mute, block, hide, unfollow and deletion reach pages behind cursors")
  func cursorsAreChecked() throws {
    let scene = scene { $0.surfaces["home"]?.sources = ["followed": 100] }
    let maker = scene.maker()
    let made = try maker.make(scene.request("reader", "home"), world: scene.world)
    let rest = Array(scene.items(made.set).dropFirst(5))
    let position = try #require(made.page.next)
    func behind() throws -> [String] {
      var position = position
      position.limit = 100
      return try maker.page(at: position, user: "reader", world: scene.world).entries.map(\.item)
    }
    #expect(try behind() == rest)
    scene.delete(rest[0])
    scene.act("reader", .hide, rest[1])
    // Merely seen: it stays on the page that it was on.
    scene.act("reader", .click, rest[2])
    #expect(try behind() == Array(rest.dropFirst(2)))
    scene.act("reader", .mute, "ann", onAuthor: true)
    let bobs = rest.dropFirst(2).filter { (Int($0.dropFirst()) ?? 0) % 3 == 1 }
    #expect(try behind() == bobs)
    scene.act("reader", .unmute, "ann", onAuthor: true)
    scene.unfollow("reader", "bob")
    let anns = rest.dropFirst(2).filter { (Int($0.dropFirst()) ?? 0) % 3 == 0 }
    #expect(try behind() == anns)
  }

  @Test("a cursor of another user, an old one and one of no set have expired")
  func expired() throws {
    let scene = scene()
    let maker = scene.maker()
    let made = try maker.make(scene.request("reader", "home"), world: scene.world)
    var position = try #require(made.page.next)
    #expect(throws: PageError.expired) {
      try maker.page(at: position, user: "bob", world: scene.world)
    }
    scene.clock.advance(milliseconds: scene.configuration.engine.cursorAgeMs - 1)
    #expect(try maker.page(at: position, user: "reader", world: scene.world).entries.count == 5)
    scene.clock.advance(milliseconds: 1)
    #expect(throws: PageError.expired) {
      try maker.page(at: position, user: "reader", world: scene.world)
    }
    position.set += 1
    #expect(throws: PageError.expired) {
      try maker.page(at: position, user: "reader", world: scene.world)
    }
  }

  @Test("positions beyond the set, and negative ones, do no harm")
  func oddPositions() throws {
    let scene = scene()
    let maker = scene.maker()
    let number = try maker.make(scene.request("reader", "home"), world: scene.world).set.number
    for (start, limit, count) in [(-5, 3, 3), (1_000_000, 5, 0), (28, 5, 2), (0, -4, 1)] {
      let position = PagePosition(set: number, start: start, limit: limit)
      let page = try maker.page(at: position, user: "reader", world: scene.world)
      #expect(page.entries.count == count)
    }
  }

  @Test("the least recently used page makes room")
  func eviction() throws {
    let scene = scene { $0.engine.cachedPagesMax = 3 }
    let maker = scene.maker()
    let requests = ["reader", "ann", "bob", "carl"].map { scene.request($0, "home") }
    for request in requests[..<3] { _ = try maker.make(request, world: scene.world) }
    #expect(maker.cached(requests[0]) != nil)
    _ = try maker.make(requests[3], world: scene.world)
    #expect(maker.cachedCount == 3)
    #expect(maker.cached(requests[1]) == nil)
    for kept in [0, 2, 3] { #expect(maker.cached(requests[kept]) != nil) }
  }

  @Test("a row that was given to another item since is not shown")
  func reusedRows() throws {
    let scene = Scene { $0.surfaces["home"]?.limitDefault = 5 }
    for index in 0..<1_100 { scene.post("i\(index)") }
    let maker = scene.maker()
    let made = try maker.make(scene.request("", "home"), world: scene.world)
    let position = try #require(made.page.next)
    for index in 0..<1_100 { scene.delete("i\(index)") }
    for index in 0..<1_100 { scene.act("u", .click, "n\(index)", creates: true) }
    let rows = Set((0..<made.set.count).map { made.set.row(at: $0) })
    let reused = (0..<1_100).contains {
      scene.world.item("n\($0)").map { rows.contains($0) } ?? false
    }
    #expect(reused)
    let page = try maker.page(at: position, user: "", world: scene.world)
    #expect(page.entries.isEmpty && page.next == nil)
  }

  private final class Rendering: Sendable {}

  @Test("what was rendered is kept with the page, the first for all")
  func rendered() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    _ = try maker.make(request, world: scene.world)
    #expect(maker.cached(request)?.rendered == nil)
    let (first, second) = (Rendering(), Rendering())
    maker.cached(request)?.keep(rendered: first)
    #expect(maker.cached(request)?.keep(rendered: second) === first)
    #expect(maker.cached(request)?.rendered === first)
  }

  @Test("the last page is there when there is no time to rank, checked again")
  func lastPage() throws {
    let scene = scene()
    let maker = scene.maker()
    let request = scene.request("reader", "home")
    let none = maker.last(request, world: scene.world)
    #expect(none == nil)
    let made = try maker.make(request, world: scene.world)
    scene.act("reader", .hide, made.page.entries[0].item)
    let kept = maker.last(request, world: scene.world)
    let last = try #require(kept)
    #expect(last.servedBy == .lastPage)
    #expect(last.entries.first?.item == made.page.entries[1].item)
  }

  @Test("an entry says what people need to know")
  func entries() throws {
    let scene = Scene()
    scene.follow("reader", "ann")
    scene.post("a", by: "ann", age: 5_000) {
      $0.title = "A title"
      $0.contentType = "video"
      $0.category = "travel"
    }
    let page = try scene.page(scene.maker(), scene.request("reader", "home"))
    let entry = try #require(page.entries.first)
    #expect(entry.item == "a" && entry.author == "ann" && entry.title == "A title")
    #expect(entry.contentType == "video" && entry.category == "travel")
    #expect(entry.rank == 1 && entry.reason == .followed && entry.because == "ann")
    #expect(SourceName.sources(in: entry.sources).contains(.followed))
    #expect(entry.created == scene.clock.now.advanced(milliseconds: -5_000))
    #expect(page.offset == scene.world.offset && page.scoredAt == scene.clock.now)
    #expect(page.next == nil)
  }
}
