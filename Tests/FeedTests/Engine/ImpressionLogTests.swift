import Feed
import TestKit
import Testing

/// What the log holds of a page that was served.
@Suite("The log of what was served")
struct ImpressionLogTests {
  private let start = Timestamp(milliseconds: 1_767_225_600_000)

  /// An engine with items, deeds and readers.
  private func engine(
    _ log: MemoryLog, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Engine {
    var configuration = Configuration()
    configuration.world.dimension = 8
    configuration.surfaces["home"]?.exploreShare = 0
    change(&configuration)
    let time = ManualTime()
    let engine = Engine(configuration: configuration, log: log, snapshots: nil, time: time)
    try engine.start()
    var batch = EventBatch()
    var chance = SeededGenerator(seed: 9)
    for number in 0..<120 {
      var item = Item(id: "item-\(number)")
      item.author = "author\(chance.below(9))"
      item.title = "word\(chance.below(20)) and thing\(chance.below(20))"
      item.topic = "topic\(chance.below(6))"
      item.created = time.now.advanced(milliseconds: -Int64(chance.below(80_000_000)))
      batch.append(.itemPublished(item), received: time.now)
    }
    for _ in 0..<1_500 {
      let action = [Action.impression, .impression, .click, .like, .dwell, .hide][chance.below(6)]
      var deed = Interaction(
        user: "user\(chance.below(40))", action: action, target: "item-\(chance.below(120))",
        time: time.now.advanced(milliseconds: -Int64(chance.below(3_000_000))))
      if action == .dwell { deed.value = Float(chance.below(60_000)) }
      batch.append(.interaction(deed), received: time.now)
    }
    _ = try engine.submit(batch)
    return engine
  }

  /// The pages of a log, oldest first.
  private func pages(_ log: MemoryLog, _ engine: Engine) throws -> [PageServed] {
    engine.flushPages()
    // Pages wait in the queue of the writer, which takes batches in their order.
    var last = EventBatch()
    last.append(.profile(Profile(user: "last")), received: start)
    _ = try engine.submit(last)
    var pages: [PageServed] = []
    try log.scan(after: .zero) { _, record in
      if case .pageServed(let page)? = try? Event.decode(record) { pages.append(page) }
      return true
    }
    return pages
  }

  private func request(_ user: String, limit: Int = 20) -> PageRequest {
    var request = PageRequest(surface: "home")
    request.user = user
    request.limit = limit
    request.requestID = "r-\(user)"
    return request
  }

  @Test("a page is in the log with the features, heads and scores that it was served by")
  func record() throws {
    var chance = SeededGenerator.announced("impressions")
    let log = MemoryLog()
    let engine = try engine(log)
    defer { engine.stop() }
    let model = SeededModels.model(&chance, id: "0123456789abcdef0123")
    engine.models.set(ModelBoard.Arms(production: try ServedModel(model)))
    let page = try engine.page(request("user1"))
    let record = try #require(try pages(log, engine).last)
    #expect(record.user == "user1" && record.surface == "home" && record.requestID == "r-user1")
    #expect(record.model == "0123456789abcdef" && record.experiments == "ranker=production")
    #expect(record.configuration == engine.configuration.surfaces["home"]?.digest)
    #expect(record.sampleRate == 1 && record.offset == page.offset)
    #expect(Set(record.features).count == Feature.allCases.count)
    #expect(record.requestFeatures.count == Feature.allCases.count(where: \.isOfRequest))
    #expect(record.heads == model.heads.map(\.objective.rawValue))
    #expect(record.entries.map(\.item) == page.entries.map(\.item))
    #expect(record.entries.map(\.position) == (1...20).map { UInt16($0) })
    #expect(record.unshown.count == engine.configuration.engine.pageLogUnshown)
    let scorer = ModelScorer(
      try ServedModel(model), Utility(weights: try engine.settings(surface: "home").utility))
    var matrix = FeatureMatrix()
    matrix.fill(record)
    var scores: [Float] = []
    var heads = HeadColumns()
    scorer.score(matrix, &heads, into: &scores)
    for (index, entry) in (record.entries + record.unshown).enumerated() {
      // What is younger than six hours has a boost on top.
      #expect(entry.score >= scores[index] - 1e-4 && entry.score <= scores[index] + 0.0501)
      for head in entry.heads.indices {
        #expect(Half.rounded(heads[head, index]) == entry.heads[head])
      }
    }
  }

  @Test("pages behind a cursor are in the log too, further down without features")
  func later() throws {
    let log = MemoryLog()
    let engine = try engine(log) { $0.engine.pageLogPlaces = 30 }
    defer { engine.stop() }
    var page = try engine.page(request("user2"))
    var items = page.entries.map(\.item)
    while let next = page.next {
      page = try engine.page(at: next, user: "user2")
      items += page.entries.map(\.item)
    }
    let records = try pages(log, engine).filter { $0.user == "user2" }
    #expect(records.count >= 3)
    #expect(records.flatMap { $0.entries.map(\.item) } == items)
    #expect(records.flatMap { $0.entries.map { Int($0.position) } } == Array(1...items.count))
    for entry in records.flatMap(\.entries) {
      #expect(entry.features.isEmpty == (entry.position > 30))
    }
    let isSampled = records.map { !$0.unshown.isEmpty }
    #expect(isSampled == [true] + Array(repeating: false, count: records.count - 1))
  }

  @Test("an impression with 64 features takes at most 150 bytes")
  func bytes() throws {
    var chance = SeededGenerator(seed: 2)
    let log = MemoryLog()
    let engine = try engine(log)
    defer { engine.stop() }
    engine.models.set(
      ModelBoard.Arms(production: try ServedModel(SeededModels.model(&chance, id: "m"))))
    for user in 0..<20 { _ = try engine.page(request("user\(user)", limit: 50)) }
    var bytes = 0
    var shown = 0
    for page in try pages(log, engine) {
      #expect(page.features.count == 64)
      var record: [UInt8] = []
      Event.pageServed(page).encode(received: start, into: &record)
      bytes += record.count
      shown += page.entries.count
    }
    #expect(shown == 1_000)
    #expect(bytes <= 150 * shown, "\(bytes / shown) bytes each")
  }

  @Test("a model in the shadow scores what is logged, and nobody sees it")
  func shadow() throws {
    let log = MemoryLog()
    let engine = try engine(log)
    defer { engine.stop() }
    let a = SeededModels.constant("a", probability: 0.25)
    let b = SeededModels.constant("b", probability: 0.5)
    engine.models.set(
      ModelBoard.Arms(production: try ServedModel(a), shadow: try ServedModel(b)))
    let page = try engine.page(request("user3"))
    let record = try #require(try pages(log, engine).last)
    #expect(record.model == "a" && record.shadow == "b")
    let weights = try engine.settings(surface: "home").utility
    let recency = Float(weights["recency"] ?? 0)
    let health = Float(weights["creator_health"] ?? 0)
    for entry in record.entries {
      let own = entry.shadow - 0.5
      #expect(own >= 0 && own <= recency + health + 1e-4)
    }
    #expect(page.entries.map(\.score) == record.entries.map(\.score))
    #expect(engine.meters.shadow.pages.value == 1)
    #expect(engine.meters.shadow.topCompared.value == 10)
  }

  @Test("pages that were served are in the log after a stop")
  func stop() throws {
    let log = MemoryLog()
    let engine = try engine(log)
    for user in 0..<30 { _ = try engine.page(request("user\(user)")) }
    engine.stop()
    var count = 0
    try log.scan(after: .zero) { _, record in
      if (try? record.kind()) == .pageServed { count += 1 }
      return true
    }
    #expect(count == 30)
  }
}

extension FeatureMatrix {
  /// Becomes the features of a record's entries, shown and not.
  fileprivate mutating func fill(_ page: PageServed) {
    let all = page.entries + page.unshown
    begin(count: all.count)
    let features = page.features.compactMap { Feature(rawValue: $0) }
    for (feature, value) in zip(features, page.requestFeatures) { set(feature, value) }
    for (place, feature) in features.dropFirst(page.requestFeatures.count).enumerated() {
      for index in all.indices { self[feature, index] = all[index].features[place] }
    }
  }
}
