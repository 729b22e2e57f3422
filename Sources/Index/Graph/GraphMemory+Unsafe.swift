internal import CKernels
internal import Glibc

/// Memory that is zero, never moves, and costs only what was written to: address space is reserved
/// for the most it can grow to.
///
/// Safe because the range is mapped readable and writable from `init` to `deinit`, and this value
/// is its one owner; users keep their indexes below `count`.
@safe struct Reserved<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // Sendable: it is an address; who writes when is its user's affair.
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// - Parameter isLarge: whether it is read at random and may grow to many megabytes: then the
  ///   system is asked for large pages, which a core finds faster.
  init(_ count: Int, isLarge: Bool = false) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let start = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else {
      preconditionFailure("the system has no address space for \(bytes) bytes")
    }
    if isLarge { unsafe madvise(start, bytes, MADV_HUGEPAGE) }
    unsafe base = start.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit {
    unsafe munmap(base, max(count, 1) * MemoryLayout<Element>.stride)
  }

  /// Gives the memory behind the elements up to `end` back; they read as zero again.
  func clear(upTo end: Int) {
    unsafe madvise(base, min(end, count) * MemoryLayout<Element>.stride, MADV_DONTNEED)
  }
}

/// One layer above the ground: a sample of the nodes beneath it with links of its own.
@safe struct GraphLayer: ~Copyable {
  /// Links a node.
  static var degree: Int { 16 }

  let links: Reserved<UInt32>
  /// The slot of a node.
  let slots: Reserved<UInt32>
  /// The node in the layer beneath, a slot for the lowest one.
  let downs: Reserved<UInt32>

  init(capacity: Int) {
    links = Reserved(capacity * Self.degree)
    slots = Reserved(capacity)
    downs = Reserved(capacity)
  }
}

/// The numbers that readers and writers share, one word each.
enum GraphWord: Int, CaseIterable {
  /// Rows that have a vector.
  case count
  /// Slots that were ever used.
  case slots
  /// One past the highest row.
  case rowLimit
  /// Where in the log of pending slots the first that is not linked stands, and its end.
  case head
  case tail
  /// The top layer above, plus 1, and its first node below; 0 while nothing is linked.
  case entry
  /// 1 once codes mean something.
  case ready
  /// Grows with each batch of slots that no link leads to any more.
  case epoch
  /// Grows with each row that moves to another slot.
  case moves
  /// Grows with each change of a row or a link.
  case changes
}

/// All arrays of an index: plain data without pointers in it, by slot unless said otherwise.
///
/// A slot holds one vector from when it is written until no search can see it. Rows, slots and
/// links are read and written atomically; the rest of a slot is written before the slot is told to
/// anybody, which is what makes reading it without a lock safe.
@safe final class GraphMemory: @unchecked Sendable {
  // Sendable: see above; each array says who writes it.
  let capacity: Int
  let stride: Int
  let codes: Reserved<UInt8>
  let halves: Reserved<UInt16>
  let norms: Reserved<Float>
  let links: Reserved<UInt32>
  /// Row + 1, or 0 for a slot that no row has any more.
  let rows: Reserved<UInt32>
  /// Slot + 1 by row, or 0.
  let slots: Reserved<UInt32>
  /// Slots that wait to be linked, oldest first.
  let log: Reserved<UInt32>
  /// One bit a slot: it left the log.
  let linked: Reserved<UInt64>
  private let words = Reserved<UInt64>(GraphWord.allCases.count * 8)
  let lower: GraphLayer
  let middle: GraphLayer
  let upper: GraphLayer
  let layerCounts = Reserved<UInt64>(GraphMemory.layersMax)
  /// Bytes that are 1 while a thread changes the links of a slot that shares the byte.
  let stripes = Reserved<UInt32>(GraphMemory.stripeCount)

  static var layersMax: Int { 3 }
  static var stripeCount: Int { 4096 }

  init(dimension: Int, degree: Int, capacity wanted: Int) {
    stride = Self.stride(dimension: dimension)
    capacity = Self.capacity(dimension: dimension, wanted: wanted)
    codes = Reserved(capacity * stride, isLarge: true)
    halves = Reserved(capacity * dimension, isLarge: true)
    norms = Reserved(capacity)
    links = Reserved(capacity * degree, isLarge: true)
    rows = Reserved(capacity)
    slots = Reserved(capacity)
    log = Reserved(capacity)
    linked = Reserved(capacity / 64 + 1)
    lower = GraphLayer(capacity: Self.layerCapacity(1, of: capacity))
    middle = GraphLayer(capacity: Self.layerCapacity(2, of: capacity))
    upper = GraphLayer(capacity: Self.layerCapacity(3, of: capacity))
  }

  /// Bytes of a code.
  static func stride(dimension: Int) -> Int { (dimension + 63) / 64 * 64 }

  /// The most slots, however many are wanted.
  static func capacity(dimension: Int, wanted: Int) -> Int {
    max(64, min(wanted, (1 << 36) / (2 * stride(dimension: dimension))))
  }

  /// The most nodes of a layer; layer 1 is the lowest above the ground.
  static func layerCapacity(_ layer: Int, of capacity: Int) -> Int {
    capacity >> (2 * layer) + 64
  }

  subscript(word: GraphWord) -> Int {
    get { unsafe Int(updraft_load_all(words.base + word.rawValue * 8)) }
    set { unsafe updraft_store_all(words.base + word.rawValue * 8, UInt64(newValue)) }
  }

  /// Adds to a word and returns what it was.
  @discardableResult
  func add(_ value: Int, to word: GraphWord) -> Int {
    unsafe Int(
      truncatingIfNeeded: updraft_add_all(
        words.base + word.rawValue * 8, UInt64(bitPattern: Int64(value))))
  }

  /// The nodes that a layer has; layer 1 is the lowest above the ground.
  func count(layer: Int) -> Int { unsafe Int(updraft_load_all(layerCounts.base + layer - 1)) }

  func setCount(_ count: Int, layer: Int) {
    unsafe updraft_store_all(layerCounts.base + layer - 1, UInt64(count))
  }

  /// The arrays of a layer, and what to walk on it.
  func arrays(layer: Int) -> GraphArrays {
    switch layer {
    case 1: unsafe GraphArrays(lower)
    case 2: unsafe GraphArrays(middle)
    default: unsafe GraphArrays(upper)
    }
  }
}

/// The arrays of one layer above the ground.
@unsafe struct GraphArrays {
  let links: UnsafeMutablePointer<UInt32>
  let slots: UnsafeMutablePointer<UInt32>
  let downs: UnsafeMutablePointer<UInt32>
  let capacity: Int

  init(_ layer: borrowing GraphLayer) {
    unsafe links = layer.links.base
    unsafe slots = layer.slots.base
    unsafe downs = layer.downs.base
    unsafe capacity = layer.slots.count
  }
}
