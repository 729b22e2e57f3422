import Feed
import TestKit

/// Pages that the online part had a hand in, and what readers did on them, as the log has it.
struct OnlineStream {
  var chance: SeededGenerator
  /// In the order of the log.
  private(set) var events: [(event: Event, received: Timestamp)] = []
  private(set) var now = Timestamp(milliseconds: 1_767_225_600_000)
  private var pages = 0

  init(_ chance: SeededGenerator) { self.chance = chance }

  /// The records, as a log takes them.
  var batch: EventBatch {
    var batch = EventBatch()
    for (event, received) in events { batch.append(event, received: received) }
    return batch
  }

  mutating func wait(_ milliseconds: Int64) { now = now.advanced(milliseconds: milliseconds) }

  mutating func add(_ event: Event) { events.append((event, now)) }

  /// A page of items, not in the log yet.
  mutating func page(
    _ items: [String], surface: String = "only", model: String = "",
    user: String? = nil, keys: [UInt64] = [7, 9]
  ) -> PageServed {
    pages += 1
    var page = PageServed(
      user: user ?? "u\(pages)", surface: surface, requestID: "r\(pages)", offset: .zero,
      servedBy: 0, time: now,
      entries: items.map {
        .init(item: $0, score: Float(chance.below(2_000)) / 1_000, sources: 1)
      })
    for index in items.indices { page.entries[index].position = UInt16(index + 1) }
    page.model = model
    page.features = [Feature.recency.rawValue, Feature.popularity.rawValue]
    for index in items.indices {
      page.entries[index].features = [
        Half.rounded(Float(chance.below(1_000)) / 1_000),
        Half.rounded(Float(chance.below(1_000)) / 1_000),
      ]
    }
    page.online = OnlineRecord(
      version: 1, keys: keys,
      corrections: items.map { _ in Float(chance.below(200)) / 100 - 1 })
    return page
  }

  /// A deed on a page.
  func deed(_ action: Action, _ item: String, on page: PageServed, value: Float = 0) -> Event {
    var deed = Interaction(user: page.user, action: action, target: item, time: now)
    deed.requestID = page.requestID
    deed.value = value
    return .interaction(deed)
  }

  /// Pages and deeds at random.
  mutating func addRandom(pages count: Int) {
    var served: [PageServed] = []
    for _ in 0..<count {
      wait(Int64(chance.below(3_000)))
      var items = (0..<30).map { "i\($0)" }
      for index in items.indices { items.swapAt(index, chance.below(items.count)) }
      let page = page(
        Array(items.prefix(2 + chance.below(8))),
        surface: ["only", "only", "other", "off"][chance.below(4)],
        model: ["", "", "m1", "m2"][chance.below(4)], user: "u\(chance.below(12))",
        keys: (0...chance.below(3)).map { UInt64($0 * 10 + chance.below(4)) &* 0x9e37_79b9 | 1 })
      served.append(page)
      add(.pageServed(page))
      for _ in 0..<chance.below(3) {
        wait(Int64(chance.below(2_000)))
        let page = served[max(0, served.count - 1 - chance.below(20))]
        let action = Action.allCases[chance.below(Action.allCases.count)]
        let item = page.entries[chance.below(page.entries.count)].item
        add(deed(action, item, on: page, value: Float(chance.below(60_000))))
      }
    }
  }
}
