internal import CKernels

/// What one search or one insertion works with, kept for the next.
///
/// Safe because only the thread that took it from the pool touches it, and every buffer is as long
/// as the walk is told.
@safe final class GraphScratch: @unchecked Sendable {
  // Sendable: the pool gives it to one thread at a time.

  /// Nodes that a walk notes as seen before it forgets which, and then clears all.
  static var touchedMost: Int { 1 << 16 }
  /// What stands where no key does: the largest that is positive as a signed number too.
  static var noKey: UInt64 { .max >> 1 }

  let walk: UnsafeMutablePointer<updraft_walk>
  let query: UnsafeMutablePointer<Int8>
  /// A code as a query, for comparing rows with each other.
  let other: UnsafeMutablePointer<Int8>
  let floats: UnsafeMutablePointer<Float>
  /// Nodes and numbers for those, `listMost` of each.
  let nodes: UnsafeMutablePointer<UInt32>
  let chosen: UnsafeMutablePointer<UInt32>
  let spare: UnsafeMutablePointer<UInt32>
  let sums: UnsafeMutablePointer<Int32>
  let distances: UnsafeMutablePointer<Float>
  let scores: UnsafeMutablePointer<Float>
  private let seen: Reserved<UInt64>
  private let touched: UnsafeMutablePointer<UInt32>
  private var keys: UnsafeMutablePointer<UInt64>
  private var keysMost = 0
  var listMost = 0
  var top = TopK(k: 0)
  /// Sum of the squares of the coded query.
  var querySquares: Float = 0
  /// Slots that waited to be linked when the search began.
  var pending: [UInt32] = []

  init(memory: GraphMemory, dimension: Int, degree: Int, list: Int) {
    listMost = list
    unsafe walk = .allocate(capacity: 1)
    unsafe walk.initialize(to: updraft_walk())
    unsafe query = .allocate(capacity: memory.stride)
    unsafe other = .allocate(capacity: memory.stride)
    unsafe query.initialize(repeating: 0, count: memory.stride)
    unsafe other.initialize(repeating: 0, count: memory.stride)
    unsafe floats = .allocate(capacity: dimension)
    unsafe nodes = .allocate(capacity: list)
    unsafe chosen = .allocate(capacity: list)
    unsafe spare = .allocate(capacity: list)
    unsafe sums = .allocate(capacity: list)
    unsafe distances = .allocate(capacity: list)
    unsafe scores = .allocate(capacity: list)
    seen = Reserved(memory.capacity / 64 + 1)
    unsafe touched = .allocate(capacity: Self.touchedMost + 8)
    unsafe keys = .allocate(capacity: 8)
    unsafe walk.pointee.codes = UnsafePointer(memory.codes.base)
    unsafe walk.pointee.stride = memory.stride
    unsafe walk.pointee.query = UnsafePointer(query)
    unsafe walk.pointee.seen = seen.base
    unsafe walk.pointee.touched = touched
    unsafe walk.pointee.touched_limit = Self.touchedMost
    unsafe walk.pointee.budget = .max
    unsafe walk.pointee.norm_scale = 1
  }

  deinit {
    unsafe walk.deallocate()
    unsafe query.deallocate()
    unsafe other.deallocate()
    unsafe floats.deallocate()
    unsafe nodes.deallocate()
    unsafe chosen.deallocate()
    unsafe spare.deallocate()
    unsafe sums.deallocate()
    unsafe distances.deallocate()
    unsafe scores.deallocate()
    unsafe touched.deallocate()
    unsafe keys.deallocate()
  }

  /// Empties the beam for a walk of `width` keys, and the list of allowed nodes for `found`.
  func begin(width wanted: Int, found foundWanted: Int = 0) {
    let (width, found) = ((wanted + 7) / 8 * 8, (foundWanted + 7) / 8 * 8)
    let size = width + found + 16
    if size > keysMost {
      unsafe keys.deallocate()
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: size * 8, alignment: 64)
      unsafe keys = bytes.bindMemory(to: UInt64.self, capacity: size)
      keysMost = size
    }
    unsafe keys.initialize(repeating: 0, count: 8)
    unsafe (keys + 8).initialize(repeating: Self.noKey, count: width)
    unsafe (keys + 8 + width).initialize(repeating: 0, count: 8)
    unsafe (keys + 16 + width).initialize(repeating: Self.noKey, count: found)
    unsafe walk.pointee.beam = keys + 8
    unsafe walk.pointee.width = width
    unsafe walk.pointee.found = keys + 16 + width
    unsafe walk.pointee.found_width = found
    unsafe walk.pointee.cursor = 0
    unsafe walk.pointee.budget = .max
    unsafe walk.pointee.visited = 0
    unsafe walk.pointee.passed = 0
    unsafe walk.pointee.allowed = nil
  }

  /// Unmarks what the walk saw.
  func forget(nodes: Int) {
    if unsafe walk.pointee.spilled != 0 {
      unsafe seen.base.update(repeating: 0, count: nodes / 64 + 1)
    } else {
      let count = unsafe walk.pointee.touched_count
      for i in 0..<count {
        unsafe seen.base[Int(touched[i] >> 6)] = 0
      }
    }
    unsafe walk.pointee.touched_count = 0
    unsafe walk.pointee.spilled = 0
  }

  /// Whether a walk marks what it saw; a scan sees nothing twice and need not.
  func marks(_ marks: Bool) {
    unsafe walk.pointee.seen = marks ? seen.base : nil
  }
}

/// The scratch of every thread that may be inside the index at once, and when each came in.
///
/// Safe because a place is given away by one atomic exchange, so it has one user at a time.
@safe final class GraphScratchPool: @unchecked Sendable {
  // Sendable: see above.
  private static var places: Int { 128 }
  private let taken = Reserved<UInt32>(GraphScratchPool.places * 16)
  private let epochs = Reserved<UInt64>(GraphScratchPool.places * 8)
  private let scratches: UnsafeMutablePointer<GraphScratch?>
  private let make: @Sendable () -> GraphScratch

  init(_ make: @escaping @Sendable () -> GraphScratch) {
    self.make = make
    unsafe scratches = .allocate(capacity: Self.places)
    unsafe scratches.initialize(repeating: nil, count: Self.places)
  }

  deinit {
    unsafe scratches.deinitialize(count: Self.places)
    unsafe scratches.deallocate()
  }

  /// A free place; waits while there is none. Slots that were unlinked by `epoch` or later stay as
  /// they are until `leave`.
  func enter(_ memory: GraphMemory) -> (place: Int, scratch: GraphScratch) {
    while true {
      for place in 0..<Self.places where unsafe updraft_take(taken.base + place * 16, 1) != 0 {
        unsafe updraft_store_all(epochs.base + place * 8, UInt64(memory[.epoch]) + 1)
        if let scratch = unsafe scratches[place] { return (place, scratch) }
        let scratch = make()
        unsafe scratches[place] = scratch
        return (place, scratch)
      }
      GraphThreads.yield()
    }
  }

  func leave(_ place: Int) {
    unsafe updraft_store_all(epochs.base + place * 8, 0)
    unsafe updraft_store(taken.base + place * 16, 0)
  }

  /// The lowest epoch that a thread inside came in with; `Int.max` when none is inside.
  func oldest() -> Int {
    var oldest = Int.max
    for place in 0..<Self.places {
      let epoch = unsafe Int(updraft_load_all(epochs.base + place * 8))
      if epoch != 0 { oldest = min(oldest, epoch - 1) }
    }
    return oldest
  }
}
