/// The lengths over which an item's events are counted.
public enum Window: Int, CaseIterable, Sendable {
  case minutes5 = 5
  case minutes30 = 30
  case hour = 60
  case day = 1440

  /// The name in features and on the wire.
  public var name: String {
    switch self {
    case .minutes5: "5m"
    case .minutes30: "30m"
    case .hour: "1h"
    case .day: "24h"
    }
  }
}

/// Sliding counts by event time, an item and channel each: 5 and 30 minutes and one hour in
/// buckets of a minute, 24 hours in buckets of an hour.
///
/// Counts depend only on which events came, not on their order, as long as they are not later than
/// the ring is long. Only pairs with events in the last day hold memory; the pool is bounded.
/// A window of n minutes at time t covers the minute of t and the n − 1 before it; the day covers
/// the hour of t and the 23 before it.
///
/// Most pairs see a few events a day: those are kept as a list of their minutes, 48 bytes a pair.
/// The ninth event within a day moves the pair to rings of buckets, 256 bytes more. An item that
/// was ever counted takes 36 bytes for where its pairs are, one line of memory.
package struct WindowStore {
  private static let minuteSlots = 64
  private static let hourSlots = 32
  private static let stampSlots = 8
  private static let none = UInt32.max

  /// A pair with its first events.
  private struct Block {
    /// The item; `none` when the block is free.
    var owner = WindowStore.none
    /// The newest minute that it has counted.
    var newest: UInt32 = 0
    /// The rings that count its events; `none` while they are listed.
    var ring = WindowStore.none
    var channel: UInt16 = 0
    /// Events in the list.
    var listed: UInt16 = 0
    /// The minutes of the events in the list.
    var stamps = InlineArray<8, UInt32>(repeating: 0)

    /// Takes events out of the list that the rings would have dropped, too.
    mutating func forget() {
      let hour = newest / 60
      var kept = 0
      for slot in 0..<Int(listed) where hour - stamps[slot] / 60 < UInt32(WindowStore.hourSlots) {
        stamps[kept] = stamps[slot]
        kept += 1
      }
      for slot in kept..<WindowStore.stampSlots { stamps[slot] = 0 }
      listed = UInt16(kept)
    }
  }

  /// The block of each item and channel, `Channel.count` an item; `none` where there is none.
  private var places: [UInt32] = []
  private var blocks: [Block] = []
  private var minutes: [UInt16] = []
  private var hours: [UInt32] = []
  private var free: [UInt32] = []
  private var freeRings: [UInt32] = []
  private let blocksMax: Int
  package private(set) var refused: UInt64 = 0
  private var hand = 0

  package init(blocksMax: Int) { self.blocksMax = blocksMax }

  /// Bytes set aside.
  var bytes: Int {
    places.capacity * 4 + blocks.capacity * MemoryLayout<Block>.stride + minutes.capacity * 2
      + hours.capacity * 4
  }

  /// Blocks in use.
  package var count: Int { blocks.count - free.count }

  /// Counts one event of `channel` at `second`.
  package mutating func add(_ row: UInt32, _ channel: Channel, second: UInt32) {
    let minute = second / 60
    guard let block = block(row, channel) ?? make(row, channel, minute) else {
      refused += 1
      return
    }
    let ring = blocks[block].ring
    if ring == Self.none {
      list(block, minute)
    } else {
      blocks[block].newest = advance(Int(ring), from: blocks[block].newest, to: minute)
      note(Int(ring), minute, newest: blocks[block].newest)
    }
  }

  /// The count over a window that ends at `second`.
  package func count(_ row: UInt32, _ channel: Channel, _ window: Window, second: UInt32) -> Int {
    guard let block = block(row, channel) else { return 0 }
    let minute = Int(second / 60)
    let last = Int(blocks[block].newest)
    let first: Int
    if window == .day {
      first = max(0, minute / 60 - 23, last / 60 - Self.hourSlots + 1)
    } else {
      first = max(0, minute - window.rawValue + 1, last - Self.minuteSlots + 1)
    }
    let end = window == .day ? min(minute, last) / 60 : min(minute, last)
    guard first <= end else { return 0 }
    var sum = 0
    if blocks[block].ring == Self.none {
      for slot in 0..<Int(blocks[block].listed) {
        let stamp = Int(blocks[block].stamps[slot])
        let bucket = window == .day ? stamp / 60 : stamp
        if bucket >= first && bucket <= end { sum += 1 }
      }
      return sum
    }
    let ring = Int(blocks[block].ring)
    for bucket in first...end {
      sum +=
        window == .day
        ? Int(hours[ring * Self.hourSlots + bucket % Self.hourSlots])
        : Int(minutes[ring * Self.minuteSlots + bucket % Self.minuteSlots])
    }
    return sum
  }

  /// Counts over every window that ends at one moment.
  package struct Sliding: Equatable {
    package var minutes5: Float = 0
    package var minutes30: Float = 0
    package var hour: Float = 0
    package var day: Float = 0
  }

  /// What `count` gives for every window, in one pass.
  package func sliding(_ row: UInt32, _ channel: Channel, second: UInt32) -> Sliding {
    guard let block = block(row, channel) else { return Sliding() }
    return sliding(block, row, channel, second: second)
  }

  @inline(__always)
  private func sliding(_ block: Int, _ row: UInt32, _ channel: Channel, second: UInt32) -> Sliding {
    guard blocks[block].newest <= second / 60 else {
      return plainly(row, channel, second: second)
    }
    guard blocks[block].ring != Self.none else { return listed(block, minute: second / 60) }
    // Buckets from the newest backwards; what is older than the ring is long has been dropped.
    let newest = blocks[block].newest
    let lag = Int(second / 60 &- newest)
    let ring = Int(blocks[block].ring) &* Self.minuteSlots
    var sliding = Sliding()
    var sum = 0
    var back = 0
    func add(to end: Int) -> Float {
      while back < end {
        sum &+= Int(minutes[ring &+ (Int(newest) &- back) & (Self.minuteSlots &- 1)])
        back &+= 1
      }
      return Float(sum)
    }
    if lag < Window.hour.rawValue {
      sliding.minutes5 = add(to: Window.minutes5.rawValue &- lag)
      sliding.minutes30 = add(to: Window.minutes30.rawValue &- lag)
      sliding.hour = add(to: Window.hour.rawValue &- lag)
    }
    sliding.day = Float(hourly(block, second: second))
    return sliding
  }

  /// Asks for the memory of rows that are read soon: where the pairs of one are, and what is
  /// counted of the pairs of another, for which it was asked before.
  @inline(__always)
  func anticipate(places far: UInt32, blocks near: UInt32) {
    Prefetch.element(places.span, Int(far) &* Channel.count)
    let first = Int(near) &* Channel.count
    guard first &+ Channel.count <= places.count else { return }
    for channel in 0..<Channel.count where places[first &+ channel] != Self.none {
      Prefetch.element(blocks.span, Int(places[first &+ channel]))
    }
  }

  /// What `count` gives for the day.
  package func day(_ row: UInt32, _ channel: Channel, second: UInt32) -> Int {
    guard let block = block(row, channel) else { return 0 }
    guard blocks[block].newest <= second / 60 else {
      return count(row, channel, .day, second: second)
    }
    guard blocks[block].ring != Self.none else {
      return Int(listed(block, minute: second / 60).day)
    }
    return hourly(block, second: second)
  }

  /// The day's count of a pair with rings whose newest event is not ahead.
  private func hourly(_ block: Int, second: UInt32) -> Int {
    let newest = Int(blocks[block].newest) / 60
    let lag = Int(second) / 3_600 &- newest
    let ring = Int(blocks[block].ring) &* Self.hourSlots
    var sum = 0
    var back = 0
    while back < 24 &- lag {
      sum &+= Int(hours[ring &+ (newest &- back) & (Self.hourSlots &- 1)])
      back &+= 1
    }
    return sum
  }

  /// The counts of a pair whose events are listed, none of them ahead.
  @inline(__always)
  private func listed(_ block: Int, minute: UInt32) -> Sliding {
    let hour = minute / 60
    var (minutes5, minutes30, hours, day) = (0, 0, 0, 0)
    for slot in 0..<Int(blocks[block].listed) {
      let stamp = blocks[block].stamps[slot]
      let age = minute &- stamp
      minutes5 &+= age < 5 ? 1 : 0
      minutes30 &+= age < 30 ? 1 : 0
      hours &+= age < 60 ? 1 : 0
      day &+= hour &- stamp / 60 < 24 ? 1 : 0
    }
    return Sliding(
      minutes5: Float(minutes5), minutes30: Float(minutes30), hour: Float(hours), day: Float(day))
  }

  /// The counts one by one, when events are ahead of the moment.
  private func plainly(_ row: UInt32, _ channel: Channel, second: UInt32) -> Sliding {
    Sliding(
      minutes5: Float(count(row, channel, .minutes5, second: second)),
      minutes30: Float(count(row, channel, .minutes30, second: second)),
      hour: Float(count(row, channel, .hour, second: second)),
      day: Float(count(row, channel, .day, second: second)))
  }

  /// Frees what an item held.
  package mutating func removeAll(_ row: UInt32) {
    for channel in Channel.allCases {
      if let block = block(row, channel) { release(block) }
    }
  }

  /// Looks at a few blocks and frees those with no event in the last day.
  package mutating func sweep(second: UInt32) {
    guard !blocks.isEmpty else { return }
    for _ in 0..<32 {
      hand = hand + 1 < blocks.count ? hand + 1 : 0
      if blocks[hand].owner != Self.none,
        Int(blocks[hand].newest) + Self.hourSlots * 60 < Int(second / 60)
      {
        release(hand)
      }
    }
  }

  /// Fetches where a pair is.
  @inline(__always)
  mutating func fetchPlace(_ row: UInt32, _ channel: Channel) {
    Prefetch.element(&places, Int(row) &* Channel.count &+ Int(channel.rawValue))
  }

  /// Fetches what is counted of a pair; `fetchPlace` came before.
  @inline(__always)
  mutating func fetchBlock(_ row: UInt32, _ channel: Channel) {
    if let block = block(row, channel) { Prefetch.element(&blocks, block) }
  }

  /// Fetches the rings of a pair; `fetchBlock` came before.
  @inline(__always)
  mutating func fetchRing(_ row: UInt32, _ channel: Channel, second: UInt32) {
    guard let block = block(row, channel) else { return }
    let ring = Int(blocks[block].ring)
    guard blocks[block].ring != Self.none else { return }
    let minute = Int(second / 60)
    Prefetch.element(&minutes, ring &* Self.minuteSlots &+ minute % Self.minuteSlots)
    Prefetch.element(&hours, ring &* Self.hourSlots &+ minute / 60 % Self.hourSlots)
  }

  @inline(__always)
  private func block(_ row: UInt32, _ channel: Channel) -> Int? {
    let place = Int(row) &* Channel.count &+ Int(channel.rawValue)
    guard place < places.count, places[place] != Self.none else { return nil }
    return Int(places[place])
  }

  private mutating func make(_ row: UInt32, _ channel: Channel, _ minute: UInt32) -> Int? {
    while places.count <= Int(row) * Channel.count {
      for _ in 0..<Channel.count { places.append(Self.none) }
    }
    let block: Int
    if let reused = free.popLast() {
      block = Int(reused)
    } else {
      guard blocks.count < blocksMax else { return nil }
      block = blocks.count
      blocks.append(Block())
    }
    blocks[block] = Block(owner: row, newest: minute, channel: UInt16(channel.rawValue))
    places[Int(row) * Channel.count + Int(channel.rawValue)] = UInt32(block)
    return block
  }

  // MARK: A list of a few events

  /// Lists an event; when the list is full of events of the day, they move to rings.
  private mutating func list(_ block: Int, _ minute: UInt32) {
    blocks[block].newest = max(blocks[block].newest, minute)
    if Int(blocks[block].listed) == Self.stampSlots { blocks[block].forget() }
    if Int(blocks[block].listed) == Self.stampSlots {
      let newest = blocks[block].newest
      let ring = makeRing()
      for slot in 0..<Self.stampSlots { note(ring, blocks[block].stamps[slot], newest: newest) }
      blocks[block].ring = UInt32(ring)
      blocks[block].listed = 0
      blocks[block].stamps = InlineArray(repeating: 0)
      return note(ring, minute, newest: newest)
    }
    blocks[block].stamps[Int(blocks[block].listed)] = minute
    blocks[block].listed += 1
  }

  // MARK: Rings of buckets

  private mutating func makeRing() -> Int {
    if let reused = freeRings.popLast() { return Int(reused) }
    for _ in 0..<Self.minuteSlots { minutes.append(0) }
    for _ in 0..<Self.hourSlots { hours.append(0) }
    return hours.count / Self.hourSlots - 1
  }

  /// Counts an event that is not after the newest minute.
  private mutating func note(_ ring: Int, _ minute: UInt32, newest: UInt32) {
    if newest &- minute < UInt32(Self.minuteSlots) {
      let slot = ring * Self.minuteSlots + Int(minute) % Self.minuteSlots
      minutes[slot] = minutes[slot] == .max ? .max : minutes[slot] + 1
    }
    if newest / 60 &- minute / 60 < UInt32(Self.hourSlots) {
      let slot = ring * Self.hourSlots + Int(minute / 60) % Self.hourSlots
      hours[slot] = hours[slot] == .max ? .max : hours[slot] + 1
    }
  }

  /// Empties the buckets that a newer minute passes over; gives the newest minute.
  private mutating func advance(_ ring: Int, from old: UInt32, to minute: UInt32) -> UInt32 {
    guard minute > old else { return old }
    for step in 1...UInt32(Self.minuteSlots) {
      guard old + step <= minute else { break }
      minutes[ring * Self.minuteSlots + Int(old + step) % Self.minuteSlots] = 0
    }
    for step in 1...UInt32(Self.hourSlots) {
      guard old / 60 + step <= minute / 60 else { break }
      hours[ring * Self.hourSlots + Int(old / 60 + step) % Self.hourSlots] = 0
    }
    return minute
  }

  private mutating func release(_ block: Int) {
    let place = Int(blocks[block].owner) * Channel.count + Int(blocks[block].channel)
    places[place] = Self.none
    if blocks[block].ring != Self.none {
      let ring = Int(blocks[block].ring)
      for slot in ring * Self.minuteSlots..<(ring + 1) * Self.minuteSlots { minutes[slot] = 0 }
      for slot in ring * Self.hourSlots..<(ring + 1) * Self.hourSlots { hours[slot] = 0 }
      freeRings.append(UInt32(ring))
    }
    blocks[block] = Block()
    free.append(UInt32(block))
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: places)
    try writer.put(column: blocks)
    try writer.put(column: minutes)
    try writer.put(column: hours)
    try writer.put(column: free)
    try writer.put(column: freeRings)
    try writer.put(refused)
    try writer.put(UInt64(hand))
  }

  init(blocksMax: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.blocksMax = blocksMax
    places = try reader.column(of: UInt32.self)
    blocks = try reader.column(of: Block.self)
    minutes = try reader.column(of: UInt16.self)
    hours = try reader.column(of: UInt32.self)
    free = try reader.column(of: UInt32.self)
    freeRings = try reader.column(of: UInt32.self)
    refused = try reader.number(UInt64.self)
    hand = Int(clamping: try reader.number(UInt64.self))
    guard places.count % Channel.count == 0, hours.count % Self.hourSlots == 0,
      minutes.count == hours.count / Self.hourSlots * Self.minuteSlots
    else { throw SnapshotReader.ended }
  }
}

extension WindowStore {
  /// Whether every pair has its own block, no block is lost and none shares its rings: what
  /// counting relies on.
  func isSound(items: Int) -> Bool {
    guard places.count <= items * Channel.count else { return false }
    var isListed = [Bool](repeating: false, count: blocks.count)
    for (place, block) in zip(places.indices, places) where block != Self.none {
      guard Int(block) < blocks.count, !isListed[Int(block)],
        Int(blocks[Int(block)].owner) == place / Channel.count,
        Int(blocks[Int(block)].channel) == place % Channel.count
      else { return false }
      isListed[Int(block)] = true
    }
    for block in free {
      guard Int(block) < blocks.count, !isListed[Int(block)],
        blocks[Int(block)].owner == Self.none
      else { return false }
      isListed[Int(block)] = true
    }
    return isListed.allSatisfy { $0 } && areRingsSound && (hand == 0 || hand < blocks.count)
  }

  private var areRingsSound: Bool {
    var isTaken = [Bool](repeating: false, count: hours.count / Self.hourSlots)
    let used = blocks.lazy.map(\.ring).filter { $0 != Self.none }
    for ring in Array(used) + freeRings {
      guard Int(ring) < isTaken.count, !isTaken[Int(ring)] else { return false }
      isTaken[Int(ring)] = true
    }
    for block in blocks {
      guard block.listed <= Self.stampSlots, block.owner != Self.none || block.ring == Self.none
      else { return false }
      for slot in 0..<Int(block.listed) where block.stamps[slot] > block.newest { return false }
    }
    return isTaken.allSatisfy { $0 }
  }
}
