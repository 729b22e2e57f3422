internal import CKernels

/// How rows are found.
///
/// Safe because a search announces itself before it reads anything, which keeps every slot that it
/// can come across as it is, and because lists are cut to the scratch's size.
extension GraphIndex {
  /// Puts the `k` best rows into `hits`, best first, in place of what was there: higher score
  /// first, ties by the lower row.
  ///
  /// - Parameters:
  ///   - query: what to look for.
  ///   - k: most hits wanted.
  ///   - effort: width of the beam, raised to what `k` needs; 0 for a sensible one.
  ///   - allowed: rows that may be hits, or nil for all.
  ///   - keepGoing: asked now and then; false ends the search with what was found.
  ///   - hits: the result.
  public func search(
    query: Span<Float>, k: Int, effort: Int, allowed: RowSet?, keepGoing: () -> Bool,
    into hits: inout [Hit]
  ) -> SearchReport {
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    hits.removeAll(keepingCapacity: true)
    guard k > 0 else { return SearchReport(visited: 0, complete: true) }
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    return unsafe query.withUnsafeBufferPointer { query in
      guard let query = query.baseAddress else {
        return SearchReport(visited: 0, complete: true)
      }
      guard memory[.ready] != 0 else {
        return unsafe scanHalves(
          query, k: k, allowed: allowed, keepGoing: keepGoing, scratch: scratch, into: &hits)
      }
      let plan = GraphPlan(k: k, effort: effort, rows: count, degree: settings.degree)
      unsafe prepare(query: query, scratch: scratch)
      var report: SearchReport
      if let allowed {
        report = filtered(plan, allowed, keepGoing: keepGoing, scratch: scratch)
        if report.complete && report.strategy != .filteredGraph && blurred(plan, scratch) {
          let exact = unsafe scanHalves(
            query, k: k, allowed: allowed, keepGoing: keepGoing, scratch: scratch, into: &hits)
          report.visited += exact.visited
          report.complete = exact.complete
          return report
        }
      } else {
        report = open(plan, keepGoing: keepGoing, scratch: scratch)
      }
      unsafe finish(query, plan, strategy: report.strategy, scratch: scratch, into: &hits)
      return report
    }
  }

  /// Puts the hits of each of several queries, which lie one after another, into `hits`; like as
  /// many searches without a filter, but up to eight take turns, so that one's memory is fetched
  /// while another computes. Long codes keep the core's memory busy by themselves: those of one
  /// query after another.
  public func search(batch queries: Span<Float>, k: Int, effort: Int, into hits: inout [[Hit]]) {
    precondition(queries.count % dimension == 0, "queries have the index's dimension each")
    let count = queries.count / dimension
    hits = Array(repeating: [], count: count)
    guard k > 0, count > 0 else { return }
    guard memory[.ready] != 0 else {
      for i in 0..<count {
        let query = queries.extracting(i * dimension..<(i + 1) * dimension)
        _ = search(
          query: query, k: k, effort: effort, allowed: nil, keepGoing: { true }, into: &hits[i])
      }
      return
    }
    let plan = GraphPlan(k: k, effort: effort, rows: self.count, degree: settings.degree)
    unsafe queries.withUnsafeBufferPointer { queries in
      guard let first = queries.baseAddress else { return }
      let most = memory.stride < 256 ? 8 : 1
      for start in stride(from: 0, to: count, by: most) {
        let some = min(most, count - start)
        let turns = (0..<some).map { _ in pool.enter(memory) }
        var walks: [UnsafeMutablePointer<updraft_walk>?] = unsafe []
        for i in 0..<some {
          let scratch = turns[i].scratch
          unsafe prepare(query: first + (start + i) * dimension, scratch: scratch)
          scratch.begin(width: plan.width)
          seed(scratch)
          unsafe walks.append(scratch.walk)
        }
        _ = unsafe kernels.run(&walks, some, .max)
        for i in 0..<some {
          _ = offerPending(turns[i].scratch) { true }
          turns[i].scratch.forget(nodes: memory[.slots])
          unsafe finish(
            first + (start + i) * dimension, plan, strategy: .graph,
            scratch: turns[i].scratch, into: &hits[start + i])
          pool.leave(turns[i].place)
        }
      }
    }
  }

  /// A walk without a filter.
  private func open(
    _ plan: GraphPlan, keepGoing: () -> Bool, scratch: GraphScratch
  ) -> SearchReport {
    scratch.begin(width: plan.width)
    seed(scratch)
    var complete = walk(scratch, keepGoing)
    complete = offerPending(scratch, keepGoing) && complete
    scratch.forget(nodes: memory[.slots])
    var report = SearchReport(
      visited: unsafe scratch.walk.pointee.visited, complete: complete, strategy: .graph)
    report.effort = plan.width
    return report
  }

  /// Notes the rows that wait, and puts the entry of the ground into the beam.
  private func seed(_ scratch: GraphScratch) {
    scratch.pending.removeAll(keepingCapacity: true)
    let head = memory[.head]  // before the tail, see `advance`
    let tail = memory[.tail]
    for at in head..<max(head, tail) {
      scratch.pending.append(unsafe updraft_load(memory.log.base + at % memory.capacity))
    }
    guard memory[.entry] != 0 else { return ground(scratch) }
    var start = descend(to: 0, scratch: scratch)
    unsafe kernels.offer(scratch.walk, &start, 1, 0)
  }

  /// Puts the rows that waited when the search began into the beam; after the walk, which they
  /// would leave no room for. False when the caller stopped it.
  private func offerPending(_ scratch: GraphScratch, _ keepGoing: () -> Bool) -> Bool {
    unsafe scratch.walk.pointee.links = nil
    var at = 0
    return unsafe scratch.pending.withUnsafeBufferPointer { pending in
      while at < pending.count, let first = pending.baseAddress {
        let some = min(pending.count - at, 1024)
        unsafe kernels.offer(scratch.walk, first + at, some, 1)
        at += some
        guard at == pending.count || keepGoing() else { return false }
      }
      return true
    }
  }

  /// Walks until nothing nearer is left; false when the caller stopped it.
  private func walk(_ scratch: GraphScratch, _ keepGoing: () -> Bool) -> Bool {
    var walk: UnsafeMutablePointer<updraft_walk>? = unsafe scratch.walk
    while unsafe kernels.run(&walk, 1, 64) != 0 {
      guard keepGoing() else { return false }
    }
    return true
  }

  /// Scans when few rows are allowed or the graph would lead past them, walks otherwise.
  private func filtered(
    _ plan: GraphPlan, _ allowed: RowSet, keepGoing: () -> Bool, scratch: GraphScratch
  ) -> SearchReport {
    guard plan.walks(allowed: allowed.count), memory[.entry] != 0 else {
      return scan(plan, allowed, keepGoing: keepGoing, scratch: scratch)
    }
    scratch.begin(width: plan.width(allowed: allowed.count), found: plan.width)
    let complete = unsafe allowed.words.withUnsafeBufferPointer { words in
      unsafe scratch.walk.pointee.rows = UnsafePointer(memory.rows.base)
      unsafe scratch.walk.pointee.allowed = words.baseAddress
      unsafe scratch.walk.pointee.allowed_words = words.count
      unsafe scratch.walk.pointee.budget = max(allowed.count / 2, 2048)
      seed(scratch)
      let complete = walk(scratch, keepGoing)
      return offerPending(scratch, keepGoing) && complete
    }
    scratch.forget(nodes: memory[.slots])
    let end = unsafe scratch.walk.pointee
    unsafe scratch.walk.pointee.allowed = nil
    // Enough was found, and all of it nearer than what the beam could not hold.
    let full =
      unsafe end.found[plan.rescored - 1] <= end.beam[end.width - 1]
      && end.visited < end.budget
    var report = unsafe SearchReport(
      visited: end.visited, complete: complete, strategy: .filteredGraph)
    report.allowedShare = unsafe Double(end.passed) / Double(max(end.visited, 1))
    report.effort = unsafe end.width
    if full || !complete { return report }
    // The beam ran dry or too long before it had enough: the filter and the query do not agree.
    let (before, effort) = (report.visited, report.effort)
    report = scan(plan, allowed, keepGoing: keepGoing, scratch: scratch)
    report.visited += before
    report.effort = effort
    report.strategy = .graphThenScan
    return report
  }

  /// Compares every allowed row.
  private func scan(
    _ plan: GraphPlan, _ allowed: RowSet, keepGoing: () -> Bool, scratch: GraphScratch
  ) -> SearchReport {
    scratch.begin(width: plan.width)
    scratch.marks(false)
    unsafe scratch.walk.pointee.links = nil
    unsafe scratch.walk.pointee.slots = nil
    var waiting = 0
    var complete = true
    words: for (index, bits) in allowed.words.enumerated() where bits != 0 {
      if index * 64 >= memory[.rowLimit] { break }
      var rest = bits
      while rest != 0 {
        let row = index << 6 | rest.trailingZeroBitCount
        rest &= rest - 1
        guard row < memory.capacity else { break words }
        let slot = unsafe updraft_load(memory.slots.base + row)
        guard slot != 0 else { continue }
        unsafe scratch.nodes[waiting] = slot - 1
        waiting += 1
      }
      guard waiting > 1024 else { continue }
      unsafe kernels.offer(scratch.walk, scratch.nodes, waiting, 1)
      waiting = 0
      guard keepGoing() else {
        complete = false
        break
      }
    }
    unsafe kernels.offer(scratch.walk, scratch.nodes, waiting, 1)
    scratch.marks(true)
    return SearchReport(
      visited: unsafe scratch.walk.pointee.visited, complete: complete, strategy: .scan)
  }

  /// Whether the codes of a scan can not tell which rows belong among the best: the last that it
  /// kept lies nearer to the `k`-th than four times what rounding adds to a product. That is so far
  /// from the query, where a filter leads and rows are many.
  private func blurred(_ plan: GraphPlan, _ scratch: GraphScratch) -> Bool {
    let walk = unsafe scratch.walk.pointee
    guard settings.keeps == .half, unsafe walk.beam[walk.width - 1] != GraphScratch.noKey else {
      return false
    }
    let (wanted, last) = unsafe (walk.beam[plan.k - 1], walk.beam[walk.width - 1])
    let slot = Int(UInt32(truncatingIfNeeded: wanted) >> 1)
    let squares = unsafe scratch.querySquares + 2 * memory.norms.base[slot]
    return Float(last >> 32 - wanted >> 32) < 4 * (squares / 12).squareRoot()
  }

  /// Compares half-precision rows: before there are codes, and where those are too coarse.
  private func scanHalves(
    _ query: UnsafePointer<Float>, k: Int, allowed: RowSet?, keepGoing: () -> Bool,
    scratch: GraphScratch, into hits: inout [Hit]
  ) -> SearchReport {
    let slots = memory[.slots]
    scratch.top.reset(k: min(k, count))
    let scale = unsafe scoreScale(query)
    var (waiting, visited) = (0, 0)
    var complete = true
    for slot in 0..<slots {
      let row = unsafe updraft_load(memory.rows.base + slot)
      if row != 0, allowed?.contains(row - 1) ?? true {
        unsafe scratch.nodes[waiting] = UInt32(slot)
        unsafe scratch.chosen[waiting] = row - 1
        waiting += 1
      }
      guard waiting == 1024 || slot == slots - 1 else { continue }
      unsafe rescore(query, waiting, scale: scale, scratch: scratch)
      visited += waiting
      waiting = 0
      guard keepGoing() else {
        complete = false
        break
      }
    }
    scratch.top.drain(into: &hits)
    return SearchReport(visited: visited, complete: complete, strategy: .scan)
  }

  /// Scores the scratch's nodes, rows in `chosen`, from half precision, and offers them to `top`.
  private func rescore(
    _ query: UnsafePointer<Float>, _ count: Int, scale: Float, scratch: GraphScratch
  ) {
    let kernel =
      unsafe metric == .squaredEuclidean ? kernels.half_squares : kernels.half_dots
    unsafe kernel!(
      query, memory.halves.base, dimension, scratch.nodes, count, scratch.scores)
    for i in 0..<count {
      unsafe scratch.top.insert(row: scratch.chosen[i], score: scratch.scores[i] * scale)
    }
  }

  /// Scores the best of the beam again and puts the best of those into `hits`.
  private func finish(
    _ query: UnsafePointer<Float>, _ plan: GraphPlan, strategy: SearchStrategy,
    scratch: GraphScratch, into hits: inout [Hit]
  ) {
    let scale = unsafe scoreScale(query)
    let walk = unsafe scratch.walk.pointee
    let (keys, width) =
      unsafe strategy == .filteredGraph ? (walk.found, walk.found_width) : (walk.beam, walk.width)
    let moves = memory[.moves]
    scratch.top.reset(k: min(plan.k, plan.rescored))
    // Far from the query, where a filter leads, codes tell rows apart less well.
    var (waiting, left, i) = (0, strategy == .graph ? plan.rescored : plan.width, 0)
    while let keys = unsafe keys, i < width && left > 0 {
      let key = unsafe keys[i]
      i += 1
      guard key != GraphScratch.noKey else { break }
      let slot = UInt32(truncatingIfNeeded: key) >> 1
      let row = unsafe updraft_load(memory.rows.base + Int(slot))
      guard row != 0 else { continue }
      unsafe scratch.nodes[waiting] = slot
      unsafe scratch.chosen[waiting] = row - 1
      waiting += 1
      left -= 1
      guard waiting == 1024 else { continue }
      unsafe score(query, waiting, scale: scale, scratch: scratch)
      waiting = 0
    }
    unsafe score(query, waiting, scale: scale, scratch: scratch)
    scratch.top.drain(into: &hits)
    guard memory[.moves] != moves || moves != 0 else { return }
    // A row that moved meanwhile may have been met at both places.
    var seen: Set<UInt32> = []
    hits.removeAll { !seen.insert($0.row).inserted }
  }

  private func score(
    _ query: UnsafePointer<Float>, _ count: Int, scale: Float, scratch: GraphScratch
  ) {
    guard count > 0 else { return }
    if settings.keeps == .half {
      unsafe rescore(query, count, scale: scale, scratch: scratch)
      return
    }
    for i in 0..<count {
      unsafe decode(Int(scratch.nodes[i]), into: scratch.floats)
      let kernel = unsafe metric == .squaredEuclidean ? exact.squared : exact.dot
      let score = unsafe kernel!(query, scratch.floats, dimension)
      unsafe scratch.top.insert(row: scratch.chosen[i], score: score * scale)
    }
  }

  /// What a raw score is multiplied with to become a score.
  func scoreScale(_ query: UnsafePointer<Float>) -> Float {
    switch metric {
    case .innerProduct: return 1
    case .squaredEuclidean: return -1
    case .cosine:
      let sum = unsafe exact.dot(query, query, dimension)
      return sum > 0 && (sum - 1).magnitude > 1e-6 ? 1 / sum.squareRoot() : 1
    }
  }
}
