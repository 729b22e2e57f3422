internal import CKernels
internal import Sync

/// What is read of single rows, and of the whole for operations.
///
/// Safe because a reader announces itself like a search, so slots stay as they are, and buffers
/// are as long as the dimension.
extension GraphIndex {
  /// Puts the vector of `row`, as it is kept, in place of `vector`'s components; false, and
  /// `vector` untouched, when the row has none.
  public func vector(row: UInt32, into vector: inout [Float]) -> Bool {
    let found: Void? = withVector(row: row) { stored in
      vector.removeAll(keepingCapacity: true)
      for i in stored.indices { vector.append(stored[i]) }
    }
    return found != nil
  }

  /// Calls `body` with the vector of `row`, and returns what that returned; nil when the row has
  /// none.
  public func withVector<Result>(row: UInt32, _ body: (Span<Float>) -> Result) -> Result? {
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    guard let slot = slot(of: row) else { return nil }
    unsafe decode(slot, into: scratch.floats)
    return body(
      unsafe UnsafeBufferPointer(start: UnsafePointer(scratch.floats), count: dimension).span)
  }

  /// Appends the vectors of `rows`, as they are kept, one behind the other; zeros for a row that
  /// has none.
  public func append(rows: Span<UInt32>, to vectors: inout [Float]) {
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    let half = settings.keeps == .half || memory[.ready] == 0
    var first = 0
    while first < rows.count {
      let some = min(rows.count - first, 1024)
      let start = vectors.count
      vectors.append(contentsOf: repeatElement(0, count: some * dimension))
      for i in 0..<some {
        let slot = self.slot(of: rows[first + i]) ?? 0
        unsafe scratch.nodes[i] = UInt32(slot)
        guard half else { continue }
        let kept = unsafe memory.halves.base + slot * dimension
        for component in stride(from: 0, to: dimension, by: 32) {
          unsafe updraft_prefetch(kept + component)
        }
      }
      unsafe vectors.withUnsafeMutableBufferPointer { vectors in
        guard let base = vectors.baseAddress else { return }
        for i in 0..<some where contains(row: rows[first + i]) {
          unsafe decode(Int(scratch.nodes[i]), into: base + start + i * dimension)
        }
      }
      first += some
    }
  }

  /// Puts the inner product of `query` with each of `rows` in place of `scores`, in their order; 0
  /// for a row without a vector. With `Metric.cosine` it is the cosine, whatever the query's
  /// length.
  public func dots(query: Span<Float>, rows: Span<UInt32>, into scores: inout [Float]) {
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(rows.count)
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    let half = settings.keeps == .half || memory[.ready] == 0
    unsafe query.withUnsafeBufferPointer { query in
      guard let query = query.baseAddress else { return }
      let scale = unsafe metric == .cosine ? scoreScale(query) : 1
      var first = 0
      while first < rows.count {
        let some = min(rows.count - first, 1024)
        for i in 0..<some { unsafe scratch.nodes[i] = UInt32(slot(of: rows[first + i]) ?? 0) }
        if half {
          unsafe kernels.half_dots(
            query, memory.halves.base, dimension, scratch.nodes, some, scratch.scores)
        } else {
          for i in 0..<some {
            unsafe decode(Int(scratch.nodes[i]), into: scratch.floats)
            unsafe scratch.scores[i] = exact.dot(query, scratch.floats, dimension)
          }
        }
        for i in 0..<some {
          let has = contains(row: rows[first + i])
          scores.append(unsafe has ? scratch.scores[i] * scale : 0)
        }
        first += some
      }
    }
  }

  /// What `dots` gives for each of several queries, one query behind the other: rows are read once
  /// for all of them, a few at a time.
  public func dots(queries: [[Float]], rows: Span<UInt32>, into scores: inout [Float]) {
    let total = queries.count * rows.count
    if scores.count != total {
      scores.removeAll(keepingCapacity: true)
      scores.append(contentsOf: repeatElement(0, count: total))
    }
    guard settings.keeps == .half || memory[.ready] == 0 else {
      var some: [Float] = []
      for (number, query) in queries.enumerated() {
        dots(query: query.span, rows: rows, into: &some)
        for i in some.indices { scores[number * rows.count + i] = some[i] }
      }
      return
    }
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    let scales = queries.map { unsafe metric == .cosine ? scoreScale($0) : 1 }
    var scores = scores.mutableSpan
    var first = 0
    while first < rows.count {
      let some = min(rows.count - first, 128)
      for i in 0..<some {
        // What has no vector counts as slot 0, and its products as 0.
        unsafe scratch.nodes[i] = UInt32(slot(of: rows[first + i]) ?? 0)
      }
      for number in queries.indices {
        precondition(queries[number].count == dimension, "the query's length is the dimension")
        unsafe kernels.half_dots(
          queries[number], memory.halves.base, dimension, scratch.nodes, some, scratch.scores)
        let start = number * rows.count + first
        for i in 0..<some { scores[start + i] = unsafe scratch.scores[i] * scales[number] }
      }
      for i in 0..<some where unsafe scratch.nodes[i] == 0 && !contains(row: rows[first + i]) {
        for number in queries.indices { scores[number * rows.count + first + i] = 0 }
      }
      first += some
    }
  }

  /// How alike the vectors of two rows are, by the index's metric. When either has none it is 0, or
  /// for `Metric.squaredEuclidean`, where 0 would mean equal, the lowest finite number.
  public func pairwise(_ a: UInt32, _ b: UInt32) -> Float {
    let none: Float = metric == .squaredEuclidean ? -.greatestFiniteMagnitude : 0
    var first: [Float] = []
    guard vector(row: a, into: &first) else { return none }
    let score = withVector(row: b) { second in
      unsafe second.withUnsafeBufferPointer { second in
        unsafe metric == .squaredEuclidean
          ? -exact.squared(first, second.baseAddress, dimension)
          : exact.dot(first, second.baseAddress, dimension)
      }
    }
    return score ?? none
  }

  /// What the index holds. `reach` walks the whole graph, which takes as long as many searches.
  public func statistics(reach: Bool = false) -> GraphStatistics {
    linking.withLock {
      var statistics = GraphStatistics()
      statistics.rows = count
      statistics.pending = memory[.tail] - memory[.head]
      let (linked, condemned) = gate.withLock {
        statistics.tombstones = dead.count + (sweep?.condemned.count ?? 0)
        statistics.freeSlots = free.count + retired.reduce(0) { $0 + $1.slots.count }
        return ((0..<UInt32(memory[.slots])).filter { isLinked($0) }, sweep?.condemned ?? [])
      }
      var links = 0
      for slot in linked { forEachLink(slot) { _ in links += 1 } }
      statistics.meanLinks = Double(links) / Double(max(linked.count, 1))
      statistics.layers = max(0, memory[.entry] >> 32 - 1)
      statistics.bytes = bytes()
      if reach { statistics.unreachable = unreachable(linked, condemned) }
      return statistics
    }
  }

  private func bytes() -> Int {
    let half = settings.keeps == .half || memory[.ready] == 0 ? 2 * dimension : 0
    var bytes = memory[.slots] * (memory.stride + half + 4 * settings.degree + 4 + 4)
    bytes += memory[.rowLimit] * 4 + memory[.slots] / 8
    for layer in 1...GraphMemory.layersMax {
      bytes += memory.count(layer: layer) * 4 * (GraphLayer.degree + 2)
    }
    return bytes
  }

  private func forEachLink(_ slot: UInt32, _ body: (UInt32) -> Void) {
    for i in 0..<settings.degree {
      let link = unsafe updraft_load(memory.links.base + Int(slot) * settings.degree + i)
      if link != slot { body(link) }
    }
  }

  /// The share of live linked slots that no way from the entry leads to.
  private func unreachable(_ linked: [UInt32], _ condemned: [UInt32]) -> Double {
    guard memory[.entry] != 0 else { return 0 }
    var seen = RowSet(capacity: memory[.slots])
    var open: [UInt32] = []
    func see(_ slot: UInt32) { if seen.insert(slot) { open.append(slot) } }
    if memory[.entry] >> 32 == 1 {
      see(UInt32(truncatingIfNeeded: memory[.entry]))
    } else {
      let lowest = unsafe memory.arrays(layer: 1)
      for node in 0..<memory.count(layer: 1) { see(unsafe updraft_load(lowest.downs + node)) }
    }
    while let slot = open.popLast() { forEachLink(slot, see) }
    let live = linked.filter { isLive($0) }
    return Double(live.count { !seen.contains($0) }) / Double(max(live.count, 1))
  }
}
