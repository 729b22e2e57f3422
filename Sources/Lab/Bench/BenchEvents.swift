public import Feed

/// Events in the proportions of a busy feed: of interactions 60 % are impressions, 25 % clicks, 8 %
/// dwells, 4 % likes, 1 % each shares, saves and hides; every one has an event id. Items and users
/// follow a heavy tail.
public struct BenchEvents: Sendable {
  /// How many users act.
  public var users = 50_000
  /// How many items there are.
  public var items = 100_000
  /// How many authors made them.
  public var authors = 1_000
  /// Whether every user acts as often as every other.
  var isEven = false
  /// The time of the next event.
  public private(set) var now = Timestamp(milliseconds: 1_767_225_600_000)
  private var chance: SplitMix
  private var serial: UInt64 = 0
  private var prefix = "item"

  /// Events that follow from a seed.
  public init(seed: UInt64) { chance = SplitMix(seed: seed) }

  /// Publications of every item, in batches.
  public mutating func publications(batchEvents: Int = 10_000, _ body: (EventBatch) throws -> Void)
    rethrows
  {
    var batch = EventBatch()
    for number in 0..<items {
      batch.append(.itemPublished(item(number)), received: now)
      if batch.count == batchEvents || number == items - 1 {
        try body(batch)
        batch.removeAll()
      }
    }
  }

  /// The next interactions.
  public mutating func interactions(_ count: Int) -> EventBatch {
    var batch = EventBatch()
    for _ in 0..<count { append(&batch) }
    return batch
  }

  /// Interactions at one moment with items whose identifiers begin otherwise than with "item".
  mutating func interactions(_ count: Int, prefix: String, at time: Timestamp) -> EventBatch {
    self.prefix = prefix
    now = time
    return interactions(count)
  }

  private mutating func append(_ batch: inout EventBatch) {
    serial += 1
    // About a thousand events a second.
    if serial % 16 == 0 { now = now.advanced(milliseconds: 16) }
    var interaction = Interaction(
      user: "user\(isEven ? Int(serial) % users : tail(users))", action: action(),
      target: "\(prefix)-\(1 + tail(items))", time: now)
    if interaction.action == .dwell { interaction.value = Float(1_000 + chance.below(60_000)) }
    interaction.eventID = "e" + String(chance.next(), radix: 36)
    batch.appendRecord { interaction.encode(received: now, into: &$0) }
  }

  /// A number below `bound`, small ones far more often: half of all draws fall on a sixteenth.
  private mutating func tail(_ bound: Int) -> Int {
    let share = chance.share()
    return Int(share * share * share * share * Double(bound))
  }

  private mutating func action() -> Action {
    switch chance.below(100) {
    case 0..<60: .impression
    case 60..<85: .click
    case 85..<93: .dwell
    case 93..<97: .like
    case 97: .share
    case 98: .save
    default: .hide
    }
  }

  private mutating func item(_ number: Int) -> Item {
    let topic = chance.below(Vocabulary.topics.count)
    var item = Item(id: "\(prefix)-\(1 + number)")
    item.author = "author-\(tail(authors))"
    item.title = Vocabulary.title(topic, &chance)
    item.topic = Vocabulary.topics[topic].name
    item.category = Vocabulary.topics[topic].category
    item.created = now
    return item
  }
}
