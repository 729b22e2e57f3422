extension World {
  /// What is known of an item; nil when there is none of that name.
  public func view(ofItem id: String) -> ItemView? {
    guard let row = item(id) else { return nil }
    let index = Int(row.index)
    let facts = items.facts[index]
    var view = ItemView(id: id)
    if facts.author != .max { view.author = self.id(UserRow(facts.author)) }
    view.title = index < items.titles.count ? items.titles.text(index) : ""
    view.contentType = types.text(facts.type)
    view.topic = topics.text(facts.topic)
    view.category = categories.text(facts.category)
    view.language = languages.text(facts.language)
    view.region = regions.text(facts.region)
    view.created = Timestamp(milliseconds: Int64(facts.created) * 1000)
    view.expires = Timestamp(milliseconds: Int64(facts.expires) * 1000)
    view.isBare = facts.isBare != 0
    view.totals = Channel.allCases.map { engagement.total(row.index, $0) }
    return view
  }

  /// The author of a live item; empty when nobody made it, nil when there is no such item.
  public func author(ofItem id: String) -> String? {
    guard let row = item(id) else { return nil }
    let author = items.facts[Int(row.index)].author
    return author == .max ? "" : self.id(UserRow(author))
  }

  /// All that is kept of a user, for the user; nil when nothing is.
  public func view(ofUser id: String, at now: Timestamp) -> UserView? {
    guard let row = user(id) else { return nil }
    let state = users.states[Int(row.index)]
    let traces = engagement.traces[Int(row.index)]
    let second = now.seconds
    let halfLife = settings.tasteHalfLifeMs
    func named(_ affinities: Affinities, _ name: (UInt32) -> String?) -> [UserView.Affinity] {
      affinities.entries.compactMap { entry in
        name(entry.key).map { name in
          UserView.Affinity(name: name, strength: entry.value(at: second, halfLife: halfLife))
        }
      }.sorted { ($1.strength, $0.name) < ($0.strength, $1.name) }
    }
    var view = UserView(id: id)
    view.region = regions.text(state.region)
    view.language = languages.text(state.language)
    view.interests = state.interests.map { topics.text($0) }
    view.authors = named(traces.authors) { liveUser($0) }
    view.topics = named(traces.topics) { topics.text(UInt16(truncatingIfNeeded: $0)) }
    view.types = named(traces.types) { types.text(UInt16(truncatingIfNeeded: $0)) }
    view.near = state.taste.interests.indices.compactMap { index in
      let item = state.taste.interests[index].item
      guard item != .max, items.isLive(item) else { return nil }
      return UserView.Affinity(
        name: self.id(ItemRow(item)), strength: state.taste.value(index, second, halfLife))
    }.sorted { ($1.strength, $0.name) < ($0.strength, $1.name) }
    view.muted = state.muted.compactMap { liveUser($0) }
    view.blocked = state.blocked.compactMap { liveUser($0) }
    view.following = graph.followees(of: row.index).compactMap { edge in
      liveUser(edge.followee).map { UserView.Affinity(name: $0, strength: edge.weight) }
    }
    view.followers = followers(row)
    for age in 0..<state.deeds.count {
      let deed = state.deeds[newest: age]
      guard items.isLive(deed.item), let action = Action(rawValue: deed.action) else { continue }
      view.actions.append(
        UserView.Deed(
          item: self.id(ItemRow(deed.item)), action: action,
          time: Timestamp(milliseconds: Int64(deed.second) * 1000)))
    }
    view.seen = traces.seen.count
    // Whoever hides an item twice, or hides and reports it, has one hidden item.
    var hidden: Set<UInt32> = []
    view.hidden = (0..<traces.hidden.count).map { traces.hidden[newest: $0] }
      .filter { items.isLive($0) && hidden.insert($0).inserted }.map { self.id(ItemRow($0)) }
    return view
  }

  /// Posts written to inboxes since the beginning of the log.
  public var inboxWrites: UInt64 { inboxes.writes }

  private func liveUser(_ row: UInt32) -> String? {
    Int(row) < users.isLive.count && users.isLive[Int(row)] ? id(UserRow(row)) : nil
  }
}

/// What is known of an item.
public struct ItemView: Equatable, Sendable {
  /// The item.
  public var id: String
  /// Who made it; empty when nobody did.
  public var author = ""
  /// Its title.
  public var title = ""
  /// Its type.
  public var contentType = ""
  /// Its topic.
  public var topic = ""
  /// Its category.
  public var category = ""
  /// Its language; empty = any.
  public var language = ""
  /// Its region; empty = everywhere.
  public var region = ""
  /// When it was made.
  public var created = Timestamp.zero
  /// When it leaves every page; zero = never.
  public var expires = Timestamp.zero
  /// Whether it was made by an interaction and not yet published.
  public var isBare = false
  /// Lifetime counts, one for each of `Channel.allCases`.
  public var totals: [UInt32] = []
}

/// All that is kept of a user.
public struct UserView: Equatable, Sendable {
  /// How much a user likes something.
  public struct Affinity: Equatable, Sendable {
    /// An author, a topic or a type.
    public var name: String
    /// Decayed to now; a follow's weight.
    public var strength: Float
  }

  /// Something that the user did.
  public struct Deed: Equatable, Sendable {
    /// With which item.
    public var item: String
    /// What.
    public var action: Action
    /// When.
    public var time: Timestamp
  }

  /// The user.
  public var id: String
  /// Where they are.
  public var region = ""
  /// What they read.
  public var language = ""
  /// Topics they chose.
  public var interests: [String] = []
  /// Authors they like, the strongest first.
  public var authors: [Affinity] = []
  /// Topics they like, the strongest first.
  public var topics: [Affinity] = []
  /// Types they like, the strongest first.
  public var types: [Affinity] = []
  /// Items that others are looked for near, the strongest first: the newest of each interest.
  public var near: [Affinity] = []
  /// Authors they do not want to see.
  public var muted: [String] = []
  /// Authors they do not want to meet.
  public var blocked: [String] = []
  /// Whom they follow, with weights.
  public var following: [Affinity] = []
  /// How many follow them.
  public var followers = 0
  /// What they did, newest first.
  public var actions: [Deed] = []
  /// How many items they have seen.
  public var seen = 0
  /// Items that they never want to see again, newest first.
  public var hidden: [String] = []

  /// A user of whom nothing is known.
  public init(id: String) { self.id = id }
}
