internal import CKernels
internal import Sync

/// What follows an insert or a removal later: links for new rows, and the search for links that
/// lead to removed ones.
///
/// Safe because `linking` is held throughout, so no slot is linked and swept at the same time, and
/// a slot is only retired when no list names it any more.
extension GraphIndex {
  /// Links up to `most` of the rows that wait, mends as many lists of links around removed rows as
  /// that is worth, and returns how many rows still wait.
  public func settle(most: Int) -> Int {
    guard memory[.ready] != 0 else { return 0 }
    return linking.withLock { settleLocked(most: most) }
  }

  /// As `settle`; the caller holds `linking`, and codes mean something.
  func settleLocked(most: Int) -> Int {
    let (place, scratch) = pool.enter(memory)
    var left = max(most, 0)
    while left > 0, let slot = nextPending() {
      link(slot, scratch: scratch)
      leavePending(1)
      left -= 1
    }
    mend(lists: min(max(most, 1), 1 << 20) * 64, scratch: scratch)
    pool.leave(place)
    return memory[.tail] - memory[.head]
  }

  /// Links everything that waits, with several threads, after learning the codes' scale from it
  /// when the index is new.
  ///
  /// - Parameters:
  ///   - threads: at least 1; with 1 the graph follows from the seed and the order of the rows.
  ///   - progress: called on this thread now and then with the rows linked and all to link.
  ///   - keepGoing: asked every few thousand rows; false leaves the others waiting.
  public func build(
    threads: Int, progress: (Int, Int) -> Void = { _, _ in }, keepGoing: () -> Bool = { true }
  ) {
    let threads = max(threads, 1)
    if memory[.ready] == 0 {
      guard count > 0 else { return }
      learn(threads: threads)
    }
    linking.withLock {
      var done = 0
      while true {
        let waiting = memory[.tail] - memory[.head]
        guard waiting > 0, keepGoing() else { break }
        var slots: [UInt32] = []
        while slots.count < 8192, let slot = nextPending(after: slots.count) { slots.append(slot) }
        linkAll(slots, threads: threads)
        leavePending(slots.count)
        done += slots.count
        progress(done, max(done, done + waiting - slots.count))
      }
    }
  }

  /// Links slots that left the log; the threads take them in turn.
  private func linkAll(_ slots: [UInt32], threads: Int) {
    let next = Reserved<UInt64>(1)
    let counter = unsafe next.base
    unsafe GraphThreads.run(min(threads, slots.count)) {
      [self, counter = GraphCounter(counter)] _ in
      let (place, scratch) = pool.enter(memory)
      while true {
        let index = counter.next()
        if index >= slots.count { break }
        link(slots[index], scratch: scratch)
      }
      pool.leave(place)
    }
    withExtendedLifetime(next.count) {}
  }

  /// The next live slot of the log, marked as linked; those whose row has gone are retired.
  private func nextPending(after taken: Int = 0) -> UInt32? {
    gate.withLock {
      while memory[.head] + taken < memory[.tail] {
        let at = unsafe memory.log.base + (memory[.head] + taken) % memory.capacity
        let slot = unsafe updraft_load(at)
        if isLive(slot) || taken > 0 {
          mark(slot, linked: true)
          if !isLive(slot) { dead.append(slot) }
          return slot
        }
        advance(1)
        retire([slot])
      }
      return nil
    }
  }

  private func leavePending(_ count: Int) {
    gate.withLock { advance(count) }
  }

  /// The first of the log are no longer pending; an empty log begins anew.
  private func advance(_ count: Int) {
    let head = memory[.head] + count
    memory.add(1, to: .changes)
    if head == memory[.tail] {
      memory[.tail] = 0  // before the head: a reader that sees 0 there sees no old end
      memory[.head] = 0
    } else {
      memory[.head] = head
    }
  }

  /// Goes on with the sweep, or begins one when enough rows were removed.
  private func mend(lists: Int, scratch: GraphScratch) {
    if sweep == nil {
      let condemned = gate.withLock {
        guard dead.count >= max(64, memory[.count] / 10) else { return [] as [UInt32] }
        defer { dead = [] }
        return dead
      }
      guard !condemned.isEmpty else { return }
      let sweep = GraphSweep(condemned: condemned, slots: memory[.slots])
      for slot in condemned { promoteTwin(of: slot, sweep, scratch: scratch) }
      self.sweep = sweep
    }
    guard var sweep else { return }
    let end = min(sweep.next + lists, sweep.end)
    for slot in sweep.next..<end {
      let linked = gate.withLock { isLinked(UInt32(slot)) }
      if linked && !sweep.contains(UInt32(slot)) {
        repair(UInt32(slot), sweep, scratch: scratch)
      }
    }
    sweep.next = end
    self.sweep = sweep
    memory.add(1, to: .changes)
    guard end == sweep.end else { return }
    repairLayers(sweep)
    gate.withLock { retire(sweep.condemned) }
    self.sweep = nil
  }

  /// A condemned slot's twin takes its place, with its links.
  private func promoteTwin(of slot: UInt32, _ sweep: GraphSweep, scratch: GraphScratch) {
    guard let twin = liveTwin(of: slot, sweep) else { return }
    var found = 0
    collect(from: slot, for: twin, sweep, &found, scratch: scratch)
    collect(from: twin, for: twin, sweep, &found, scratch: scratch)
    relink(twin, found, scratch: scratch)
  }

  /// The first slot with the same code, along the chain, that stays.
  private func liveTwin(of slot: UInt32, _ sweep: GraphSweep) -> UInt32? {
    var at = slot
    for _ in 0..<sweep.condemned.count + 1 {
      let next = unsafe updraft_load(memory.links.base + Int(at) * settings.degree)
      guard next != at, sameCode(next, slot) else { return nil }
      if !sweep.contains(next) { return next }
      at = next
    }
    return nil
  }

  /// Adds the links of `node` that stay to the scratch's list.
  private func collect(
    from node: UInt32, for slot: UInt32, _ sweep: GraphSweep, _ found: inout Int,
    scratch: GraphScratch
  ) {
    for i in 0..<settings.degree where found < 512 {
      let link = unsafe updraft_load(memory.links.base + Int(node) * settings.degree + i)
      if link == node || link == slot || sweep.contains(link) { continue }
      unsafe scratch.nodes[found] = link
      found += 1
    }
  }

  /// Replaces links to condemned slots by links to where those lead.
  private func repair(_ slot: UInt32, _ sweep: GraphSweep, scratch: GraphScratch) {
    let own = unsafe memory.links.base + Int(slot) * settings.degree
    var found = 0
    var broken = false
    for i in 0..<settings.degree {
      let link = unsafe updraft_load(own + i)
      guard link != slot, sweep.contains(link) else { continue }
      broken = true
      if let twin = liveTwin(of: link, sweep), twin != slot {
        unsafe scratch.nodes[found] = twin
        found += 1
      }
      collect(from: link, for: slot, sweep, &found, scratch: scratch)
    }
    guard broken else { return }
    collect(from: slot, for: slot, sweep, &found, scratch: scratch)
    relink(slot, found, scratch: scratch)
  }

  /// Picks the links of a slot anew among the scratch's nodes; where none are left it is linked
  /// like a new one.
  private func relink(_ slot: UInt32, _ found: Int, scratch: GraphScratch) {
    lockStripe(Int(slot))
    unsafe sortNodes(found, from: slot, slots: nil, scratch: scratch)
    let kept = unsafe choose(
      for: slot, count: found, most: settings.degree, slots: nil, scratch: scratch)
    unsafe setLinks(
      slot, scratch.chosen, kept, links: memory.links.base, degree: settings.degree)
    unlockStripe(Int(slot))
    if kept == 0 { link(slot, scratch: scratch) }
  }

  /// A node of a layer whose slot is condemned moves to a neighbour of that slot.
  private func repairLayers(_ sweep: GraphSweep) {
    let fallback = firstLinked(sweep)
    let lowest = unsafe memory.arrays(layer: 1)
    for node in 0..<memory.count(layer: 1) {
      let slot = unsafe lowest.slots[node]
      guard sweep.contains(slot), let other = neighbour(of: slot, sweep) ?? fallback else {
        continue
      }
      unsafe updraft_store(lowest.slots + node, other)
      unsafe updraft_store(lowest.downs + node, other)
    }
    for layer in 2..<GraphMemory.layersMax + 1 {
      let (arrays, beneath) = unsafe (memory.arrays(layer: layer), memory.arrays(layer: layer - 1))
      for node in 0..<memory.count(layer: layer) {
        unsafe updraft_store(arrays.slots + node, beneath.slots[Int(arrays.downs[node])])
      }
    }
    let entry = memory[.entry]
    let slot = UInt32(truncatingIfNeeded: entry)
    if let fallback {
      if entry >> 32 == 1, sweep.contains(slot) {
        memory[.entry] = 1 << 32 | Int(neighbour(of: slot, sweep) ?? fallback)
      }
    } else {
      for layer in 1...GraphMemory.layersMax { memory.setCount(0, layer: layer) }
      memory[.entry] = 0
    }
  }

  private func neighbour(of slot: UInt32, _ sweep: GraphSweep) -> UInt32? {
    for i in 0..<settings.degree {
      let link = unsafe updraft_load(memory.links.base + Int(slot) * settings.degree + i)
      if link != slot && !sweep.contains(link) { return link }
    }
    return nil
  }

  /// Some slot that stays in the graph.
  private func firstLinked(_ sweep: GraphSweep) -> UInt32? {
    gate.withLock {
      (0..<UInt32(memory[.slots])).first { isLinked($0) && !sweep.contains($0) }
    }
  }
}

/// Numbers that several threads draw, each once.
@safe struct GraphCounter: @unchecked Sendable {
  // Sendable: drawing is one atomic addition; the owner keeps the word until the threads are done.
  private let word: UnsafeMutablePointer<UInt64>
  init(_ word: UnsafeMutablePointer<UInt64>) { unsafe self.word = word }
  func next() -> Int { unsafe Int(updraft_add_all(word, 1)) }
}
