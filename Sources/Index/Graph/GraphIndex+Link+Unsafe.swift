internal import CKernels
internal import Sync

/// How rows enter the graph.
///
/// Safe because lists are cut to the scratch's size, and links are changed only while the stripe
/// of their node is held, one word at a time, so a reader sees nodes that exist whenever it looks.
extension GraphIndex {
  /// Links a slot that has left the log; several threads may do so at once.
  func link(_ slot: UInt32, scratch: GraphScratch) {
    if memory[.entry] == 0, startGraph(slot) { return }
    compare(slot, scratch: scratch)
    let effort = settings.constructionEffort
    scratch.begin(width: effort)
    ground(scratch)
    walkAll(from: descend(to: 0, scratch: scratch), scratch: scratch)
    let found = candidates(of: slot, most: effort, scratch: scratch)
    if attachTwin(slot, found: min(found, 4), scratch: scratch) { return }
    let kept = unsafe choose(
      for: slot, count: found, most: settings.degree, slots: nil, scratch: scratch)
    unsafe setLinks(
      slot, scratch.chosen, kept, links: memory.links.base, degree: settings.degree)
    for i in 0..<kept {
      let other = unsafe scratch.chosen[settings.degree + i]
      unsafe addLink(
        from: other, to: slot, links: memory.links.base, degree: settings.degree, slots: nil,
        scratch: scratch)
    }
    raise(slot, scratch: scratch)
  }

  /// The layer that a slot reaches; each layer has one of 64 nodes of the layer beneath it.
  func level(of slot: UInt32) -> Int {
    var z = settings.seed &+ UInt64(slot) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return min((z ^ z >> 31).trailingZeroBitCount / 6, GraphMemory.layersMax)
  }

  /// The first row of all is where every walk starts.
  private func startGraph(_ slot: UInt32) -> Bool {
    raising.withLock {
      guard memory[.entry] == 0 else { return false }
      memory[.entry] = 1 << 32 | Int(slot)
      return true
    }
  }

  /// Makes the row itself the query.
  func compare(_ slot: UInt32, scratch: GraphScratch) {
    if metric == .squaredEuclidean {
      unsafe flip(slot, into: scratch.query)
      unsafe scratch.walk.pointee.norm_scale = 1
      unsafe scratch.walk.pointee.norms = UnsafePointer(memory.norms.base)
    } else {
      unsafe decode(Int(slot), into: scratch.floats)
      unsafe prepare(query: scratch.floats, scratch: scratch)
    }
  }

  func flip(_ slot: UInt32, into query: UnsafeMutablePointer<Int8>) {
    unsafe query.withMemoryRebound(to: UInt8.self, capacity: memory.stride) { query in
      unsafe updraft_flip(
        memory.codes.base + Int(slot) * memory.stride, memory.stride, query)
    }
  }

  /// Lets the walk follow the ground's links.
  func ground(_ scratch: GraphScratch) {
    unsafe scratch.walk.pointee.links = UnsafePointer(memory.links.base)
    unsafe scratch.walk.pointee.degree = settings.degree
    unsafe scratch.walk.pointee.slots = nil
  }

  /// Lets the walk follow the links of a layer above.
  private func use(layer: Int, scratch: GraphScratch) {
    let arrays = unsafe memory.arrays(layer: layer)
    unsafe scratch.walk.pointee.links = UnsafePointer(arrays.links)
    unsafe scratch.walk.pointee.degree = GraphLayer.degree
    unsafe scratch.walk.pointee.slots = UnsafePointer(arrays.slots)
  }

  /// The node of `layer` where a walk starts: from the top, ever nearer, and down. The walk goes
  /// over that layer afterwards.
  func descend(to layer: Int, scratch: GraphScratch) -> UInt32 {
    let entry = memory[.entry]
    var node = UInt32(truncatingIfNeeded: entry)
    var at = entry >> 32 - 1
    while at > layer {
      use(layer: at, scratch: scratch)
      node = unsafe kernels.descend(scratch.walk, node)
      node = unsafe updraft_load(memory.arrays(layer: at).downs + Int(node))
      at -= 1
    }
    if layer > 0 { use(layer: layer, scratch: scratch) } else { ground(scratch) }
    return node
  }

  func walkAll(from start: UInt32, scratch: GraphScratch) {
    var start = start
    unsafe kernels.offer(scratch.walk, &start, 1, 0)
    var walk: UnsafeMutablePointer<updraft_walk>? = unsafe scratch.walk
    _ = unsafe kernels.run(&walk, 1, .max)
    scratch.forget(nodes: memory[.slots])
  }

  /// Puts the live nodes of the beam but `slot` into the scratch's list, nearest first.
  private func candidates(of slot: UInt32, most: Int, scratch: GraphScratch) -> Int {
    var (count, others) = (0, 0)
    let limit = min(most, scratch.listMost)
    let width = unsafe scratch.walk.pointee.width
    for i in 0..<width where count < limit {
      let key = unsafe scratch.walk.pointee.beam[i]
      guard key != GraphScratch.noKey else { break }
      let node = UInt32(truncatingIfNeeded: key) >> 1
      if node == slot { continue }
      if isLive(node) {
        unsafe scratch.nodes[count] = node
        count += 1
      } else if others < 8 {
        unsafe scratch.spare[others] = node
        others += 1
      }
    }
    guard count == 0 else { return count }
    // Nothing near lives: what was removed leads on until it is swept away.
    unsafe scratch.nodes.update(from: scratch.spare, count: others)
    return others
  }

  /// A row with the same code as another hangs on that one, in front of earlier such rows, and
  /// needs no other links: whoever comes near the first finds the rest.
  private func attachTwin(_ slot: UInt32, found: Int, scratch: GraphScratch) -> Bool {
    for i in 0..<found {
      let other = unsafe scratch.nodes[i]
      guard sameCode(slot, other) else { continue }
      let mine = unsafe memory.links.base + Int(slot) * settings.degree
      let its = unsafe memory.links.base + Int(other) * settings.degree
      lockStripe(Int(other))
      let first = unsafe updraft_load(its)
      if first != other, sameCode(first, other) {
        unsafe updraft_store(mine, first)
      } else if first != other {
        // Its links move up by one place; the last, which is the farthest, goes.
        for j in stride(from: settings.degree - 1, to: 0, by: -1) {
          let before = unsafe updraft_load(its + j - 1)
          if before != other { unsafe updraft_store(its + j, before) }
        }
      }
      unsafe updraft_store(mine + 1, other)
      unsafe updraft_store(its, slot)
      unlockStripe(Int(other))
      return true
    }
    return false
  }

  func sameCode(_ a: UInt32, _ b: UInt32) -> Bool {
    let (stride, codes) = unsafe (memory.stride, memory.codes.base)
    let (x, y) = unsafe (codes + Int(a) * stride, codes + Int(b) * stride)
    for i in 0..<stride where unsafe x[i] != y[i] { return false }
    return true
  }

  /// Squared distances, in steps of the codes, of the slot whose code is in `scratch.other`.
  private func measure(
    from slot: Int, _ slots: UnsafePointer<UInt32>, _ count: Int, scratch: GraphScratch
  ) {
    unsafe kernels.dots(
      scratch.other, memory.codes.base, memory.stride, slots, count, scratch.sums)
    let own = unsafe memory.norms.base[slot]
    for i in 0..<count {
      let norm = unsafe memory.norms.base[Int(slots[i])]
      unsafe scratch.scores[i] = 2 * (own + norm - Float(scratch.sums[i]))
    }
  }

  /// Picks links among the scratch's nodes, which come nearest first: each that is not much nearer
  /// to one already picked. Puts them into `chosen`, and again `degree` places behind.
  func choose(
    for slot: UInt32, count: Int, most: Int, slots: UnsafePointer<UInt32>?, scratch: GraphScratch
  ) -> Int {
    let slack = settings.alpha * settings.alpha
    let list = unsafe scratch.nodes
    let places = unsafe scratch.spare
    for i in 0..<count { unsafe places[i] = slots.map { unsafe $0[Int(list[i])] } ?? list[i] }
    unsafe flip(slot, into: scratch.other)
    unsafe measure(from: Int(slot), places, count, scratch: scratch)
    let far = unsafe scratch.distances
    unsafe far.update(from: scratch.scores, count: count)
    var (left, kept) = (count, 0)
    while left > 0 && kept < most {
      let (first, node, own) = unsafe (places[0], list[0], far[0])
      unsafe scratch.chosen[kept] = node
      unsafe scratch.chosen[settings.degree + kept] = node
      kept += 1
      unsafe flip(first, into: scratch.other)
      unsafe measure(from: Int(first), places + 1, left - 1, scratch: scratch)
      var next = 0
      for i in 1..<max(left, 1) {
        let between = unsafe scratch.scores[i - 1]
        // A twin of the slot stands for nobody but itself.
        if unsafe own > 0 && between * slack <= far[i] { continue }
        unsafe list[next] = list[i]
        unsafe places[next] = places[i]
        unsafe far[next] = far[i]
        next += 1
      }
      left = next
    }
    return kept
  }

  /// Writes the links of a node; the rest name the node itself.
  func setLinks(
    _ node: UInt32, _ others: UnsafePointer<UInt32>, _ count: Int,
    links: UnsafeMutablePointer<UInt32>, degree: Int
  ) {
    let own = unsafe links + Int(node) * degree
    for i in 0..<degree { unsafe updraft_store(own + i, i < count ? others[i] : node) }
  }

  /// Adds a link; when there is no place, picks anew among the old ones and this, and leaves some
  /// room, because picking costs more than anything else that a build does.
  func addLink(
    from node: UInt32, to other: UInt32, links: UnsafeMutablePointer<UInt32>, degree: Int,
    slots: UnsafePointer<UInt32>?, scratch: GraphScratch
  ) {
    lockStripe(Int(node))
    defer { unlockStripe(Int(node)) }
    let own = unsafe links + Int(node) * degree
    for i in 0..<degree {
      let link = unsafe updraft_load(own + i)
      if link == other { return }
      if link == node {
        unsafe updraft_store(own + i, other)
        return
      }
      unsafe scratch.nodes[i] = link
    }
    unsafe scratch.nodes[degree] = other
    let slot = unsafe slots.map { unsafe $0[Int(node)] } ?? node
    unsafe sortNodes(degree + 1, from: slot, slots: slots, scratch: scratch)
    // `chosen` from `degree` on holds the links that the caller is about to add.
    let kept = unsafe chooseAgain(
      for: slot, count: degree + 1, most: degree - degree / 8, slots: slots, scratch: scratch)
    unsafe setLinks(
      node, scratch.chosen + 2 * settings.degree, kept, links: links, degree: degree)
  }

  private func chooseAgain(
    for slot: UInt32, count: Int, most: Int, slots: UnsafePointer<UInt32>?,
    scratch: GraphScratch
  ) -> Int {
    let keep = settings.degree * 2
    for i in 0..<settings.degree {
      unsafe scratch.chosen[keep + settings.degree + i] = scratch.chosen[settings.degree + i]
    }
    let kept = unsafe choose(
      for: slot, count: count, most: most, slots: slots, scratch: scratch)
    for i in 0..<kept { unsafe scratch.chosen[keep + i] = scratch.chosen[i] }
    for i in 0..<settings.degree {
      unsafe scratch.chosen[settings.degree + i] = scratch.chosen[keep + settings.degree + i]
    }
    return kept
  }

  /// Sorts the scratch's nodes, nearest to `slot` first.
  func sortNodes(
    _ count: Int, from slot: UInt32, slots: UnsafePointer<UInt32>?, scratch: GraphScratch
  ) {
    let (list, places) = unsafe (scratch.nodes, scratch.spare)
    for i in 0..<count { unsafe places[i] = slots.map { unsafe $0[Int(list[i])] } ?? list[i] }
    unsafe flip(slot, into: scratch.other)
    unsafe measure(from: Int(slot), places, count, scratch: scratch)
    let scores = unsafe scratch.scores
    for i in 1..<max(count, 1) {
      let (node, score) = unsafe (list[i], scores[i])
      var j = i
      while j > 0, unsafe scores[j - 1] > score {
        unsafe list[j] = list[j - 1]
        unsafe scores[j] = scores[j - 1]
        j -= 1
      }
      unsafe list[j] = node
      unsafe scores[j] = score
    }
  }

  /// Takes a slot into the layers that it reaches.
  private func raise(_ slot: UInt32, scratch: GraphScratch) {
    let level = level(of: slot)
    guard level > 0 else { return }
    raising.withLock {
      var (below, layer) = (slot, 1)
      while layer <= min(level, memory[.entry] >> 32) {
        guard let node = place(slot, above: below, layer: layer, scratch: scratch) else { return }
        below = node
        layer += 1
      }
    }
  }

  /// Makes a node of a layer, with its links, and returns it; nil when the layer is full.
  private func place(
    _ slot: UInt32, above below: UInt32, layer: Int, scratch: GraphScratch
  ) -> UInt32? {
    let arrays = unsafe memory.arrays(layer: layer)
    let count = memory.count(layer: layer)
    let capacity = unsafe arrays.capacity
    guard count < capacity else { return nil }
    let node = UInt32(count)
    unsafe updraft_store(arrays.slots + count, slot)
    unsafe updraft_store(arrays.downs + count, below)
    unsafe setLinks(node, scratch.chosen, 0, links: arrays.links, degree: GraphLayer.degree)
    memory.setCount(count + 1, layer: layer)
    guard memory[.entry] >> 32 - 1 >= layer else {
      memory[.entry] = (layer + 1) << 32 | count
      return node
    }
    compare(slot, scratch: scratch)
    scratch.begin(width: 48)
    walkAll(from: descend(to: layer, scratch: scratch), scratch: scratch)
    var found = 0
    for i in 0..<48 {
      let key = unsafe scratch.walk.pointee.beam[i]
      guard key != GraphScratch.noKey else { break }
      unsafe scratch.nodes[found] = UInt32(truncatingIfNeeded: key) >> 1
      found += 1
    }
    let kept = unsafe choose(
      for: slot, count: found, most: GraphLayer.degree, slots: arrays.slots, scratch: scratch)
    unsafe setLinks(node, scratch.chosen, kept, links: arrays.links, degree: GraphLayer.degree)
    for i in 0..<kept {
      unsafe addLink(
        from: scratch.chosen[settings.degree + i], to: node, links: arrays.links,
        degree: GraphLayer.degree, slots: arrays.slots, scratch: scratch)
    }
    return node
  }

  func lockStripe(_ node: Int) {
    let stripe = unsafe memory.stripes.base + node % GraphMemory.stripeCount
    while unsafe updraft_take(stripe, 1) == 0 { GraphThreads.yield() }
  }

  func unlockStripe(_ node: Int) {
    unsafe updraft_store(memory.stripes.base + node % GraphMemory.stripeCount, 0)
  }
}
