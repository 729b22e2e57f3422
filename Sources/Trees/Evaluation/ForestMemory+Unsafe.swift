/// Elements at an address that stays, aligned for the widest vectors.
///
/// Safe because `base` holds `count` elements, zero bytes at first, from `init` to `deinit`, and
/// this value is its one owner; users keep their indexes below `count`.
@safe struct ForestMemory<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // Sendable: it is an address; who writes when is its user's affair.
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// So many elements of zero bytes, at least one.
  init(_ count: Int) {
    let room = max(count, 1)
    let bytes = room * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe base = memory.bindMemory(to: Element.self, capacity: room)
    self.count = room
  }

  /// A copy of what an array holds.
  init(_ elements: [Element]) {
    self.init(elements.count)
    for (index, element) in elements.enumerated() { unsafe base[index] = element }
  }

  deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

  /// At least so many elements; what they were is lost when there were fewer.
  mutating func reserve(_ count: Int) {
    if self.count < count { self = ForestMemory(count) }
  }
}
