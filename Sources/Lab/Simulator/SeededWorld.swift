public import Feed

/// A world that is made up from a seed: authors with a heavy tail of followers, users whose tastes
/// drift, items with titles that read like titles, and what happened among them so far.
///
/// It is deterministic: equal seeds and calls give equal worlds and choices.
public struct SeededWorld: Sendable {
  /// How large the world is.
  public struct Size: Equatable, Sendable {
    /// Who reads.
    public var users = 1_000
    /// How many of them write, too.
    public var authors = 60
    /// What there is at the start.
    public var items = 2_000
    /// Interactions before the start.
    public var interactions = 40_000
    /// Whom a user follows at the start, on average.
    public var followsEach = 12

    /// A town: seeded in about a second.
    public init() {}
  }

  struct Author {
    var name: String
    var topic: Int
    var appeal: Double
  }

  struct User {
    var name: String
    var region: String
    /// How much the user likes each topic; sums to 1.
    var tastes: [Double]
    var follows: Set<Int> = []
  }

  struct Post {
    var id: String
    var topic: Int
    var author: Int
    /// How good it is, whoever reads it; 0.3 to 1.7.
    var quality: Double
  }

  /// The names of the users, who are people with feeds.
  public var userNames: [String] { users.map(\.name) }

  /// The name of the user at a place of `userNames`, which is there.
  func userName(_ user: Int) -> String { users[user].name }

  private(set) var authors: [Author] = []
  private(set) var users: [User] = []
  private(set) var posts: [Post] = []
  private var places: [String: Int] = [:]
  private var chance: SplitMix
  private let size: Size
  private let idPrefix: String

  /// A world of a size; nothing has happened yet.
  ///
  /// - Parameter idPrefix: begins every identifier of an item, so that two runs over one data
  ///   folder do not collide.
  public init(seed: UInt64, size: Size = Size(), idPrefix: String = "post") {
    chance = SplitMix(seed: seed)
    self.size = size
    self.idPrefix = idPrefix
    let topics = Vocabulary.topics.count
    for number in 0..<max(1, size.authors) {
      let base = Vocabulary.names[number % Vocabulary.names.count]
      let turn = number / Vocabulary.names.count
      authors.append(
        Author(
          name: turn == 0 ? base : "\(base)\(turn + 1)", topic: chance.below(topics),
          // Zipf: the second is half as well known as the first.
          appeal: 1 / Double(number + 1)))
    }
    for number in 0..<size.users {
      users.append(
        User(
          name: number < authors.count ? authors[number].name : "user\(number)",
          region: chance.pick(Vocabulary.regions), tastes: makeTastes()))
    }
  }

  // MARK: The past

  /// Everything that happened before `now`, in the order of time, in batches for the engine.
  public mutating func history(now: Timestamp, batchEvents: Int = 5_000) -> [EventBatch] {
    let day: Int64 = 24 * 3_600_000
    var events: [(time: Int64, event: Event)] = []
    let start = now.milliseconds - 2 * day
    for user in users.indices {
      events.append((start, .profile(profile(user, time: Timestamp(milliseconds: start)))))
      for _ in 0..<(1 + chance.below(max(1, size.followsEach * 2))) {
        guard let author = follow(by: user) else { continue }
        let time = Timestamp(milliseconds: start + 1)
        events.append(
          (
            time.milliseconds,
            .follow(
              Follow(follower: users[user].name, followee: authors[author].name, time: time))
          ))
      }
    }
    var born: [Int64] = []
    for number in 0..<size.items {
      // More of them lately: the share of the past that lies behind grows with its root.
      let share = Double(number + 1) / Double(size.items + 1)
      let time = start + 2 + Int64(share.squareRoot() * Double(2 * day - 60_000))
      born.append(time)
      events.append((time, .itemPublished(publish(time: Timestamp(milliseconds: time)))))
    }
    for _ in 0..<(posts.isEmpty || users.isEmpty ? 0 : size.interactions) {
      let time = now.milliseconds - Int64(chance.share() * chance.share() * Double(2 * day))
      let user = chance.below(users.count)
      guard let post = somethingOld(born, before: time, for: user) else { continue }
      for event in reading(post, user, time: Timestamp(milliseconds: time)) {
        events.append((event.time.milliseconds, .interaction(event)))
      }
    }
    // Stable: what stands first at a time stays first.
    let order = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
    var batches: [EventBatch] = []
    var batch = EventBatch()
    for index in order {
      let time = min(events[index].time, now.milliseconds)
      batch.append(events[index].event, received: Timestamp(milliseconds: time))
      if batch.count >= batchEvents {
        batches.append(batch)
        batch = EventBatch()
      }
    }
    if !batch.isEmpty { batches.append(batch) }
    return batches
  }

  /// One of a few items of the time, the one that the user likes best.
  private mutating func somethingOld(_ born: [Int64], before time: Int64, for user: Int) -> Int? {
    var low = 0
    var high = born.count
    while low < high {
      let middle = (low + high) / 2
      if born[middle] < time { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    var best: Int?
    for _ in 0..<4 {
      // The newer, the likelier.
      let post = low - 1 - Int(chance.share() * chance.share() * Double(low))
      if best.map({ appeal(post, user) > appeal($0, user) }) ?? true { best = post }
    }
    return best
  }

  // MARK: What happens next

  /// A new post of somebody.
  public mutating func publish(time: Timestamp) -> Item {
    let author = pickAuthor()
    // Most of an author's posts are about what they are known for.
    let topic =
      chance.share() < 0.8 ? authors[author].topic : chance.below(Vocabulary.topics.count)
    var item = Item(id: "\(idPrefix)-\(posts.count + 1)")
    item.author = authors[author].name
    item.title = Vocabulary.title(topic, &chance)
    item.topic = Vocabulary.topics[topic].name
    item.category = Vocabulary.topics[topic].category
    item.tags = [item.topic]
    item.contentType = chance.share() < 0.2 ? "video" : "post"
    item.language = "en"
    item.created = time
    item.eventID = item.id
    places[item.id] = posts.count
    posts.append(
      Post(id: item.id, topic: topic, author: author, quality: 0.3 + 1.4 * chance.share()))
    return item
  }

  /// A user starts to follow somebody; nil when that is nobody new.
  public mutating func newFollow(user: Int, time: Timestamp) -> Follow? {
    guard users.indices.contains(user), let author = follow(by: user) else { return nil }
    return Follow(follower: users[user].name, followee: authors[author].name, time: time)
  }

  /// What a user does with a page: looks down it, gets tired, clicks what fits, sometimes likes,
  /// shares or hides.
  ///
  /// Items of the page that the world does not know are passed over.
  public mutating func choices(user: Int, page: [String], time: Timestamp) -> [Interaction] {
    guard users.indices.contains(user) else { return [] }
    drift(user)
    var interactions: [Interaction] = []
    var attention = 1.0
    for (place, id) in page.enumerated() {
      guard let post = places[id] else { continue }
      // Examination falls with the place; who has clicked a few times leaves.
      let examined = attention / (1 + 0.15 * Double(place))
      guard chance.share() < examined else { continue }
      interactions.append(interaction(.impression, post, user, time))
      guard chance.share() < min(0.9, appeal(post, user)) else { continue }
      interactions += reading(post, user, time: time).dropFirst()
      attention *= 0.75
    }
    return interactions
  }

  /// How likely a user opens an item that is looked at.
  private func appeal(_ post: Int, _ user: Int) -> Double {
    let taste = users[user].tastes[posts[post].topic]
    let isFollowed = users[user].follows.contains(posts[post].author)
    return (0.02 + 0.9 * taste) * posts[post].quality * (isFollowed ? 1.5 : 1)
  }

  /// An impression, a click, and what follows from it.
  private mutating func reading(_ post: Int, _ user: Int, time: Timestamp) -> [Interaction] {
    var events = [interaction(.impression, post, user, time)]
    let liking = min(0.95, appeal(post, user) * 1.4)
    events.append(interaction(.click, post, user, time))
    var dwell = interaction(.dwell, post, user, time.advanced(milliseconds: 500))
    dwell.value = Float(2_000 + 50_000 * liking * chance.share())
    events.append(dwell)
    if chance.share() < liking * 0.5 { events.append(interaction(.like, post, user, time)) }
    if chance.share() < liking * 0.1 { events.append(interaction(.share, post, user, time)) }
    if chance.share() < (1 - liking) * 0.05 { events.append(interaction(.hide, post, user, time)) }
    return events
  }

  private mutating func interaction(
    _ action: Action, _ post: Int, _ user: Int, _ time: Timestamp
  ) -> Interaction {
    var interaction = Interaction(
      user: users[user].name, action: action, target: posts[post].id, time: time)
    interaction.eventID = String(chance.next(), radix: 36)
    return interaction
  }

  private func profile(_ user: Int, time: Timestamp) -> Profile {
    var profile = Profile(user: users[user].name)
    profile.region = users[user].region
    profile.language = "en"
    let best = users[user].tastes.indices.sorted { users[user].tastes[$0] > users[user].tastes[$1] }
    profile.interests = best.prefix(2).map { Vocabulary.topics[$0].name }
    profile.time = time
    return profile
  }

  private mutating func makeTastes() -> [Double] {
    var tastes = Vocabulary.topics.indices.map { _ in 0.02 * chance.share() }
    for weight in [0.5, 0.25, 0.12] { tastes[chance.below(tastes.count)] += weight }
    let sum = tastes.reduce(0, +)
    return tastes.map { $0 / sum }
  }

  /// A little of one taste becomes another; over hundreds of visits, users change.
  private mutating func drift(_ user: Int) {
    guard chance.share() < 0.05 else { return }
    let from = chance.below(users[user].tastes.count)
    let to = chance.below(users[user].tastes.count)
    let moved = users[user].tastes[from] * 0.3
    users[user].tastes[from] -= moved
    users[user].tastes[to] += moved
  }

  /// Authors by appeal: a heavy tail.
  private mutating func pickAuthor() -> Int {
    let total = authors.reduce(0) { $0 + $1.appeal }
    var rest = chance.share() * total
    for author in authors.indices {
      rest -= authors[author].appeal
      if rest < 0 { return author }
    }
    return authors.count - 1
  }

  /// Half by fame, half by taste.
  private mutating func follow(by user: Int) -> Int? {
    var author = pickAuthor()
    if chance.share() < 0.5 {
      for _ in 0..<4 {
        let other = chance.below(authors.count)
        if users[user].tastes[authors[other].topic] > users[user].tastes[authors[author].topic] {
          author = other
        }
      }
    }
    guard authors[author].name != users[user].name else { return nil }
    return users[user].follows.insert(author).inserted ? author : nil
  }
}
