internal import CKernels

/// Asking for memory early.
///
/// Safe because a hint reads nothing, and its addresses lie inside the reserved range.
extension GraphIndex {
  /// Asks for where the vector of `row` is kept.
  @inline(__always)
  public func fetchPlace(row: UInt32) {
    guard Int(row) < memory.capacity else { return }
    unsafe updraft_prefetch(memory.slots.base + Int(row))
  }

  /// Asks for the vector of `row` before it is needed; nothing happens when the row has none.
  public func fetch(row: UInt32) {
    guard settings.keeps == .half, let slot = slot(of: row) else { return }
    let start = unsafe memory.halves.base + slot * dimension
    var component = 0
    while component < dimension {
      unsafe updraft_prefetch(start + component)
      component += 32
    }
  }
}
