/// All that is kept of one user, as one value: what a node fetches, folds and stores again.
struct UserState {
  /// Something that the user did, 12 bytes.
  struct Deed {
    var item: UInt32
    /// Seconds.
    var second: UInt32
    var action: UInt8
    /// Counts sessions, so that the deeds of the running one are found.
    var session: UInt8
    var unused: UInt16 = 0
  }

  var deeds = Ring<Deed>()
  /// Items that the user acted on or was shown, newest last.
  var seen = Ring<UInt32>()
  /// Items that are never to be shown again.
  var hidden = Ring<UInt32>()
  var authors = Affinities()
  var topics = Affinities()
  var types = Affinities()
  var taste = Taste()
  var muted: [UInt32] = []
  var blocked: [UInt32] = []
  var region: UInt16 = 0
  var language: UInt16 = 0
  var interests: [UInt16] = []
  /// Seconds of the newest event.
  var updated: UInt32 = 0
  /// Seconds of the event that came last, which may be older.
  var latest: UInt32 = 0
  /// Counts sessions.
  var session: UInt8 = 0
  /// The client's name of the running session, hashed; 0 = by pauses.
  var sessionKey: UInt64 = 0
  /// Goes away when idle.
  var isAnonymous = false
  /// How what the user made was received: decayed sums of positive and negative strength.
  var receivedPositive: Float = 0
  var receivedNegative: Float = 0
  var receivedUpdated: UInt32 = 0

  /// Notes that something happened at `second` under a session name.
  mutating func touch(second: UInt32, sessionKey: UInt64, gapMs: Int64) {
    let isNew: Bool
    if sessionKey != 0 || self.sessionKey != 0 {
      isNew = sessionKey != self.sessionKey
    } else {
      // Rows of an import may come in any order: a jump back is a pause too.
      isNew = abs(Int64(second) - Int64(latest)) * 1000 > gapMs
    }
    latest = second
    if isNew {
      session &+= 1
      self.sessionKey = sessionKey
    }
    updated = max(updated, second)
  }

  /// Remembers what the user did with an item: the deed, the item as seen, affinities.
  mutating func note(
    _ action: Action, item: UInt32, _ facts: ItemTable.Facts, _ strength: Float, second: UInt32,
    limits: FoldLimits
  ) {
    seen.append(item, capacity: limits.seenItems)
    let deed = Deed(item: item, second: second, action: action.rawValue, session: session)
    deeds.append(deed, capacity: limits.userActions)
    switch action {
    case .hide, .notInterested, .report: hidden.append(item, capacity: limits.seenItems)
    default: break
    }
    guard strength != 0 else { return }
    let halfLife = limits.tasteHalfLifeMs
    let most = limits.affinityEntries
    if facts.author != .max {
      authors.add(facts.author, strength, second: second, halfLife: halfLife, max: most)
    }
    if facts.topic != 0 {
      topics.add(UInt32(facts.topic), strength, second: second, halfLife: halfLife, max: most)
    }
    if facts.type != 0 {
      types.add(UInt32(facts.type), strength, second: second, halfLife: halfLife, max: most)
    }
  }

  /// The items of the running session before a deed on `item`, newest first, each run of deeds on
  /// one item once; none when the newest deed is on `item` itself. Changes nothing: `mutating` has
  /// it work on the state where it lies, not on a copy.
  mutating func earlierItems(
    before item: UInt32, reach: Int, strengths: borrowing [Float]
  ) -> (items: InlineArray<16, UInt32>, count: Int) {
    var items = InlineArray<16, UInt32>(repeating: .max)
    var count = 0
    let deedCount = deeds.count
    guard deedCount > 0, deeds[newest: 0].item != item else { return (items, 0) }
    var age = 0
    var previous = UInt32.max
    while age < deedCount, count < reach, count < 16 {
      let deed = deeds[newest: age]
      guard deed.session == session else { break }
      age &+= 1
      if deed.item == previous || strengths[Int(deed.action)] <= 0 { continue }
      previous = deed.item
      items[count] = deed.item
      count &+= 1
    }
    return (items, count)
  }

  /// Adds to how the user's own items were received.
  mutating func receive(_ strength: Float, second: UInt32, halfLife: Int64) {
    if second > receivedUpdated {
      let factor = Decay.factor(
        elapsed: Int64(second - receivedUpdated) * 1000, halfLife: halfLife)
      receivedPositive *= factor
      receivedNegative *= factor
      receivedUpdated = second
    }
    let age = Int64(receivedUpdated - second) * 1000
    let share = strength * Decay.factor(elapsed: age, halfLife: halfLife)
    if share > 0 { receivedPositive += share } else { receivedNegative -= share }
  }

  /// Forgets rows that are not live.
  mutating func sweep(isLiveItem: (UInt32) -> Bool, isLiveUser: (UInt32) -> Bool) {
    deeds.keep { isLiveItem($0.item) }
    seen.keep(where: isLiveItem)
    hidden.keep(where: isLiveItem)
    authors.entries.removeAll { !isLiveUser($0.key) }
    muted.removeAll { !isLiveUser($0) }
    blocked.removeAll { !isLiveUser($0) }
    for index in taste.interests.indices where !isLiveItem(taste.interests[index].item) {
      taste.interests[index].item = .max
    }
  }
}

extension UserState {
  /// Whether every row is there and every number fits its place.
  func isSound(items: Int, users: Int, dimension: Int) -> Bool {
    var areKnown = true
    deeds.forEach { areKnown = areKnown && $0.item < items }
    seen.forEach { areKnown = areKnown && $0 < items }
    hidden.forEach { areKnown = areKnown && $0 < items }
    return areKnown && authors.entries.allSatisfy { $0.key < users }
      && topics.entries.allSatisfy { $0.key <= UInt16.max }
      && types.entries.allSatisfy { $0.key <= UInt16.max }
      && taste.interests.allSatisfy { $0.item == .max || $0.item < items }
      && taste.vectors.count == taste.interests.count * dimension
      && muted.allSatisfy { $0 < users } && blocked.allSatisfy { $0 < users }
  }
}
