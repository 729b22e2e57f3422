/// Maps external identifiers to dense rows and back: open addressing with linear probing.
///
/// Rows come from the caller, so that the order of slots never shows in the World's digest.
/// - Complexity: O(1) expected for every member.
package struct IdentifierTable {
  private var slots: [UInt64] = Array(repeating: 0, count: 16)  // hash high half | row + 1
  private var used = 0
  private var texts = TextColumn()

  package init() {}

  /// How many identifiers have a row.
  package var count: Int { used }

  /// The row of an identifier.
  @inline(__always)
  package func row(_ id: RecordView) -> UInt32? { row(id, hash: id.hash(seed: 0)) }

  /// The row of an identifier whose hash is known.
  @inline(__always)
  func row(_ id: RecordView, hash: UInt64) -> UInt32? {
    let tag = hash & 0xffff_ffff_0000_0000
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      if slot & 0xffff_ffff_0000_0000 == tag {
        let row = UInt32(truncatingIfNeeded: slot) &- 1
        if texts.equals(Int(row), id) { return row }
      }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// The row that an identifier of this hash most likely has; the text is not looked at.
  @inline(__always)
  func guess(_ hash: UInt64) -> UInt32? {
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      if slot &>> 32 == hash &>> 32 { return UInt32(truncatingIfNeeded: slot) &- 1 }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// Fetches where the search for an identifier of this hash begins.
  @inline(__always)
  mutating func fetchSlot(_ hash: UInt64) {
    Prefetch.element(&slots, Int(truncatingIfNeeded: hash) & (slots.count &- 1))
  }

  /// Fetches where the identifier of a row lies.
  @inline(__always)
  mutating func fetchPlace(_ row: UInt32) { texts.fetchPlace(Int(row)) }

  /// Fetches the identifier of a row; `fetchPlace` came before.
  @inline(__always)
  mutating func fetchText(_ row: UInt32) { texts.fetchText(Int(row)) }

  /// The row of an identifier.
  package func row(_ id: String) -> UInt32? {
    RecordView.over(id) { row($0) }
  }

  /// Gives an identifier, which has none, a row that no other has.
  package mutating func insert(_ id: RecordView, row: UInt32) {
    if (used + 1) * 2 > slots.count { grow() }
    texts.set(Int(row), id)
    place(id.hash(seed: 0), row)
    used += 1
  }

  /// Forgets the identifier of a row.
  package mutating func remove(row: UInt32) {
    let hash = texts.withView(Int(row)) { $0.hash(seed: 0) }
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0, UInt32(truncatingIfNeeded: slots[position]) &- 1 != row {
      position = (position + 1) & mask
    }
    guard slots[position] != 0 else { return }
    slots[position] = 0
    used -= 1
    refill(after: position)
    texts.set(Int(row), "")
  }

  /// The identifier of a row.
  package func text(_ row: UInt32) -> String { texts.text(Int(row)) }

  @inline(__always)
  func withView<Result>(_ row: UInt32, _ body: (RecordView) -> Result) -> Result {
    texts.withView(Int(row), body)
  }

  /// Moves back what linear probing had pushed past the emptied slot.
  private mutating func refill(after hole: Int) {
    let mask = slots.count - 1
    var position = (hole + 1) & mask
    while slots[position] != 0 {
      let slot = slots[position]
      slots[position] = 0
      let row = UInt32(truncatingIfNeeded: slot) &- 1
      place(texts.withView(Int(row)) { $0.hash(seed: 0) }, row)
      position = (position + 1) & mask
    }
  }

  private mutating func place(_ hash: UInt64, _ row: UInt32) {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while slots[position] != 0 { position = (position + 1) & mask }
    slots[position] = hash & 0xffff_ffff_0000_0000 | UInt64(row &+ 1)
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    for slot in old where slot != 0 {
      let row = UInt32(truncatingIfNeeded: slot) &- 1
      place(texts.withView(Int(row)) { $0.hash(seed: 0) }, row)
    }
  }
}
