/// What the fold reads of one user again, and what follows from vectors; the rest is `UserTraces`.
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

  // What every event reads comes first, then what a deed reads: either is a line of memory or two.

  /// Bytes of what every event reads, and of what a deed reads.
  static var eventBytes: Int { 24 }
  static var deedBytes: Int { 56 }

  /// Seconds of the newest event.
  var updated: UInt32 = 0
  /// Seconds of the event that came last, which may be older.
  var latest: UInt32 = 0
  /// The client's name of the running session, hashed; 0 = by pauses.
  var sessionKey: UInt64 = 0
  /// Counts sessions.
  var session: UInt8 = 0
  var region: UInt16 = 0
  var language: UInt16 = 0
  var deeds = Ring<Deed>()
  var taste = Taste()
  var muted: [UInt32] = []
  var blocked: [UInt32] = []
  var interests: [UInt16] = []

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

  /// Remembers what the user did with an item.
  mutating func note(
    _ action: Action, item: UInt32, second: UInt32, limits: borrowing FoldLimits
  ) {
    let deed = Deed(item: item, second: second, action: action.rawValue, session: session)
    deeds.append(deed, capacity: limits.userActions)
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

  /// Forgets rows that are not live.
  mutating func sweep(isLiveItem: (UInt32) -> Bool, isLiveUser: (UInt32) -> Bool) {
    deeds.keep { isLiveItem($0.item) }
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
    return areKnown
      && taste.interests.allSatisfy { $0.item == .max || $0.item < items }
      && taste.vectors.count == taste.interests.count * dimension
      && muted.allSatisfy { $0 < users } && blocked.allSatisfy { $0 < users }
  }
}
