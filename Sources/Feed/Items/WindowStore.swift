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
package struct WindowStore {
  private static let minuteSlots = 64
  private static let hourSlots = 32
  private static let none = UInt32.max

  /// What a block is, beside its buckets: 16 bytes.
  private struct Block {
    /// The item's next block.
    var next = WindowStore.none
    /// The item; `none` when the block is free.
    var owner = WindowStore.none
    /// The newest minute that it has counted.
    var newest: UInt32 = 0
    var channel: UInt32 = 0
  }

  /// Head of each item's list of blocks.
  private var heads: [UInt32] = []
  private var blocks: [Block] = []
  private var minutes: [UInt16] = []
  private var hours: [UInt32] = []
  private var free: [UInt32] = []
  private let blocksMax: Int
  package private(set) var refused: UInt64 = 0
  private var hand = 0

  package init(blocksMax: Int) { self.blocksMax = blocksMax }

  /// Blocks in use.
  package var count: Int { blocks.count - free.count }

  /// Counts one event of `channel` at `second`.
  package mutating func add(_ row: UInt32, _ channel: Channel, second: UInt32) {
    let minute = second / 60
    guard let block = block(row, channel) ?? make(row, channel, minute) else {
      refused += 1
      return
    }
    advance(block, to: minute)
    let newest = blocks[block].newest
    if newest &- minute < UInt32(Self.minuteSlots) {
      let slot = block * Self.minuteSlots + Int(minute) % Self.minuteSlots
      minutes[slot] = minutes[slot] == .max ? .max : minutes[slot] + 1
    }
    if newest / 60 &- minute / 60 < UInt32(Self.hourSlots) {
      let slot = block * Self.hourSlots + Int(minute / 60) % Self.hourSlots
      hours[slot] = hours[slot] == .max ? .max : hours[slot] + 1
    }
  }

  /// The count over a window that ends at `second`.
  package func count(_ row: UInt32, _ channel: Channel, _ window: Window, second: UInt32) -> Int {
    guard let block = block(row, channel) else { return 0 }
    let minute = Int(second / 60)
    let last = Int(blocks[block].newest)
    var sum = 0
    if window == .day {
      for hour in (max(0, minute / 60 - 23))...(minute / 60)
      where hour <= last / 60 && hour > last / 60 - Self.hourSlots {
        sum += Int(hours[block * Self.hourSlots + hour % Self.hourSlots])
      }
    } else {
      for bucket in max(0, minute - window.rawValue + 1)...minute
      where bucket <= last && bucket > last - Self.minuteSlots {
        sum += Int(minutes[block * Self.minuteSlots + bucket % Self.minuteSlots])
      }
    }
    return sum
  }

  /// Frees what an item held.
  package mutating func removeAll(_ row: UInt32) {
    guard Int(row) < heads.count else { return }
    while heads[Int(row)] != Self.none { release(Int(heads[Int(row)])) }
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

  /// Loads what counting an event of the item will look at first.
  @inline(__always)
  func touch(_ row: UInt32) -> UInt64 {
    guard Int(row) < heads.count, heads[Int(row)] != Self.none else { return 0 }
    let block = Int(heads[Int(row)])
    return UInt64(blocks[block].newest) &+ UInt64(minutes[block &* Self.minuteSlots])
      &+ UInt64(hours[block &* Self.hourSlots])
  }

  @inline(__always)
  private func block(_ row: UInt32, _ channel: Channel) -> Int? {
    guard Int(row) < heads.count else { return nil }
    var block = heads[Int(row)]
    while block != Self.none {
      if blocks[Int(block)].channel == UInt32(channel.rawValue) { return Int(block) }
      block = blocks[Int(block)].next
    }
    return nil
  }

  private mutating func make(_ row: UInt32, _ channel: Channel, _ minute: UInt32) -> Int? {
    while heads.count <= Int(row) { heads.append(Self.none) }
    let block: Int
    if let reused = free.popLast() {
      block = Int(reused)
    } else {
      guard blocks.count < blocksMax else { return nil }
      block = blocks.count
      blocks.append(Block())
      for _ in 0..<Self.minuteSlots { minutes.append(0) }
      for _ in 0..<Self.hourSlots { hours.append(0) }
    }
    blocks[block] = Block(
      next: heads[Int(row)], owner: row, newest: minute, channel: UInt32(channel.rawValue))
    heads[Int(row)] = UInt32(block)
    return block
  }

  /// Makes `minute` the newest and empties the buckets that it passes over.
  private mutating func advance(_ block: Int, to minute: UInt32) {
    let old = blocks[block].newest
    guard minute > old else { return }
    for step in 1...UInt32(Self.minuteSlots) {
      guard old + step <= minute else { break }
      minutes[block * Self.minuteSlots + Int(old + step) % Self.minuteSlots] = 0
    }
    for step in 1...UInt32(Self.hourSlots) {
      guard old / 60 + step <= minute / 60 else { break }
      hours[block * Self.hourSlots + Int(old / 60 + step) % Self.hourSlots] = 0
    }
    blocks[block].newest = minute
  }

  private mutating func release(_ block: Int) {
    let row = Int(blocks[block].owner)
    if heads[row] == UInt32(block) {
      heads[row] = blocks[block].next
    } else {
      var before = Int(heads[row])
      while blocks[before].next != UInt32(block) { before = Int(blocks[before].next) }
      blocks[before].next = blocks[block].next
    }
    blocks[block] = Block()
    for slot in block * Self.minuteSlots..<(block + 1) * Self.minuteSlots { minutes[slot] = 0 }
    for slot in block * Self.hourSlots..<(block + 1) * Self.hourSlots { hours[slot] = 0 }
    free.append(UInt32(block))
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: heads)
    try writer.put(column: blocks)
    try writer.put(column: minutes)
    try writer.put(column: hours)
    try writer.put(column: free)
    try writer.put(refused)
    try writer.put(UInt64(hand))
  }

  init(blocksMax: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.blocksMax = blocksMax
    heads = try reader.column(of: UInt32.self)
    blocks = try reader.column(of: Block.self)
    minutes = try reader.column(of: UInt16.self)
    hours = try reader.column(of: UInt32.self)
    free = try reader.column(of: UInt32.self)
    refused = try reader.number(UInt64.self)
    hand = Int(clamping: try reader.number(UInt64.self))
    guard minutes.count == blocks.count * Self.minuteSlots,
      hours.count == blocks.count * Self.hourSlots
    else { throw SnapshotReader.ended }
  }
}

extension WindowStore {
  /// Whether every list of blocks ends, holds blocks of its own item only, and no block is lost:
  /// what the walks rely on.
  func isSound(items: Int) -> Bool {
    let count = self.blocks.count
    guard heads.count <= items else { return false }
    var isListed = [Bool](repeating: false, count: count)
    for row in heads.indices {
      var block = heads[row]
      while block != Self.none {
        guard Int(block) < count, !isListed[Int(block)], blocks[Int(block)].owner == UInt32(row)
        else {
          return false
        }
        isListed[Int(block)] = true
        block = blocks[Int(block)].next
      }
    }
    for block in free {
      guard Int(block) < count, !isListed[Int(block)], blocks[Int(block)].owner == Self.none else {
        return false
      }
      isListed[Int(block)] = true
    }
    return isListed.allSatisfy { $0 } && (hand == 0 || hand < count)
  }
}
