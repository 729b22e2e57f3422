internal import Index

/// The columns of the items, one element a row.
struct ItemTable {
  /// A row's state.
  enum Life: UInt8 {
    /// No item; the row may be used.
    case free
    /// On pages.
    case live
    /// Dropped; references to the row may still be found, so it waits for a sweep.
    case dead
  }

  /// What scoring and filters read of an item, in one piece of 32 bytes.
  struct Facts {
    var author: UInt32 = .max
    /// Seconds.
    var created: UInt32 = 0
    /// Seconds; 0 = never.
    var expires: UInt32 = 0
    var type: UInt16 = 0
    var category: UInt16 = 0
    var topic: UInt16 = 0
    var language: UInt16 = 0
    var region: UInt16 = 0
    var life: UInt8 = Life.free.rawValue
    /// Made by an interaction and not yet published.
    var isBare: UInt8 = 0
    /// Orders items of equal age by publication.
    var serial: UInt64 = 0

    var isLive: Bool { life == Life.live.rawValue }
  }

  var ids = IdentifierTable()
  var titles = TextColumn()
  var facts: [Facts] = []
  /// Rows that may be used again, last in first out.
  var free: [UInt32] = []
  /// Rows that wait for a sweep.
  var dead: [UInt32] = []
  /// Rows that are live, a bit each: the fold asks of many that it needs nothing else of.
  var live = RowSet()
  var serial: UInt64 = 0

  /// A row for a new identifier.
  mutating func add(_ id: RecordView) -> ItemRow {
    let row: UInt32
    if let reused = free.popLast() {
      row = reused
    } else {
      row = UInt32(facts.count)
      facts.append(Facts())
    }
    ids.insert(id, row: row)
    serial += 1
    facts[Int(row)] = Facts()
    facts[Int(row)].serial = serial
    facts[Int(row)].life = Life.live.rawValue
    live.insert(row)
    return ItemRow(row)
  }

  /// Takes an item out of every page; its row waits for a sweep.
  mutating func drop(_ row: ItemRow) {
    ids.remove(row: row.index)
    titles.set(Int(row.index), "")
    facts[Int(row.index)].life = Life.dead.rawValue
    dead.append(row.index)
    live.remove(row.index)
  }

  /// Lets the first `count` dead rows be used again; no reference to them is left.
  mutating func release(_ count: Int) {
    for row in dead.prefix(count) { facts[Int(row)].life = Life.free.rawValue }
    free.append(contentsOf: dead.prefix(count))
    dead.removeFirst(count)
  }

  @inline(__always)
  func isLive(_ row: UInt32) -> Bool { live.contains(row) }
}

/// Decayed counters of an item, all as of `updated`; 40 bytes.
package struct ItemStats: BitwiseCopyable {
  /// Seconds of event time.
  package var updated: UInt32 = 0
  /// Clicks on the burst scale, minutes rather than hours.
  package var burstClicks: Float = 0
  package var shortImpressions: Float = 0
  package var shortClicks: Float = 0
  /// Positive actions by strength.
  package var shortEngagement: Float = 0
  package var longImpressions: Float = 0
  package var longClicks: Float = 0
  package var longEngagement: Float = 0
  /// Negative actions by strength, as a positive number.
  package var longNegative: Float = 0
  /// When the item was first acted on, in seconds.
  package var first: UInt32 = 0

  package init() {}

  /// Counts one event of a channel with its strength.
  @inline(__always)
  mutating func count(_ channel: Channel, _ strength: Float, second: UInt32, _ limits: FoldLimits) {
    let weight = advance(
      to: second, burst: limits.burstHalfLifeMs, short: limits.shortHalfLifeMs,
      long: limits.longHalfLifeMs)
    if first == 0 { first = second }
    switch channel {
    case .impression:
      shortImpressions += weight.short
      longImpressions += weight.long
      return
    case .click:
      burstClicks += weight.burst
      shortClicks += weight.short
      longClicks += weight.long
    default: break
    }
    if strength > 0 {
      shortEngagement += weight.short * strength
      longEngagement += weight.long * strength
    } else {
      longNegative -= weight.long * strength
    }
  }

  /// Moves every counter to `second`, unless it is in the past.
  ///
  /// - Returns: by how much an event at `second` must be discounted on the three
  ///   scales: below 1 for an event before `updated`, so that order does not matter.
  @inline(__always)
  package mutating func advance(
    to second: UInt32, burst: Int64, short: Int64, long: Int64
  ) -> (burst: Float, short: Float, long: Float) {
    if second > updated {
      let elapsed = Int64(second &- updated) &* 1000
      burstClicks *= Decay.factor(elapsed: elapsed, halfLife: burst)
      let byShort = Decay.factor(elapsed: elapsed, halfLife: short)
      let byLong = Decay.factor(elapsed: elapsed, halfLife: long)
      shortImpressions *= byShort
      shortClicks *= byShort
      shortEngagement *= byShort
      longImpressions *= byLong
      longClicks *= byLong
      longEngagement *= byLong
      longNegative *= byLong
      updated = second
      return (1, 1, 1)
    }
    if second == updated { return (1, 1, 1) }
    let elapsed = Int64(updated &- second) &* 1000
    return (
      Decay.factor(elapsed: elapsed, halfLife: burst),
      Decay.factor(elapsed: elapsed, halfLife: short),
      Decay.factor(elapsed: elapsed, halfLife: long)
    )
  }
}

extension ItemTable {
  /// Whether the lists of free and dead rows agree with what the rows say of themselves.
  var isSound: Bool {
    var lives = facts.map(\.life)
    for (rows, life) in [(free, Life.free), (dead, .dead)] {
      for row in rows {
        guard row < lives.count, lives[Int(row)] == life.rawValue else { return false }
        lives[Int(row)] = Life.live.rawValue
      }
    }
    return lives.allSatisfy { $0 == Life.live.rawValue } && ids.count == live.count
  }
}
