/// What a user's events leave behind that only pages read, never the fold: a part of `Engagement`.
struct UserTraces {
  /// Items that the user acted on or was shown, newest last.
  var seen = Ring<UInt32>()
  /// Items that are never to be shown again.
  var hidden = Ring<UInt32>()
  var authors = Affinities()
  var topics = Affinities()
  var types = Affinities()
  /// How what the user made was received: decayed sums of positive and negative strength.
  var receivedPositive: Float = 0
  var receivedNegative: Float = 0
  var receivedUpdated: UInt32 = 0

  /// Notes what the user did with an item that was seen thereby.
  mutating func note(_ change: Engagement.Change, _ limits: FoldLimits) {
    if change.isHiding { hidden.append(change.item, capacity: limits.seenItems) }
    let strength = change.strength
    guard strength != 0 else { return }
    let second = change.second
    let halfLife = limits.tasteHalfLifeMs
    let most = limits.affinityEntries
    if change.author != .max {
      authors.add(change.author, strength, second: second, halfLife: halfLife, max: most)
    }
    if change.topic != 0 {
      topics.add(UInt32(change.topic), strength, second: second, halfLife: halfLife, max: most)
    }
    if change.type != 0 {
      types.add(UInt32(change.type), strength, second: second, halfLife: halfLife, max: most)
    }
  }

  /// Forgets what was learned of one kind.
  mutating func unlearn(_ list: Engagement.TraceList) {
    switch list {
    case .authors: authors = Affinities()
    case .topics: topics = Affinities()
    case .types: types = Affinities()
    }
  }

  /// Adds what the user says of one author, topic or type.
  mutating func learn(_ change: Engagement.Change, _ limits: FoldLimits) {
    let (strength, second) = (change.strength, change.second)
    let (halfLife, most) = (limits.tasteHalfLifeMs, limits.affinityEntries)
    switch change.list {
    case .authors:
      authors.add(change.author, strength, second: second, halfLife: halfLife, max: most)
    case .topics:
      topics.add(UInt32(change.topic), strength, second: second, halfLife: halfLife, max: most)
    case .types:
      types.add(UInt32(change.type), strength, second: second, halfLife: halfLife, max: most)
    }
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
    seen.keep(where: isLiveItem)
    hidden.keep(where: isLiveItem)
    authors.entries.removeAll { !isLiveUser($0.key) }
  }

  /// Whether every row is there and every number fits its place.
  func isSound(items: Int, users: Int) -> Bool {
    var areKnown = true
    seen.forEach { areKnown = areKnown && $0 < items }
    hidden.forEach { areKnown = areKnown && $0 < items }
    return areKnown && authors.entries.allSatisfy { $0.key < users }
      && topics.entries.allSatisfy { $0.key <= UInt16.max }
      && types.entries.allSatisfy { $0.key <= UInt16.max }
  }
}

// These change nothing: `mutating` has them work on the value where it lies, not on a copy.
extension UserTraces {
  /// Fetches what tells the lengths of the lists that an event changes.
  @inline(__always)
  mutating func fetchHeads(isDeed: Bool) {
    seen.fetchHead()
    guard isDeed else { return }
    Prefetch.head(&authors.entries)
    Prefetch.head(&topics.entries)
    Prefetch.head(&types.entries)
  }

  /// Fetches what the lists hold; `fetchHeads` came before.
  @inline(__always)
  mutating func fetchContents(isDeed: Bool, _ limits: FoldLimits) {
    seen.fetchNewest(limits.seenItems)
    guard isDeed else { return }
    let authorCount = authors.entries.count
    Prefetch.first(&authors.entries, authorCount)
    let topicCount = topics.entries.count
    Prefetch.first(&topics.entries, topicCount)
  }
}
