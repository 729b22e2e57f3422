/// What events have made of the items, counters, windows, dwell times, lists and what follows what,
/// and what they left behind of users.
///
/// It changes by `Change`s alone, which tell all that is needed, and nothing of it is read while
/// events are folded in: so replay hands it to a thread of its own (`EngagementFolder`).
struct Engagement {
  /// Decayed counters, one element a row.
  private(set) var stats: [ItemStats] = []
  /// Lifetime counts, `Channel.count` a row.
  private(set) var totals: [UInt32] = []
  private(set) var windows: WindowStore
  private(set) var dwell = DwellStore()
  /// Lists by engagement on the short scale.
  var trending: TopLists
  /// Lists by engagement on the long scale.
  var popular: TopLists
  var coEngaged: CoEngagement
  /// What users' events left behind, one element a row of users.
  var traces: [UserTraces] = []
  private let limits: FoldLimits

  init(_ settings: WorldSettings) {
    windows = WindowStore(blocksMax: settings.windowBlocksMax)
    trending = TopLists(capacity: settings.topListItems)
    popular = TopLists(capacity: settings.topListItems)
    coEngaged = CoEngagement(
      capacity: settings.coEngagedItems, halfLifeMs: settings.coEngagedHalfLifeMs)
    limits = FoldLimits(settings)
  }

  /// Lifetime count of a channel.
  @inline(__always)
  func total(_ row: UInt32, _ channel: Channel) -> UInt32 {
    totals[Int(row) &* Channel.count &+ Int(channel.rawValue)]
  }

  /// A list of what a user likes, in their traces.
  enum TraceList: UInt8 {
    case authors, topics, types
  }

  /// One step of the fold, 44 bytes.
  struct Change {
    enum Kind: UInt8 {
      /// An event of `channel` is counted for `item`.
      case count
      /// `item` followed `before` in a session, with the weight `strength`.
      case follow
      /// `item` is a new one's row.
      case admit
      /// What is kept of `item` goes.
      case forget
      /// `user` is a new or a gone one's row.
      case user
      /// `list` of `user` is emptied.
      case unlearn
      /// `strength` is added to what the change names, in `list` of `user`.
      case learn
      /// What is too old at `second` may go.
      case sweep
    }

    var kind: Kind
    var channel = Channel.impression
    /// Of what a user says of their taste.
    var list = TraceList.authors
    /// Whether the event is behind the watermark.
    var isLate = false
    /// Whether `dwell` counts.
    var isDwell = false
    /// Whether the user does not want to see the item again.
    var isHiding = false
    var item: UInt32 = 0
    var user: UInt32 = 0
    var second: UInt32 = 0
    var strength: Float = 0
    /// Milliseconds.
    var dwell: Float = 0
    var before: UInt32 = 0
    /// Who made the item; `max` = nobody.
    var author = UInt32.max
    /// The lists that the item may enter beside that of all, and its type; 0 = none.
    var region: UInt16 = 0
    var category: UInt16 = 0
    var topic: UInt16 = 0
    var type: UInt16 = 0
  }

  /// Makes one step.
  @inline(__always)
  mutating func apply(_ change: Change) {
    switch change.kind {
    case .count: count(change)
    case .follow:
      coEngaged.add(
        change.item, after: change.before, weight: change.strength, second: change.second)
    case .admit: admit(change.item)
    case .forget:
      windows.removeAll(change.item)
      dwell.removeAll(change.item)
      coEngaged.removeAll(change.item)
    case .user:
      while traces.count <= Int(change.user) { traces.append(UserTraces()) }
      traces[Int(change.user)] = UserTraces()
    case .unlearn: traces[Int(change.user)].unlearn(change.list)
    case .learn: traces[Int(change.user)].learn(change, limits)
    case .sweep: windows.sweep(second: change.second)
    }
  }

  private mutating func count(_ change: Change) {
    let row = Int(change.item)
    let place = row &* Channel.count &+ Int(change.channel.rawValue)
    totals[place] = totals[place] == .max ? .max : totals[place] &+ 1
    if change.isDwell { dwell.add(change.item, milliseconds: change.dwell) }
    // Decayed counters are exact in any order; windows end at the watermark.
    if !change.isLate { windows.add(change.item, change.channel, second: change.second) }
    stats[row].count(change.channel, change.strength, second: change.second, limits)
    traces[Int(change.user)].seen.append(change.item, capacity: limits.seenItems)
    if change.channel == .impression { return }
    if change.author != .max {
      traces[Int(change.author)].receive(
        change.strength, second: change.second, halfLife: limits.tasteHalfLifeMs)
    }
    traces[Int(change.user)].note(change, limits)
    if change.strength > 0 { rank(change) }
  }

  /// Notes the item's new place in the lists.
  private mutating func rank(_ change: Change) {
    let item = change.item
    let now = stats[Int(item)]
    let milliseconds = Double(now.updated) * 1000
    let short =
      Double(Logarithm.base2(now.shortEngagement)) + milliseconds
      / Double(max(1, limits.shortHalfLifeMs))
    let long =
      Double(Logarithm.base2(now.longEngagement)) + milliseconds
      / Double(max(1, limits.longHalfLifeMs))
    trending.note(item, key: short, .all, 0)
    popular.note(item, key: long, .all, 0)
    if change.region != 0 {
      trending.note(item, key: short, .region, change.region)
      popular.note(item, key: long, .region, change.region)
    }
    if change.category != 0 {
      trending.note(item, key: short, .category, change.category)
      popular.note(item, key: long, .category, change.category)
    }
    if change.topic != 0 {
      trending.note(item, key: short, .topic, change.topic)
      popular.note(item, key: long, .topic, change.topic)
    }
  }

  private mutating func admit(_ item: UInt32) {
    let row = Int(item)
    while stats.count <= row {
      stats.append(ItemStats())
      for _ in 0..<Channel.count { totals.append(0) }
    }
    stats[row] = ItemStats()
    for channel in 0..<Channel.count { totals[row &* Channel.count &+ channel] = 0 }
  }
}

extension Engagement {
  /// Makes steps in order, and has the processor fetch what the next ones need meanwhile, so that
  /// the lines of many are on their way side by side.
  mutating func apply(_ changes: borrowing [Change]) {
    var start = 0
    while start < changes.count {
      let end = min(changes.count, start &+ Self.stretch)
      for index in start..<end { fetchHeads(changes[index]) }
      for index in start..<end { fetchContents(changes[index]) }
      for index in start..<end { fetchRings(changes[index]) }
      for index in start..<end { apply(changes[index]) }
      start = end
    }
  }

  /// Steps whose memory is fetched side by side.
  private static let stretch = 16

  @inline(__always)
  private mutating func fetchHeads(_ change: Change) {
    switch change.kind {
    case .count:
      Prefetch.element(&stats, Int(change.item))
      Prefetch.element(
        &totals, Int(change.item) &* Channel.count &+ Int(change.channel.rawValue))
      windows.fetchPlace(change.item, change.channel)
      if change.isDwell { dwell.fetchPlace(change.item) }
      Prefetch.element(&traces, Int(change.user))
      if change.channel != .impression, change.author != .max {
        Prefetch.element(&traces, Int(change.author))
      }
    case .follow: coEngaged.fetchList(change.before)
    case .admit, .forget, .user, .unlearn, .learn, .sweep: break
    }
  }

  @inline(__always)
  private mutating func fetchContents(_ change: Change) {
    switch change.kind {
    case .count:
      windows.fetchBlock(change.item, change.channel)
      if change.isDwell { dwell.fetchCounts(change.item) }
      // A new user's row may not be there yet.
      if Int(change.user) < traces.count {
        traces[Int(change.user)].fetchHeads(isDeed: change.channel != .impression)
      }
    case .follow: coEngaged.fetchHead(change.before)
    case .admit, .forget, .user, .unlearn, .learn, .sweep: break
    }
  }

  @inline(__always)
  private mutating func fetchRings(_ change: Change) {
    if change.kind == .follow { return coEngaged.fetchSuccessors(change.before) }
    guard change.kind == .count else { return }
    windows.fetchRing(change.item, change.channel, second: change.second)
    if Int(change.user) < traces.count {
      traces[Int(change.user)].fetchContents(isDeed: change.channel != .impression, limits)
    }
  }
}

extension Engagement {
  /// Whether every user has traces, and they are of rows that are there.
  func areTracesSound(items: Int, users: Int) -> Bool {
    traces.count == users && traces.allSatisfy { $0.isSound(items: items, users: users) }
  }

  /// The part of a snapshot that stands among the items.
  func encodeCounters(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: stats)
    try writer.put(column: totals)
  }

  mutating func decodeCounters(
    _ reader: inout SnapshotReader, items: Int
  ) throws(SnapshotError) {
    stats = try reader.column(of: ItemStats.self)
    totals = try reader.column(of: UInt32.self)
    guard stats.count == items, totals.count == items * Channel.count else {
      throw SnapshotReader.ended
    }
  }

  /// The part behind the vectors.
  func encodeLists(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try windows.encode(&writer)
    try dwell.encode(&writer)
    try trending.encode(&writer)
    try popular.encode(&writer)
  }

  mutating func decodeLists(
    _ reader: inout SnapshotReader, _ settings: WorldSettings
  ) throws(SnapshotError) {
    windows = try WindowStore(blocksMax: settings.windowBlocksMax, &reader)
    dwell = try DwellStore(&reader)
    trending = try TopLists(capacity: settings.topListItems, &reader)
    popular = try TopLists(capacity: settings.topListItems, &reader)
  }
}
