internal import CKernels
internal import Glibc

/// The arrays of an index in the order of its file, with their lengths in bytes.
///
/// Safe because the one who made it keeps the arrays, which are at least as long as the header
/// says: the header's numbers are the index's own, or were checked against its capacity.
@safe struct GraphSections: @unchecked Sendable {
  // Sendable: addresses and lengths; who writes there meanwhile is told where they are used.
  /// One array.
  @safe private struct Part {
    let start: UnsafeMutableRawPointer
    let length: Int

    init(_ start: UnsafeMutableRawPointer, _ length: Int) {
      unsafe self.start = start
      self.length = length
    }
  }

  private var parts: [Part] = []

  /// - Parameter small: the index's own when it is filled, copies when it is saved.
  init(
    _ header: GraphFileHeader, _ memory: GraphMemory, centre: UnsafeMutablePointer<Float>,
    _ small: GraphLists
  ) {
    var starts: [UnsafeMutableRawPointer] = unsafe [
      .init(centre), .init(memory.codes.base), .init(memory.halves.base),
      .init(memory.norms.base), .init(memory.links.base), .init(small.rows),
      .init(small.slots), .init(small.log), .init(small.linked),
    ]
    for layer in 1...GraphMemory.layersMax {
      let arrays = unsafe memory.arrays(layer: layer)
      unsafe starts += [.init(arrays.links), .init(arrays.slots), .init(arrays.downs)]
    }
    unsafe starts += [.init(small.free.base), .init(small.dead.base)]
    for (place, length) in header.lengths.enumerated() {
      parts.append(unsafe Part(starts[place], length))
    }
  }

  /// Maps a file's arrays over these. What is changed later is this process's own.
  func map(_ descriptor: Int32) -> Bool {
    var offset = GraphFileHeader.page
    for part in parts where part.length > 0 {
      let padded = GraphFileHeader.padded(part.length)
      let mapped = unsafe mmap(
        part.start, padded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
        descriptor, off_t(offset))
      guard unsafe mapped == part.start else { return false }
      offset += padded
    }
    return true
  }

  /// Whether every mebibyte has its sum; several threads look.
  func match(_ sums: [UInt64], threads: Int) -> Bool {
    var blocks: [(part: Int, first: Int, length: Int)] = []
    for part in parts.indices {
      let padded = GraphFileHeader.padded(parts[part].length)
      for first in stride(from: 0, to: padded, by: GraphFileHeader.block) {
        blocks.append((part, first, min(GraphFileHeader.block, padded - first)))
      }
    }
    guard blocks.count == sums.count else { return false }
    let words = Reserved<UInt64>(2)
    let (next, wrong) = unsafe (GraphCounter(words.base), GraphCounter(words.base + 1))
    GraphThreads.run(threads) { [self, blocks] _ in
      while true {
        let number = next.next()
        guard number < blocks.count else { return }
        let (part, first, length) = blocks[number]
        if unsafe updraft_sum(parts[part].start + first, length) != sums[number] {
          _ = wrong.next()
        }
      }
    }
    return unsafe words.base[1] == 0
  }

  /// Writes the arrays, each up to a whole page, and returns the sums. What others may change
  /// meanwhile is copied first, so that its sum is that of what was written.
  func write(_ write: (UnsafeRawBufferPointer) -> Bool) -> [UInt64]? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: GraphFileHeader.block, alignment: GraphFileHeader.page)
    defer { unsafe buffer.deallocate() }
    var sums: [UInt64] = []
    for part in parts {
      let padded = GraphFileHeader.padded(part.length)
      for first in stride(from: 0, to: padded, by: GraphFileHeader.block) {
        let some = min(GraphFileHeader.block, padded - first)
        let own = min(some, part.length - first)
        unsafe memcpy(buffer.baseAddress!, part.start + first, own)
        unsafe memset(buffer.baseAddress! + own, 0, some - own)
        unsafe sums.append(updraft_sum(buffer.baseAddress!, some))
        guard unsafe write(UnsafeRawBufferPointer(rebasing: buffer[..<some])) else { return nil }
      }
    }
    return sums
  }
}

/// The short arrays of an index that change while it is saved, and so are copied first.
///
/// Safe because the arrays are as long as the numbers that they were made with, and whoever asks
/// for the index's own keeps the index.
@safe final class GraphLists {
  let rows: UnsafeMutablePointer<UInt32>
  let slots: UnsafeMutablePointer<UInt32>
  let log: UnsafeMutablePointer<UInt32>
  let linked: UnsafeMutablePointer<UInt64>
  let free: Reserved<UInt32>
  let dead: Reserved<UInt32>
  private let copies: [Copy]

  private final class Copy {
    let words: Reserved<UInt32>
    init(_ count: Int) { words = Reserved(count) }
  }

  /// The index's own.
  init(_ memory: GraphMemory, free: Int, dead: Int) {
    unsafe rows = memory.rows.base
    unsafe slots = memory.slots.base
    unsafe log = memory.log.base
    unsafe linked = memory.linked.base
    self.free = Reserved(free)
    self.dead = Reserved(dead)
    copies = []
  }

  /// Copies; the caller holds `linking` and `gate`.
  init(copying memory: GraphMemory, free: [UInt32], dead: [UInt32]) {
    let (count, limit) = (memory[.slots], memory[.rowLimit])
    let (head, pending) = (memory[.head], memory[.tail] - memory[.head])
    let words = (count + 63) / 64
    copies = [Copy(count), Copy(limit), Copy(pending), Copy(2 * words)]
    unsafe rows = copies[0].words.base
    unsafe slots = copies[1].words.base
    unsafe log = copies[2].words.base
    unsafe linked = UnsafeMutableRawPointer(copies[3].words.base)
      .bindMemory(to: UInt64.self, capacity: max(words, 1))
    self.free = Reserved(free.count)
    self.dead = Reserved(dead.count)
    unsafe rows.update(from: memory.rows.base, count: count)
    unsafe slots.update(from: memory.slots.base, count: limit)
    unsafe linked.update(from: memory.linked.base, count: words)
    for i in 0..<pending {
      unsafe log[i] = memory.log.base[(head + i) % memory.capacity]
    }
    for i in free.indices { unsafe self.free.base[i] = free[i] }
    for i in dead.indices { unsafe self.dead.base[i] = dead[i] }
  }
}
