internal import CKernels
internal import Sync

/// Approximate search over a graph that takes inserts and removals while it is searched.
///
/// ```swift
/// let index = GraphIndex(dimension: 384, metric: .cosine)
/// index.insert(row: 7, vector: vector.span)
/// let report = index.search(
///   query: query.span, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &hits)
/// ```
///
/// A hierarchical navigable small world (Malkov and Yashunin, 2016, doi:10.1109/TPAMI.2018.2889473)
/// whose links are pruned with a slack and mended around removed rows as in FreshDiskANN (Singh et
/// al., 2021, arXiv:2105.09613). Walks compare codes of one byte a component; the best are scored
/// again from half-precision rows.
///
/// An inserted row is found by every search that starts after `insert` has returned: until
/// `settle` has linked it, it is compared directly. A removed row is in no result of a search that
/// starts after `remove` has returned. Searches take no lock. Any thread may call anything.
///
/// It does not promise the exact nearest rows, nor the same graph when several threads build it;
/// with one, the graph follows from the settings and the order of the calls.
///
/// Safe because slots are written before they are told to anybody and not written again before
/// every search that could have been told has left, because node numbers come from these arrays
/// only, and because rows are checked against the capacity.
@safe public final class GraphIndex: @unchecked Sendable {
  // Sendable: arrays are shared as `GraphMemory` says, and the variables below belong to a lock.

  /// Components of a vector.
  public let dimension: Int
  /// How vectors are compared.
  public let metric: Metric
  /// How it is built.
  public let settings: GraphSettings

  let memory: GraphMemory
  let pool: GraphScratchPool
  let kernels: updraft_codes
  let exact: updraft_vectors
  /// Subtracted from vectors before they are coded; order by any metric stays the same.
  let centre: Reserved<Float>
  /// Held while slots change hands: short.
  let gate = Lock()
  /// Held while links are made by one thread, or by a build.
  let linking = Lock()
  /// Held while a node enters the layers above the ground.
  let raising = Lock()

  // Guarded by `gate`.
  var free: [UInt32] = []
  var retired: [(epoch: Int, slots: [UInt32])] = []
  var dead: [UInt32] = []
  // Written before `ready` is.
  var codeScale: Float = 1
  // Guarded by `linking`.
  var sweep: GraphSweep?

  /// Rows that may wait before an insert links some itself.
  static var pendingMost: Int { 1024 }
  /// Rows from which the codes' scale is learnt when no build says so before.
  static var youngMost: Int { 256 }

  /// Makes an empty index for vectors of `dimension` components.
  ///
  /// - Precondition: `dimension` is 1 to 65,536.
  public init(dimension: Int, metric: Metric, settings: GraphSettings = GraphSettings()) {
    precondition((1...65_536).contains(dimension), "a vector has 1 to 65,536 components")
    self.dimension = dimension
    self.metric = metric
    var settings = settings
    if settings.degree == 0 { settings.degree = dimension < 256 ? 32 : 44 }
    settings.degree = min(max(4, (settings.degree + 1) / 2 * 2), 256)
    settings.alpha = max(settings.alpha, 1)
    settings.constructionEffort = max(settings.constructionEffort, settings.degree)
    self.settings = settings
    let memory = GraphMemory(
      dimension: dimension, degree: settings.degree, capacity: settings.capacity)
    self.memory = memory
    centre = Reserved(dimension)
    unsafe kernels = updraft_codes_best().pointee
    unsafe exact = updraft_vectors_best().pointee
    let list = max(2048, settings.constructionEffort + settings.degree * (settings.degree + 2))
    let degree = settings.degree
    pool = GraphScratchPool {
      GraphScratch(memory: memory, dimension: dimension, degree: degree, list: list)
    }
  }

  /// Rows that have a vector.
  public var count: Int { memory[.count] }

  /// Whether `row` has a vector.
  public func contains(row: UInt32) -> Bool { slot(of: row) != nil }

  /// The rows that have a vector.
  public func rows() -> RowSet {
    let limit = memory[.rowLimit]
    var rows = RowSet(capacity: limit)
    for row in 0..<UInt32(limit) where slot(of: row) != nil { rows.insert(row) }
    return rows
  }

  /// Gives `row` a vector, in place of one that it had. Links rows itself when many wait.
  ///
  /// - Precondition: `row` is below the capacity, and so is the number of rows with those that
  ///   wait to be taken apart.
  /// - Complexity: O(dimension)
  public func insert(row: UInt32, vector: Span<Float>) {
    load(row: row, vector: vector)
    if memory[.ready] == 0 {
      if memory[.slots] >= Self.youngMost { learn(threads: 1) }
    } else if memory[.tail] - memory[.head] > Self.pendingMost {
      // Whoever links or saves already is not waited for: that may take minutes.
      linking.withLockIfFree { _ = settleLocked(most: 4) }
    }
  }

  /// Like `insert`, but never links, and leaves the scale of the codes to `build`, which follows.
  public func load(row: UInt32, vector: Span<Float>) {
    precondition(vector.count == dimension, "the vector's length is not the index's dimension")
    precondition(Int(row) < memory.capacity, "the row is beyond the index's capacity")
    let (place, scratch) = pool.enter(memory)
    unsafe normalise(vector, into: scratch.floats)
    gate.withLock {
      let slot = takeSlot()
      write(slot, scratch: scratch)
      let links = unsafe memory.links.base + Int(slot) * settings.degree
      for i in 0..<settings.degree { unsafe updraft_store(links + i, slot) }
      let before = unsafe updraft_load(memory.slots.base + Int(row))
      unsafe updraft_store(memory.rows.base + Int(slot), row + 1)
      unsafe updraft_store(memory.slots.base + Int(row), slot + 1)
      let tail = memory[.tail]
      unsafe updraft_store(memory.log.base + tail % memory.capacity, slot)
      memory[.tail] = tail + 1
      memory.add(1, to: .changes)
      if before == 0 {
        memory.add(1, to: .count)
        if Int(row) >= memory[.rowLimit] { memory[.rowLimit] = Int(row) + 1 }
      } else {
        memory.add(1, to: .moves)
        leave(before - 1)
      }
    }
    pool.leave(place)
  }

  /// Takes the vector of `row` away; nothing happens when it has none.
  public func remove(row: UInt32) {
    guard Int(row) < memory.capacity else { return }
    gate.withLock {
      let before = unsafe updraft_load(memory.slots.base + Int(row))
      guard before != 0 else { return }
      unsafe updraft_store(memory.slots.base + Int(row), 0)
      memory.add(-1, to: .count)
      memory.add(1, to: .changes)
      leave(before - 1)
    }
  }

  /// The slot of `row`, or nil.
  @inline(__always)
  func slot(of row: UInt32) -> Int? {
    guard Int(row) < memory.capacity else { return nil }
    let slot = unsafe updraft_load(memory.slots.base + Int(row))
    return slot == 0 ? nil : Int(slot) - 1
  }

  /// Whether `row`'s vector is in `slot`, read again.
  @inline(__always)
  func isLive(_ slot: UInt32) -> Bool {
    unsafe updraft_load(memory.rows.base + Int(slot)) != 0
  }

  /// The row of `slot` has gone; the caller holds the gate.
  private func leave(_ slot: UInt32) {
    unsafe updraft_store(memory.rows.base + Int(slot), 0)
    if isLinked(slot) { dead.append(slot) }  // else it is in the log, whose reader sees to it
  }

  func isLinked(_ slot: UInt32) -> Bool {
    unsafe memory.linked.base[Int(slot >> 6)] & 1 << UInt64(slot & 63) != 0
  }

  func mark(_ slot: UInt32, linked: Bool) {
    let words = unsafe memory.linked.base
    if linked {
      unsafe words[Int(slot >> 6)] |= 1 << UInt64(slot & 63)
    } else {
      unsafe words[Int(slot >> 6)] &= ~(1 << UInt64(slot & 63))
    }
  }

  /// A slot that nobody sees; the caller holds the gate.
  private func takeSlot() -> UInt32 {
    if free.isEmpty, let first = retired.first, pool.oldest() > first.epoch {
      free = first.slots
      retired.removeFirst()
    }
    if let slot = free.popLast() { return slot }
    let slot = memory[.slots]
    precondition(slot < memory.capacity, "the index is full: \(memory.capacity) slots")
    memory[.slots] = slot + 1
    return UInt32(slot)
  }

  /// Slots that no link leads to any more; the caller holds the gate.
  func retire(_ slots: [UInt32]) {
    guard !slots.isEmpty else { return }
    for slot in slots { mark(slot, linked: false) }
    retired.append((memory.add(1, to: .epoch), slots))
  }
}
