import Feed
import Glibc
import Sync
import TestKit
import Testing

/// The online part in a running engine: what is chosen corrects the next pages, and the log
/// rebuilds what was learned.
@Suite struct OnlineEngineTests {
  private let time = ManualTime()

  /// Two surfaces that are alike but for the online part: newest first.
  private func configuration(
    _ change: (inout Configuration) -> Void = { _ in }
  ) -> Configuration {
    var configuration = Configuration()
    configuration.world.dimension = 8
    var surface = SurfaceSettings()
    surface.sources = ["fresh": 60]
    surface.weights = ["recency": 1]
    surface.utility = ["click": 1, "order": 1]
    surface.seen = .off
    surface.mmrLambda = 1
    surface.authorCap = 0
    surface.runMax = 0
    surface.limitDefault = 10
    configuration.surfaces = ["off": surface]
    surface.online.enabled = true
    surface.online.features = ["recency"]
    surface.online.slotsLog2 = 14
    configuration.surfaces["on"] = surface
    change(&configuration)
    return configuration
  }

  private func engine(
    _ log: any EventLog, _ configuration: Configuration, items: Int = 20
  ) throws -> Engine {
    let engine = Engine(configuration: configuration, log: log, snapshots: nil, time: time)
    try engine.start()
    var batch = EventBatch()
    for number in 0..<items {
      var item = Item(id: "i\(number)")
      item.title = "Item \(number)"
      item.created = time.now.advanced(milliseconds: -Int64(number) * 3_600_000)
      batch.append(.itemPublished(item), received: time.now)
    }
    _ = try engine.submit(batch)
    return engine
  }

  private func request(_ user: String, _ surface: String, _ number: Int) -> PageRequest {
    var request = PageRequest(surface: surface)
    request.user = user
    request.context = ["os:a"]
    request.requestID = "r\(number)-\(user)-\(surface)"
    return request
  }

  private func act(
    _ engine: Engine, _ user: String, _ action: Action, _ item: String, _ request: String
  ) throws {
    var deed = Interaction(user: user, action: action, target: item, time: time.now)
    deed.requestID = request
    var batch = EventBatch()
    batch.append(.interaction(deed), received: time.now)
    _ = try engine.submit(batch)
  }

  /// Readers who each see a page and choose an item of it.
  private func choose(
    _ item: String, on surface: String, _ engine: Engine, readers: Range<Int>
  ) throws {
    for reader in readers {
      let request = request("u\(reader)", surface, reader)
      let page = try engine.page(request)
      #expect(page.entries.contains { $0.item == item })
      try act(engine, "u\(reader)", .click, item, request.requestID)
    }
  }

  /// Lets the log take every page that was served, and the online part learn from all of it.
  private func settle(_ engine: Engine) throws {
    engine.flushPages()
    // Pages wait in the queue of the writer, which takes batches in their order.
    var last = EventBatch()
    last.append(.profile(Profile(user: "last")), received: time.now)
    _ = try engine.submit(last)
    try #require(engine.online).catchUp()
  }

  private func rank(_ item: String, _ page: Page) -> Int? {
    page.entries.first { $0.item == item }?.rank
  }

  private func served(_ log: any EventLog) throws -> [PageServed] {
    var pages: [PageServed] = []
    try log.scan(after: .zero) { _, record in
      if case .pageServed(let page)? = try? Event.decode(record) { pages.append(page) }
      return true
    }
    return pages
  }

  @Test("what readers choose rises for others where the online part is on, and nowhere else")
  func rises() throws {
    let log = MemoryLog()
    let engine = try engine(log, configuration())
    defer { engine.stop() }
    for surface in ["on", "off"] { try choose("i7", on: surface, engine, readers: 0..<60) }
    try settle(engine)
    let (on, off) = (
      try engine.page(request("eve", "on", 1)), try engine.page(request("eve", "off", 1))
    )
    #expect(rank("i7", on) == 1 && rank("i7", off) == 8)
    #expect(on.stages.contains { $0.name == "online" })
    let reading = try #require(engine.online).reading
    #expect(reading.surfaces["on"]?.steps == 60 && reading.surfaces["off"] == nil)
    try settle(engine)
    // What the log says of the corrected page: the score without the correction is that of a page
    // which was not corrected.
    let pages = try served(log).filter { $0.user == "eve" }
    let corrected = try #require(pages.first { $0.surface == "on" })
    let plain = try #require(pages.first { $0.surface == "off" })
    let record = try #require(corrected.online)
    #expect(record.version == 61 && record.keys.count == 2 && plain.online == nil)
    #expect(record.corrections.contains { abs($0) > 0.5 })
    for (entry, correction) in zip(corrected.entries, record.corrections) {
      #expect(abs(correction) <= 3)
      guard let same = plain.entries.first(where: { $0.item == entry.item }) else { continue }
      #expect(abs(entry.score - correction - same.score) < 1e-5)
    }
  }

  @Test("the log rebuilds what was learned, in a learner, and in an engine that starts again")
  func replay() throws {
    let log = MemoryLog()
    let configuration = configuration { $0.surfaces["on"]?.exploreShare = 0.3 }
    let first = try engine(log, configuration)
    var chance = SeededGenerator.announced("online engine, replay")
    for number in 0..<150 {
      let user = "u\(chance.below(20))"
      let request = request(user, chance.chance(0.8) ? "on" : "off", number)
      let page = try first.page(request)
      let item = page.entries[chance.below(page.entries.count)].item
      let action = [Action.click, .click, .like, .hide, .addToCart, .skip][chance.below(6)]
      // Without an id, it is the page that was shown last.
      try act(first, user, action, item, chance.chance(0.7) ? request.requestID : "")
      time.advance(milliseconds: Int64(chance.below(60_000)))
      // Pages are made with what was learned so far.
      if number % 40 == 39 { try settle(first) }
    }
    try settle(first)
    let live = try #require(first.online)
    // A deed without an id that comes before its page is logged finds no page, or an older one.
    #expect(live.reading.surfaces["on"]?.steps ?? 0 > 20)
    #expect(live.reading.surfaces["on"]?.correction ?? 0 > 1)
    var learner = OnlineLearner(configuration)
    try log.scan(after: .zero) { offset, record in
      learner.take(offset, record)
      return true
    }
    #expect(learner.digest == live.digest)
    #expect(learner.reading == live.reading)
    first.stop()
    let second = Engine(configuration: configuration, log: log, snapshots: nil, time: time)
    try second.start()
    defer { second.stop() }
    let again = try #require(second.online)
    try again.catchUp()
    #expect(again.digest == live.digest && again.reading == live.reading)
    // It goes on where it was.
    for reader in 200..<210 {
      let request = request("u\(reader)", "on", reader)
      // What was learned so far decides which items there are.
      let item = try #require(try second.page(request).entries.first?.item)
      try act(second, "u\(reader)", .click, item, request.requestID)
    }
    try settle(second)
    #expect(again.digest != live.digest)
  }

  @Test("kept pages stay when weights change; what their user does lets them be made anew")
  func cachedPages() throws {
    let engine = try engine(MemoryLog(), configuration())
    defer { engine.stop() }
    // A page of somebody of whom nothing is known can't be told to be true.
    try act(engine, "eve", .impression, "i19", "")
    let before = try engine.page(request("eve", "on", 1))
    try choose("i7", on: "on", engine, readers: 0..<60)
    try settle(engine)
    let kept = try #require(engine.cached(request("eve", "on", 2)))
    #expect(kept.page.requestID == before.requestID && rank("i7", kept.page) == 8)
    try act(engine, "eve", .click, "i1", before.requestID)
    #expect(engine.cached(request("eve", "on", 3)) == nil)
    #expect(rank("i7", try engine.page(request("eve", "on", 3))) == 1)
    // Its own age ends it too.
    time.advance(milliseconds: 61_000)
    #expect(engine.cached(request("eve", "on", 4)) == nil)
  }

  @Test("the bound holds, whatever was learned", arguments: [0, 0.25])
  func bound(_ bound: Double) throws {
    let log = MemoryLog()
    let engine = try engine(log, configuration { $0.surfaces["on"]?.online.bound = bound })
    defer { engine.stop() }
    try choose("i7", on: "on", engine, readers: 0..<80)
    try settle(engine)
    _ = try engine.page(request("eve", "on", 1))
    try settle(engine)
    let online = try #require(try served(log).last?.online)
    let largest = online.corrections.map { abs($0) }.max()
    #expect(try #require(largest) == Float(bound))
  }

  @Test("another model begins without corrections, and so does one that fails")
  func models() throws {
    let log = MemoryLog()
    let engine = try engine(log, configuration())
    defer { engine.stop() }
    func page(_ number: Int) throws -> (page: Page, record: PageServed) {
      let page = try engine.page(request("reader\(number)", "on", number))
      try settle(engine)
      return (page, try #require(try served(log).last { $0.user == "reader\(number)" }))
    }
    try choose("i7", on: "on", engine, readers: 0..<60)
    try settle(engine)
    #expect(rank("i7", try page(1).page) == 1)
    // Scores of another scale, which the corrections know nothing of.
    let model = SeededModels.constant("0123456789abcdef0123", probability: 0.25)
    engine.models.set(ModelBoard.Arms(production: try ServedModel(model)))
    let swapped = try page(2)
    #expect(swapped.record.model == "0123456789abcdef")
    #expect(swapped.record.online?.version == 1)
    #expect(swapped.record.online?.corrections.allSatisfy { $0 == 0 } ?? false)
    // Its own are learned from its own pages.
    try choose("i5", on: "on", engine, readers: 100..<140)
    try settle(engine)
    let learned = try page(3)
    #expect(rank("i5", learned.page) == 1 && learned.record.online?.version == 41)
    // Where a model fails, the weights of the configuration score, whose corrections stay out.
    engine.models.set(
      ModelBoard.Arms(production: try ServedModel(SeededModels.overflowing("broken"))))
    let failed = try page(4)
    #expect(failed.page.degraded.contains("model:not_finite"))
    #expect(failed.record.online == nil && rank("i0", failed.page) == 1)
    // Back to the weights, what was learned of them is still there.
    engine.models.set(ModelBoard.Arms())
    #expect(rank("i7", try page(5).page) == 1)
    let live = try #require(engine.online)
    var learner = OnlineLearner(engine.configuration)
    try log.scan(after: .zero) { offset, record in
      learner.take(offset, record)
      return true
    }
    #expect(learner.digest == live.digest)
  }

  @Test("items that are gone, and items that nobody knows, do no harm")
  func goneItems() throws {
    let engine = try engine(MemoryLog(), configuration())
    defer { engine.stop() }
    let request = request("u1", "on", 1)
    _ = try engine.page(request)
    var batch = EventBatch()
    batch.append(.itemDeleted(ItemDeletion(id: "i3", time: time.now)), received: time.now)
    _ = try engine.submit(batch)
    try act(engine, "u1", .click, "i3", request.requestID)
    try act(engine, "u1", .click, "nobody's", request.requestID)
    try act(engine, "u1", .click, "i2", "no-such-request")
    try settle(engine)
    // The choice was one when it was made, and is learned; the others are none of the page's.
    #expect(engine.online?.reading.surfaces["on"]?.steps == 1)
    #expect(rank("i3", try engine.page(self.request("eve", "on", 2))) == nil)
  }

  @Test("pages that are logged without features teach crosses, those that are not logged nothing")
  func withoutFeatures() throws {
    let bare = try engine(MemoryLog(), configuration { $0.engine.pageLogFeatures = false })
    defer { bare.stop() }
    try choose("i7", on: "on", bare, readers: 0..<60)
    try settle(bare)
    #expect(rank("i7", try bare.page(request("eve", "on", 1))) == 1)
    let silent = try engine(MemoryLog(), configuration { $0.engine.pageLogShare = 0 })
    defer { silent.stop() }
    try choose("i7", on: "on", silent, readers: 0..<10)
    try settle(silent)
    #expect(silent.online?.reading.surfaces["on"]?.steps == 0)
  }

  @Test("an impression with 64 features and its correction takes at most 150 bytes")
  func bytes() throws {
    let log = MemoryLog()
    var chance = SeededGenerator(seed: 2)
    let configuration = configuration { $0.surfaces["on"]?.limitDefault = 50 }
    let engine = try engine(log, configuration, items: 120)
    defer { engine.stop() }
    engine.models.set(
      ModelBoard.Arms(production: try ServedModel(SeededModels.model(&chance, id: "m"))))
    for user in 0..<20 {
      for _ in 0..<20 {
        let item = "i\(chance.below(120))"
        try act(engine, "u\(user)", [.click, .like, .impression][chance.below(3)], item, "")
      }
      _ = try engine.page(request("u\(user)", "on", user))
    }
    try settle(engine)
    var (bytes, shown) = (0, 0)
    for page in try served(log) {
      #expect(page.features.count == 64 && page.online?.corrections.count == page.entries.count)
      var record: [UInt8] = []
      Event.pageServed(page).encode(received: time.now, into: &record)
      bytes += record.count
      shown += page.entries.count
    }
    #expect(shown == 1_000)
    #expect(bytes <= 150 * shown, "\(bytes / shown) bytes each")
  }

  @Test("without a surface that wants it there is no online part")
  func off() throws {
    let engine = Engine(
      configuration: Configuration(), log: MemoryLog(), snapshots: nil, time: time)
    #expect(engine.online == nil)
  }

  @Test("a log that can't be read is said once, and nothing is lost when it can be again")
  func tornLog() throws {
    let log = TearableLog()
    let engine = try engine(log, configuration())
    defer { engine.stop() }
    try choose("i7", on: "on", engine, readers: 0..<5)
    engine.flushPages()
    log.tear()
    #expect(throws: LogError.self) { try settle(engine) }
    // The thread that follows finds it too, at its next look.
    while engine.status.notices.isEmpty { sched_yield() }
    #expect(throws: LogError.self) { try engine.online?.catchUp() }
    let notice = "online-log: log-corrupt: it is torn; it is tried again"
    #expect(engine.status.notices == [notice])
    log.mend()
    try settle(engine)
    #expect(engine.online?.reading.surfaces["on"]?.steps == 5)
  }
}

/// A log in memory that can be read in part only, while it is torn.
private final class TearableLog: EventLog, @unchecked Sendable {
  // Sendable: the flag is only touched under `lock`.
  private let inner = MemoryLog()
  private let lock = Lock()
  private var isTorn = false

  func tear() { lock.withLock { isTorn = true } }

  func mend() { lock.withLock { isTorn = false } }

  var end: Offset { inner.end }
  var prunedThrough: Offset { inner.prunedThrough }

  func append(_ batch: EventBatch) throws(LogError) -> Offset { try inner.append(batch) }

  func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    guard lock.withLock({ isTorn }) else { return try inner.scan(after: offset, body) }
    var count = 0
    try inner.scan(after: offset) { at, record in
      count += 1
      return count <= 3 && at < inner.end && body(at, record)
    }
    throw LogError(.corrupt, "it is torn")
  }

  func prune(through offset: Offset) throws(LogError) -> Int { try inner.prune(through: offset) }

  func addDeadLetter(_ letter: DeadLetter) throws(LogError) { try inner.addDeadLetter(letter) }

  func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try inner.deadLetters(after: id, limit: limit)
  }

  func removeDeadLetter(id: Int64) throws(LogError) -> Bool {
    try inner.removeDeadLetter(id: id)
  }

  func mark(_ mark: DigestMark) throws(LogError) { try inner.mark(mark) }

  func marks(limit: Int) throws(LogError) -> [DigestMark] { try inner.marks(limit: limit) }

  var health: LogHealth? { nil }
}
