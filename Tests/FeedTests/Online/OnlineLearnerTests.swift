import Feed
import TestKit
import Testing

/// From the log to weights: which deeds are learned, on which pages, and that it is always so.
@Suite struct OnlineLearnerTests {
  private static func configuration(
    _ change: (inout OnlineSettings) -> Void = { _ in }
  ) -> Configuration {
    var configuration = Configuration()
    var surface = SurfaceSettings()
    surface.online.enabled = true
    surface.online.features = ["recency", "popularity"]
    surface.online.slotsLog2 = 14
    change(&surface.online)
    configuration.surfaces = ["only": surface, "other": surface]
    surface.online.enabled = false
    configuration.surfaces["off"] = surface
    return configuration
  }

  private func learn(
    _ stream: OnlineStream, _ configuration: Configuration = configuration()
  ) -> OnlineLearner {
    learn(stream.batch, configuration)
  }

  private func learn(
    _ batch: EventBatch, _ configuration: Configuration = configuration()
  ) -> OnlineLearner {
    var learner = OnlineLearner(configuration)
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        learner.take(Offset(UInt64(index + 1)), record)
      }
    }
    return learner
  }

  private func stream(_ name: String) -> OnlineStream {
    OnlineStream(SeededGenerator.announced(name))
  }

  /// The weights that pages would find.
  private func published(_ learner: OnlineLearner, _ scorer: String = "") -> OnlineWeights? {
    var learner = learner
    let board = OnlineBoard()
    learner.open(board)
    learner.publish(to: board)
    return board.weights("only", scorer: scorer)
  }

  /// What an item would be moved by on a page with these keys.
  private func correction(_ learner: OnlineLearner, _ item: String) throws -> Float {
    let weights = try #require(published(learner))
    let trial = OnlineTrial(
      keys: [7, 9], items: ["x", "y", item], scores: [0, 0, 0],
      columns: [[0, 0, 0], [0, 0, 0]])
    var page = try #require(trial)
    weights.score(&page)
    return page.corrections[2]
  }

  @Test("a step is that of a model which is shown the page without its corrections")
  func step() throws {
    var stream = stream("online learner, a step")
    let page = stream.page(["a", "b", "c"])
    stream.add(.pageServed(page))
    stream.add(stream.deed(.like, "b", on: page))
    let learner = learn(stream)
    var twin = OnlineModel(try #require(Self.configuration().surfaces["only"]).online)
    let corrections = try #require(page.online).corrections
    let shown = OnlineTrial(
      keys: [7, 9], items: ["a", "b", "c"],
      scores: zip(page.entries, corrections).map { $0.score - $1 },
      columns: [0, 1].map { column in page.entries.map { $0.features[column] } },
      places: [1, 2, 3])
    var trial = try #require(shown)
    twin.learn(&trial, gains: [0, 3, 0])
    let weights = try #require(published(learner))
    #expect(weights.slots == twin.weights.slots && weights.features == twin.weights.features)
    #expect(weights.features.contains { $0 != 0 } && weights.version == 2)
    #expect(learner.reading.surfaces["only"]?.steps == 1)
    let sum = corrections.reduce(0) { $0 + Double(abs($1)) }
    #expect(learner.reading.surfaces["only"]?.correction == sum)
    #expect(learner.reading.surfaces["only"]?.places == 3)
  }

  @Test("what speaks for an item is learned, what speaks against it or nothing is not")
  func actions() throws {
    let teaching: Set<Action> = [
      .click, .like, .share, .comment, .save, .dwell, .watch, .complete, .addToCart, .purchase,
    ]
    for action in Action.allCases {
      var stream = stream("online learner, \(action.name)")
      let page = stream.page(["a", "b", "c"])
      stream.add(.pageServed(page))
      let value: Float = action == .dwell ? 40_000 : 40
      stream.add(stream.deed(action, "b", on: page, value: value))
      let learner = learn(stream)
      let steps = try #require(learner.reading.surfaces["only"]).steps
      #expect(steps == (teaching.contains(action) ? 1 : 0), "\(action.name)")
      let moved = try correction(learner, "b")
      #expect(teaching.contains(action) ? moved > 0 : moved == 0, "\(action.name)")
    }
  }

  @Test("a stronger deed teaches more, a repeated one nothing more")
  func strength() throws {
    func moved(_ actions: [Action]) throws -> Float {
      var stream = OnlineStream(SeededGenerator(seed: 5))
      let page = stream.page(["a", "b", "c"])
      stream.add(.pageServed(page))
      for action in actions { stream.add(stream.deed(action, "b", on: page)) }
      return try correction(learn(stream), "b")
    }
    #expect(try moved([.purchase]) > moved([.click]))
    #expect(try moved([.click, .click, .click]) == moved([.click]))
    #expect(try moved([.addToCart, .addToCart]) == moved([.addToCart]))
    #expect(try moved([.click, .like]) > moved([.click]))
  }

  @Test("a deed without a request id finds the page by user and item; one that comes first waits")
  func joining() throws {
    var stream = stream("online learner, joining")
    let first = stream.page(["a", "b", "c"], user: "ann")
    stream.add(.pageServed(first))
    stream.add(
      .interaction(Interaction(user: "ann", action: .click, target: "b", time: stream.now)))
    stream.add(
      .interaction(Interaction(user: "bob", action: .click, target: "c", time: stream.now)))
    #expect(learn(stream).reading.surfaces["only"]?.steps == 1)
    let second = stream.page(["a", "b", "c"])
    stream.add(stream.deed(.click, "a", on: second))
    #expect(learn(stream).reading.surfaces["only"]?.steps == 1)
    stream.add(.pageServed(second))
    #expect(learn(stream).reading.surfaces["only"]?.steps == 2)
    // What the page did not show, what nobody knows, and a user who was erased.
    let third = stream.page(["a", "b", "c"], user: "eve")
    stream.add(.pageServed(third))
    stream.add(stream.deed(.click, "z", on: third))
    stream.add(.userErased(UserErasure(user: "eve", time: stream.now)))
    stream.add(stream.deed(.click, "a", on: third))
    #expect(learn(stream).reading.surfaces["only"]?.steps == 2)
  }

  @Test("pages of another surface, and of none of the online part's, teach nothing")
  func otherPages() throws {
    var stream = stream("online learner, other pages")
    for surface in ["off", "unknown"] {
      let page = stream.page(["a", "b"], surface: surface)
      stream.add(.pageServed(page))
      stream.add(stream.deed(.click, "a", on: page))
    }
    var bare = stream.page(["a", "b"])
    bare.online = nil
    stream.add(.pageServed(bare))
    stream.add(stream.deed(.click, "a", on: bare))
    let learner = learn(stream)
    #expect(learner.digest == OnlineLearner(Self.configuration()).digest)
    #expect(learner.reading.surfaces.values.allSatisfy { $0.steps == 0 && $0.pages == 0 })
  }

  @Test("weights of one model are none of another's, and the oldest go")
  func scorers() throws {
    var stream = stream("online learner, scorers")
    for model in ["", "m1", "m2", "m3", "m4"] {
      let page = stream.page(["a", "b", "c"], model: model)
      stream.add(.pageServed(page))
      stream.add(stream.deed(.click, "b", on: page))
      let learner = learn(stream)
      #expect(published(learner, model)?.version == 2)
      #expect(published(learner, "another")?.version == 1)
    }
    let learner = learn(stream)
    #expect(published(learner, "")?.version == 1, "four are kept")
    for model in ["m1", "m2", "m3", "m4"] { #expect(published(learner, model)?.version == 2) }
  }

  @Test("equal logs teach the same, bit for bit, however they are cut", arguments: [1, 2, 3])
  func determinism(seed: UInt64) throws {
    var stream = OnlineStream(SeededGenerator(seed: seed))
    stream.addRandom(pages: 400)
    let batch = stream.batch
    let learner = learn(batch)
    #expect(learner.reading.surfaces["only"]?.steps ?? 0 > 20)
    #expect(learner.reading.surfaces["other"]?.steps ?? 0 > 5)
    #expect(learn(batch).digest == learner.digest)
    #expect(learn(batch).reading == learner.reading)
    var shorter = OnlineStream(SeededGenerator(seed: seed))
    shorter.addRandom(pages: 200)
    #expect(learn(shorter).digest != learner.digest)
    // Publishing in between, which shares memory with readers, changes nothing.
    var cut = OnlineLearner(Self.configuration())
    let board = OnlineBoard()
    cut.open(board)
    var kept: [OnlineWeights] = []
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        cut.take(Offset(UInt64(index + 1)), record)
      }
      if index % 37 == 0 {
        cut.publish(to: board)
        kept.append(try #require(board.weights("only")))
      }
    }
    #expect(cut.digest == learner.digest)
    #expect(Set(kept.map(\.version)).count > 5)
  }

  @Test("pages beyond the bound are given up and counted; the newest can still be learned from")
  func bound() throws {
    var stream = stream("online learner, bound")
    var pages: [PageServed] = []
    for _ in 0..<50 {
      pages.append(stream.page(["a", "b"]))
      stream.add(.pageServed(pages[pages.count - 1]))
    }
    stream.add(stream.deed(.click, "a", on: pages[0]))
    stream.add(stream.deed(.click, "a", on: pages[39]))
    stream.add(stream.deed(.click, "a", on: pages[40]))
    stream.add(stream.deed(.click, "a", on: pages[49]))
    var configuration = Self.configuration()
    configuration.learning.onlinePagesMax = 10
    let reading = learn(stream, configuration).reading
    #expect(reading.pagesWaiting == 10 && reading.pagesGivenUp == 40)
    #expect(reading.surfaces["only"]?.steps == 2)
    // Long pages are bounded by their bytes.
    var long = OnlineStream(SeededGenerator(seed: 1))
    for _ in 0..<10 { long.add(.pageServed(long.page((0..<500).map { "i\($0)" }))) }
    #expect(learn(long, configuration).reading.pagesWaiting == 1)
    // And time ends the waiting of those that fit.
    stream.wait(configuration.learning.horizonMs + 1)
    stream.add(.profile(Profile(user: "late")))
    #expect(learn(stream, configuration).reading.pagesWaiting == 0)
  }

  @Test("what is no number, or is missing, does no harm")
  func hostile() throws {
    var stream = stream("online learner, hostile")
    let strange: [Float] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude]
    for round in 0..<400 {
      var page = stream.page(["a", "b", "c", "d"])
      let index = stream.chance.below(4)
      let value = strange[stream.chance.below(4)]
      var corrections = try #require(page.online).corrections
      switch round % 7 {
      case 0: page.entries[index].score = value
      case 1: corrections[index] = value
      case 2: page.entries[index].features[0] = value
      case 3: for place in 0..<4 { page.entries[place].features = [] }
      case 4: page.entries[index].features = []
      case 5: page.features = [Feature.recency.rawValue, 250]
      default: page.entries[index].score = -.greatestFiniteMagnitude
      }
      page.online = OnlineRecord(version: 1, keys: [7, 9], corrections: corrections)
      if round % 11 == 0 { page.entries = [] }
      if round % 13 == 0 {
        page.online = OnlineRecord(
          version: 1, keys: Array(1...20), corrections: corrections)
      }
      stream.add(.pageServed(page))
      stream.add(stream.deed(.click, "b", on: page))
    }
    let learner = learn(stream)
    #expect(learner.reading.surfaces["only"]?.steps ?? 0 > 300)
    #expect(learner.reading.surfaces["only"]?.correction.isFinite ?? false)
    let weights = try #require(published(learner))
    #expect(weights.slots.allSatisfy { $0.isFinite } && weights.slots.contains { $0 != 0 })
    #expect(weights.features.allSatisfy { $0.isFinite })
    #expect(try correction(learner, "b") > correction(learner, "c"))
  }

  @Test("records that are cut short or changed are passed over")
  func damage() throws {
    var stream = stream("online learner, damage")
    stream.addRandom(pages: 60)
    let batch = stream.batch
    var learner = OnlineLearner(Self.configuration())
    for index in 0..<batch.count {
      var bytes = Array(batch.bytes[batch.range(index)])
      switch stream.chance.below(3) {
      case 0: bytes.removeLast(1 + stream.chance.below(bytes.count))
      case 1: bytes[stream.chance.below(bytes.count)] ^= UInt8(1 + stream.chance.below(255))
      default: break
      }
      RecordView.over(bytes, 0..<bytes.count) { record in
        learner.take(Offset(UInt64(index + 1)), record)
      }
    }
    let weights = published(learner)
    #expect(weights?.slots.allSatisfy { $0.isFinite } ?? true)
    #expect(learner.reading.through == Offset(UInt64(batch.count)))
  }
}
