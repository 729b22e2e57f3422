/// Rows with a number each, for one request at a time: emptied in O(1) by a new epoch.
///
/// Open addressing over a few thousand slots rather than one slot for every row of the World, so
/// that it stays in the cache whatever the World's size.
struct RowTable {
  /// Epoch in the high half, row in the low half; a slot of another epoch is free.
  private var keys: [UInt64]
  private var values: [UInt32]
  private var epoch: UInt64 = 1
  private(set) var count = 0

  /// An empty table that takes so many rows before it grows.
  init(room: Int = 32) {
    var slots = 64
    while slots < room * 2 { slots *= 2 }
    keys = Array(repeating: 0, count: slots)
    values = Array(repeating: 0, count: slots)
  }

  /// Empties the table.
  mutating func removeAll() {
    count = 0
    epoch += 1
    guard epoch > UInt64(UInt32.max) else { return }
    epoch = 1
    for index in keys.indices { keys[index] = 0 }
  }

  /// The number of a row; nil when the row has none.
  @inline(__always)
  subscript(row: UInt32) -> UInt32? {
    let slot = find(row)
    return keys[slot] &>> 32 == epoch ? values[slot] : nil
  }

  /// Whether a row has a number.
  @inline(__always)
  func contains(_ row: UInt32) -> Bool { keys[find(row)] &>> 32 == epoch }

  /// The number of a row as the bits of a float; 0 when the row has none.
  @inline(__always)
  func float(_ row: UInt32) -> Float {
    let slot = find(row)
    return keys[slot] &>> 32 == epoch ? Float(bitPattern: values[slot]) : 0
  }

  /// Gives a row a number.
  @inline(__always)
  mutating func set(_ row: UInt32, _ value: UInt32 = 1) {
    let slot = find(row)
    values[slot] = value
    if keys[slot] &>> 32 != epoch { add(row, at: slot) }
  }

  /// The number of a row, which gets `value` when it has none.
  @inline(__always)
  mutating func number(of row: UInt32, orSet value: UInt32) -> UInt32 {
    let slot = find(row)
    if keys[slot] &>> 32 == epoch { return values[slot] }
    values[slot] = value
    add(row, at: slot)
    return value
  }

  /// Visits every row, in no particular order.
  func forEach(_ body: (UInt32) -> Void) {
    for key in keys where key >> 32 == epoch { body(UInt32(truncatingIfNeeded: key)) }
  }

  @inline(__always)
  private mutating func add(_ row: UInt32, at slot: Int) {
    keys[slot] = epoch &<< 32 | UInt64(row)
    count &+= 1
    if count &* 2 > keys.count { grow() }
  }

  @inline(__always)
  private func find(_ row: UInt32) -> Int {
    let mask = keys.count &- 1
    let key = epoch &<< 32 | UInt64(row)
    // The high bits of the product are the well-mixed ones.
    let mixed = UInt64(row) &* 0x9e37_79b9_7f4a_7c15
    var slot = Int(truncatingIfNeeded: mixed &>> 32) & mask
    while keys[slot] != key, keys[slot] &>> 32 == epoch { slot = (slot &+ 1) & mask }
    return slot
  }

  private mutating func grow() {
    let oldKeys = keys
    let oldValues = values
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    values = Array(repeating: 0, count: oldKeys.count * 2)
    for index in oldKeys.indices where oldKeys[index] >> 32 == epoch {
      let slot = find(UInt32(truncatingIfNeeded: oldKeys[index]))
      keys[slot] = oldKeys[index]
      values[slot] = oldValues[index]
    }
  }
}
