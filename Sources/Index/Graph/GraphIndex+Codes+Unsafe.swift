internal import CKernels
internal import Sync

/// Vectors into codes and half-precision rows and back.
///
/// Safe because a slot is written by the one thread that took it, or by those of a build that
/// share the slots out, before its code is read; buffers are as long as the dimension or the
/// stride.
extension GraphIndex {
  /// Writes the vector, at length one for the cosine, to `floats`. A length that half precision
  /// can not tell from one stays as it is, so a row that was read can be inserted again.
  func normalise(_ vector: Span<Float>, into floats: UnsafeMutablePointer<Float>) {
    var scale = 1.0
    if metric == .cosine {
      var sum = 0.0
      for i in vector.indices { sum += Double(vector[i]) * Double(vector[i]) }
      if sum > 0, (sum - 1).magnitude > 1e-3 { scale = 1 / sum.squareRoot() }
    }
    if scale == 1 {
      for i in 0..<dimension { unsafe floats[i] = vector[i] }
    } else {
      for i in 0..<dimension { unsafe floats[i] = Float(Double(vector[i]) * scale) }
    }
  }

  /// Writes what lies in the scratch's floats to a new slot; the caller holds the gate.
  func write(_ slot: UInt32, scratch: GraphScratch) {
    let ready = memory[.ready] != 0
    if settings.keeps == .half || !ready {
      unsafe updraft_to_half(
        scratch.floats, dimension, memory.halves.base + Int(slot) * dimension)
    }
    if ready { unsafe encode(Int(slot), floats: scratch.floats, query: scratch.other) }
  }

  /// Writes the code of a slot; `query` is room for one.
  private func encode(
    _ slot: Int, floats: UnsafeMutablePointer<Float>, query: UnsafeMutablePointer<Int8>
  ) {
    let sum = unsafe updraft_quantise(
      floats, centre.base, codeScale, dimension, memory.stride, query)
    let norms = unsafe memory.norms.base
    unsafe norms[slot] = Float(sum) / 2
    unsafe query.withMemoryRebound(to: UInt8.self, capacity: memory.stride) { query in
      unsafe updraft_flip(query, memory.stride, memory.codes.base + slot * memory.stride)
    }
  }

  /// The vector of a slot, as near as it is kept.
  func decode(_ slot: Int, into floats: UnsafeMutablePointer<Float>) {
    if settings.keeps == .half || memory[.ready] == 0 {
      unsafe updraft_from_half(memory.halves.base + slot * dimension, dimension, floats)
      return
    }
    let code = unsafe memory.codes.base + slot * memory.stride
    let step = 1 / codeScale
    for i in 0..<dimension {
      unsafe floats[i] = Float(Int(code[i]) - 128) * step + centre.base[i]
    }
  }

  /// Learns centre and scale from the rows there are, writes all codes, and makes them known.
  func learn(threads: Int) {
    linking.withLock {
      guard memory[.ready] == 0 else { return }
      gate.withLock {
        let slots = memory[.slots]
        learnScale(slots: slots)
        let share = (slots + threads - 1) / max(threads, 1)
        GraphThreads.run(threads) { [self] number in
          let (place, scratch) = pool.enter(memory)
          for slot in min(number * share, slots)..<min((number + 1) * share, slots) {
            unsafe decode(slot, into: scratch.floats)
            unsafe encode(slot, floats: scratch.floats, query: scratch.other)
          }
          pool.leave(place)
        }
        memory[.ready] = 1
      }
      if settings.keeps == .codesOnly { dropHalves() }
    }
  }

  /// Gives the half-precision rows back once no search reads them any more.
  private func dropHalves() {
    let epoch = memory.add(1, to: .epoch)
    while pool.oldest() <= epoch { GraphThreads.yield() }
    memory.halves.clear(upTo: memory[.slots] * dimension)
  }

  /// The centre is the mean of a sample; the scale lets all but the largest hundredth of it fit.
  private func learnScale(slots: Int) {
    let step = max(1, slots / 4096)
    var sums = [Double](repeating: 0, count: dimension)
    let (place, scratch) = pool.enter(memory)
    defer { pool.leave(place) }
    var seen = 0.0
    for slot in stride(from: 0, to: slots, by: step) where isLive(UInt32(slot)) {
      unsafe decode(slot, into: scratch.floats)
      for i in 0..<dimension { unsafe sums[i] += Double(scratch.floats[i]) }
      seen += 1
    }
    guard seen > 0 else { return }
    let middle = unsafe centre.base
    for i in 0..<dimension { unsafe middle[i] = Float(sums[i] / seen) }
    var largest: [Float] = []
    for slot in stride(from: 0, to: slots, by: step) where isLive(UInt32(slot)) {
      unsafe decode(slot, into: scratch.floats)
      var most: Float = 0
      for i in 0..<dimension {
        most = unsafe max(most, (scratch.floats[i] - centre.base[i]).magnitude)
      }
      largest.append(most)
    }
    largest.sort()
    let most = largest[min(largest.count - 1, largest.count * 99 / 100)]
    let levels: Float = dimension > 16_384 ? 63 : 127
    codeScale = most.isFinite && most > 1e-30 ? levels / most : 1
  }

  /// Turns a query into what walks compare codes with.
  func prepare(query: UnsafePointer<Float>, scratch: GraphScratch) {
    let l2 = metric == .squaredEuclidean
    var most: Float = 0
    for i in 0..<dimension {
      let value = unsafe l2 ? query[i] - centre.base[i] : query[i]
      most = max(most, value.magnitude)
    }
    var scale = most > 1e-30 && most.isFinite ? (dimension > 16_384 ? 63 : 127) / most : 1
    if l2 { scale = min(scale, codeScale) }
    let squares = unsafe updraft_quantise(
      query, l2 ? centre.base : nil, scale, dimension, memory.stride, scratch.query)
    scratch.querySquares = Float(squares)
    unsafe scratch.walk.pointee.norm_scale = scale / codeScale
    unsafe scratch.walk.pointee.norms = l2 ? UnsafePointer(memory.norms.base) : nil
  }
}
