public import Feed

/// Events as a busy day brings them: valid, of every kind, some twice, some late, some about things
/// that are not there (any more). Item identifiers are never used twice.
public struct RandomEvents {
  /// Where chance comes from.
  public var generator: SeededGenerator
  /// How many users there are.
  public var users: Int
  /// How many of them write.
  public var authors: Int
  /// Items in circulation; beyond it the oldest are deleted.
  public var itemsMax: Int
  /// The share of events that come twice.
  public var duplicates = 0.05
  /// The share of interactions that are behind by up to `latenessMs`.
  public var late = 0.05
  /// See `late`.
  public var latenessMs: Int64 = 2 * 3_600_000
  /// Milliseconds between two events at most.
  public var pauseMs: Int64 = 4_000

  /// The time of the newest event.
  public private(set) var now: Timestamp
  /// Identifiers of items that are published and not deleted, oldest first.
  public private(set) var items: [String] = []
  private var serial = 0
  private var recent: [Event] = []

  /// A stream that follows from its arguments.
  public init(
    _ generator: SeededGenerator, users: Int = 60, authors: Int = 12, itemsMax: Int = 200,
    start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)
  ) {
    self.generator = generator
    self.users = users
    self.authors = authors
    self.itemsMax = itemsMax
    now = start
  }

  /// The next event; it is received at `now`.
  public mutating func next() -> Event {
    now = now.advanced(milliseconds: Int64.random(in: 0...pauseMs, using: &generator))
    if !recent.isEmpty, generator.chance(duplicates) {
      return recent[generator.below(recent.count)]
    }
    let event = make()
    recent.append(event)
    if recent.count > 64 { recent.removeFirst() }
    return event
  }

  /// The next events, each received at its own time.
  public mutating func batch(_ count: Int) -> EventBatch {
    var batch = EventBatch()
    for _ in 0..<count {
      let event = next()
      batch.append(event, received: now)
    }
    return batch
  }

  private mutating func make() -> Event {
    if items.count > itemsMax { return delete(items[0]) }
    switch generator.below(1_000) {
    case 0..<60: return .itemPublished(item())
    case 60..<75: return changed()
    case 75..<95: return items.isEmpty ? interaction() : delete(items[generator.below(items.count)])
    case 95..<150: return .follow(edge())
    case 150..<175: return .unfollow(edge())
    case 175..<195: return .profile(profile())
    case 195..<197: return .userErased(UserErasure(user: user(), time: now))
    case 197..<205: return .pageServed(page())
    case 205..<210: return .tasteSet(taste())
    default: return interaction()
    }
  }

  private mutating func taste() -> TasteSetting {
    var setting = TasteSetting(user: user(), time: now)
    func weight(_ generator: inout SeededGenerator) -> Float {
      Float(generator.below(21)) - 10
    }
    if generator.chance(0.5) { setting.interests = ["topic \(generator.below(8))"] }
    if generator.chance(0.5) {
      setting.topics = [.init("topic \(generator.below(9))", weight(&generator))]
    }
    if generator.chance(0.5) { setting.authors = [.init(author(), weight(&generator))] }
    if generator.chance(0.5) { setting.types = [.init("post", weight(&generator))] }
    if generator.chance(0.5), !items.isEmpty {
      setting.items = (0..<3).map { _ in
        .init(items[generator.below(items.count)], weight(&generator))
      }
    }
    return setting
  }

  private mutating func user() -> String { "u\(generator.below(users))" }

  private mutating func author() -> String { "u\(generator.below(authors))" }

  private mutating func item() -> Item {
    serial += 1
    var item = Item(id: "i\(serial)")
    items.append(item.id)
    item.author = generator.chance(0.9) ? author() : ""
    item.title = "title \(generator.below(50)) and \(generator.below(50))"
    item.topic = "topic \(generator.below(8))"
    item.category = "category \(generator.below(4))"
    item.language = generator.chance(0.5) ? "en" : ""
    item.region = generator.chance(0.3) ? "region \(generator.below(3))" : ""
    item.created = now
    if generator.chance(0.1) { item.expires = now.advanced(milliseconds: 3_600_000) }
    if generator.chance(0.5) { item.eventID = "e\(generator.next())" }
    return item
  }

  private mutating func changed() -> Event {
    guard !items.isEmpty else { return .itemPublished(item()) }
    var item = Item(id: items[generator.below(items.count)])
    item.title = "changed \(generator.below(50))"
    item.topic = "topic \(generator.below(8))"
    return .itemChanged(item)
  }

  private mutating func delete(_ id: String) -> Event {
    items.removeAll { $0 == id }
    return .itemDeleted(ItemDeletion(id: id, time: now))
  }

  private mutating func edge() -> Follow {
    Follow(
      follower: user(), followee: author(), weight: Float.random(in: 0.1...1, using: &generator),
      time: now)
  }

  private mutating func profile() -> Profile {
    var profile = Profile(user: user())
    profile.region = "region \(generator.below(3))"
    profile.language = "en"
    profile.interests = ["topic \(generator.below(8))"]
    profile.time = now
    return profile
  }

  private mutating func page() -> PageServed {
    var page = PageServed(
      user: generator.chance(0.9) ? user() : "", surface: "home",
      requestID: "r\(generator.below(1_000))", offset: Offset(generator.next() >> 1),
      servedBy: UInt8(generator.below(Rung.allCases.count)), time: now, entries: [])
    let isScored = generator.chance(0.7)
    page.model = isScored ? "m\(generator.below(3))" : ""
    page.shadow = generator.chance(0.3) ? "s\(generator.below(3))" : ""
    page.configuration = generator.next()
    page.experiments = "ranker=\(isScored ? "production" : "linear")"
    page.sampleRate = Float.random(in: 0...1, using: &generator)
    if generator.chance(0.8) {
      page.features = Feature.allCases.map(\.rawValue)
      page.requestFeatures = halves(Feature.allCases.count(where: \.isOfRequest))
    }
    page.heads = isScored ? [0, 1, 8] : []
    for place in 0..<generator.below(8) {
      page.entries.append(entry(of: page, position: UInt16(place + 1)))
    }
    for _ in 0..<generator.below(4) { page.unshown.append(entry(of: page, position: 0)) }
    return page
  }

  private mutating func entry(of page: PageServed, position: UInt16) -> PageServed.Entry {
    var entry = PageServed.Entry(
      item: items.isEmpty ? "absent" : items[generator.below(items.count)],
      score: Float.random(in: -5...5, using: &generator),
      sources: UInt16(generator.below(1 << SourceName.allCases.count)))
    entry.position = position
    entry.propensity = half()
    if !page.shadow.isEmpty { entry.shadow = Float.random(in: -5...5, using: &generator) }
    entry.heads = halves(page.heads.count)
    entry.features = halves(page.features.count - page.requestFeatures.count)
    return entry
  }

  /// Numbers of half precision, many of them zero.
  private mutating func halves(_ count: Int) -> [Float] {
    (0..<count).map { _ in generator.chance(0.4) ? 0 : half() * Float(1 + generator.below(100)) }
      .map { Half.rounded($0) }
  }

  private mutating func half() -> Float {
    Half.rounded(Float.random(in: 0...1, using: &generator))
  }

  private mutating func interaction() -> Event {
    let action = Action.allCases[generator.below(Action.allCases.count)]
    let isAbsent = items.isEmpty || generator.chance(0.03)
    let target = isAbsent ? "absent \(generator.below(30))" : items[generator.below(items.count)]
    let isLate = generator.chance(late)
    let behind = Int64.random(in: 0...(isLate ? latenessMs : 5_000), using: &generator)
    let time = now.advanced(milliseconds: -behind)
    var interaction = Interaction(user: user(), action: action, target: target, time: time)
    if generator.chance(0.03) { interaction.user = "anon:\(generator.below(40))" }
    if action.concernsAuthor, generator.chance(0.5) {
      interaction.target = author()
      interaction.targetIsAuthor = true
    }
    switch action {
    case .dwell: interaction.value = Float.random(in: 0...120_000, using: &generator)
    case .impression:
      interaction.position = UInt16(generator.below(60))
      interaction.value = Float(generator.below(30_000))
    case .watch, .complete: interaction.value = Float.random(in: 0...600, using: &generator)
    default: break
    }
    if generator.chance(0.7) { interaction.eventID = "e\(generator.next())" }
    if generator.chance(0.3) { interaction.session = "s\(generator.below(20))" }
    interaction.createsItem = generator.chance(0.01)
    return .interaction(interaction)
  }
}
