/// The newest event ids, so that a retry counts once: 128-bit hashes in a ring with an
/// open-addressing index, 32 bytes an id. A slot carries the half of the hash that says where it
/// belongs, so that the common answer, no, and forgetting the oldest touch one cache line each.
package struct DedupWindow {
  private var highs: [UInt64] = []
  private var lows: [UInt64] = []
  private var slots: [UInt64] = []  // upper half of the hash | ring position + 1
  private var start = 0
  private let capacity: Int

  /// Remembers the newest `capacity` ids.
  package init(capacity: Int) {
    self.capacity = max(1, capacity)
    slots = Array(repeating: 0, count: 64)
  }

  /// How many ids are remembered.
  package var count: Int { highs.count }

  /// The hash of an event id inside the scope of a user.
  package static func key(scope: RecordView, id: RecordView) -> (UInt64, UInt64) {
    let first = scope.hash(seed: 0x6a09_e667_f3bc_c908)
    let second = scope.hash(seed: 0xbb67_ae85_84ca_a73b)
    return (id.hash(seed: first), id.hash(seed: second))
  }

  /// Whether an id is remembered.
  package func contains(_ key: (UInt64, UInt64)) -> Bool {
    let mask = slots.count &- 1
    var position = Self.home(key.0) & mask
    while true {
      let slot = slots[position]
      if slot == 0 { return false }
      if slot &>> 32 == key.0 &>> 32 {
        let place = Self.place(slot)
        if highs[place] == key.0 && lows[place] == key.1 { return true }
      }
      position = (position &+ 1) & mask
    }
  }

  /// Fetches what a look-up of the id and its insertion will look at.
  @inline(__always)
  mutating func fetch(_ key: (UInt64, UInt64), ahead: Int) {
    let mask = slots.count &- 1
    Prefetch.element(&slots, Self.home(key.0) & mask)
    // The oldest leave as new ones come.
    let leaving = start &+ ahead
    guard highs.count == capacity, leaving < capacity else { return }
    Prefetch.element(&slots, Self.home(highs[leaving]) & mask)
  }

  /// Remembers an id that is not yet remembered; the oldest beyond the bound is forgotten.
  package mutating func insert(_ key: (UInt64, UInt64)) {
    if highs.count < capacity {
      highs.append(key.0)
      lows.append(key.1)
      if highs.count * 2 > slots.count { grow() }
      index(highs.count - 1)
      return
    }
    unindex(start)
    highs[start] = key.0
    lows[start] = key.1
    index(start)
    start = start + 1 == capacity ? 0 : start + 1
  }

  private mutating func index(_ place: Int) {
    let mask = slots.count &- 1
    var position = Self.home(highs[place]) & mask
    while slots[position] != 0 { position = (position &+ 1) & mask }
    slots[position] = slot(place)
  }

  /// Takes an id out of the index and moves back what linear probing had pushed past it.
  private mutating func unindex(_ place: Int) {
    let mask = slots.count &- 1
    var hole = Self.home(highs[place]) & mask
    while Self.place(slots[hole]) != place { hole = (hole &+ 1) & mask }
    var position = (hole &+ 1) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      // Whoever belongs behind the hole stays.
      if (position &- Self.home(slot)) & mask >= (position &- hole) & mask {
        slots[hole] = slot
        hole = position
      }
      position = (position &+ 1) & mask
    }
    slots[hole] = 0
  }

  /// Where a hash, or a slot that carries its upper half, belongs.
  @inline(__always)
  private static func home(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word &>> 32) }

  private func slot(_ place: Int) -> UInt64 {
    highs[place] & 0xffff_ffff_0000_0000 | UInt64(place + 1)
  }

  @inline(__always)
  private static func place(_ slot: UInt64) -> Int { Int(slot & 0xffff_ffff) &- 1 }

  /// Makes room for four times as many ids: every step has all of them find their places anew.
  private mutating func grow() {
    let ids = min(highs.count * 4, capacity)
    highs.reserveCapacity(ids)
    lows.reserveCapacity(ids)
    rebuild(Self.slots(ids))
  }

  /// Slots for a number of ids, at most half of them taken.
  private static func slots(_ ids: Int) -> Int {
    var slots = 64
    while slots < ids * 2 { slots *= 2 }
    return slots
  }

  private mutating func rebuild(_ count: Int) {
    slots = Array(repeating: 0, count: count)
    for place in highs.indices { index(place) }
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: highs)
    try writer.put(column: lows)
    try writer.put(UInt64(start))
  }

  init(capacity: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.init(capacity: capacity)
    highs = try reader.column(of: UInt64.self)
    lows = try reader.column(of: UInt64.self)
    start = Int(clamping: try reader.number(UInt64.self))
    guard highs.count == lows.count, highs.count <= self.capacity, start == 0 || start < highs.count
    else {
      throw SnapshotReader.ended
    }
    rebuild(Self.slots(highs.count))
  }
}
