/// Rows with a number each, for one request at a time: emptied in O(1) by a new epoch.
///
/// Open addressing over a few thousand slots rather than one slot for every row of the World, so
/// that it stays in the cache whatever the World's size.
struct RowTable {
  /// 16 bytes, so that a look touches one line.
  private struct Slot {
    /// Epoch in the high half, row in the low half; a slot of another epoch is free.
    var key: UInt64 = 0
    var value: UInt32 = 0
  }

  private var slots: [Slot]
  private var epoch: UInt64 = 1
  private(set) var count = 0

  /// An empty table that takes so many rows before it grows.
  init(room: Int = 32) {
    var count = 64
    while count < room * 2 { count *= 2 }
    slots = Array(repeating: Slot(), count: count)
  }

  /// Empties the table.
  mutating func removeAll() {
    count = 0
    epoch += 1
    guard epoch > UInt64(UInt32.max) else { return }
    epoch = 1
    for index in slots.indices { slots[index].key = 0 }
  }

  /// The number of a row; nil when the row has none.
  @inline(__always)
  subscript(row: UInt32) -> UInt32? {
    let slot = slots[find(row)]
    return slot.key &>> 32 == epoch ? slot.value : nil
  }

  /// Whether a row has a number.
  @inline(__always)
  func contains(_ row: UInt32) -> Bool { slots[find(row)].key &>> 32 == epoch }

  /// The number of a row as the bits of a float; 0 when the row has none.
  @inline(__always)
  func float(_ row: UInt32) -> Float {
    let slot = slots[find(row)]
    return slot.key &>> 32 == epoch ? Float(bitPattern: slot.value) : 0
  }

  /// Gives a row a number.
  @inline(__always)
  mutating func set(_ row: UInt32, _ value: UInt32 = 1) {
    let slot = find(row)
    if slots[slot].key &>> 32 == epoch {
      slots[slot].value = value
    } else {
      add(row, value, at: slot)
    }
  }

  /// The number of a row, which gets `value` when it has none.
  @inline(__always)
  mutating func number(of row: UInt32, orSet value: UInt32) -> UInt32 {
    let slot = find(row)
    if slots[slot].key &>> 32 == epoch { return slots[slot].value }
    add(row, value, at: slot)
    return value
  }

  /// Visits every row, in no particular order.
  func forEach(_ body: (UInt32) -> Void) {
    for slot in slots where slot.key >> 32 == epoch { body(UInt32(truncatingIfNeeded: slot.key)) }
  }

  @inline(__always)
  private mutating func add(_ row: UInt32, _ value: UInt32, at slot: Int) {
    slots[slot] = Slot(key: epoch &<< 32 | UInt64(row), value: value)
    count &+= 1
    if count &* 2 > slots.count { grow() }
  }

  /// Fetches where the search for a row begins.
  @inline(__always)
  func fetch(_ row: UInt32) { Prefetch.element(slots.span, home(row)) }

  @inline(__always)
  private func home(_ row: UInt32) -> Int {
    // The high bits of the product are the well-mixed ones.
    let mixed = UInt64(row) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed &>> 32) & (slots.count &- 1)
  }

  @inline(__always)
  private func find(_ row: UInt32) -> Int {
    let mask = slots.count &- 1
    let key = epoch &<< 32 | UInt64(row)
    var slot = home(row)
    while slots[slot].key != key, slots[slot].key &>> 32 == epoch { slot = (slot &+ 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: old.count * 2)
    for slot in old where slot.key >> 32 == epoch {
      slots[find(UInt32(truncatingIfNeeded: slot.key))] = slot
    }
  }
}
