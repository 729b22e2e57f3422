internal import Synchronization

/// Tells whether a cached page is still true, without the World's lock: a version a user, and two
/// counters for what concerns everybody.
///
/// The writer bumps; input threads read. Chunks are allocated once, published with release order
/// and never move or go while the object lives, which makes reading through them safe.
@safe public final class Freshness: @unchecked Sendable {
  // Sendable: all shared state is atomic.
  private static let chunkRows = 4_096
  private static let chunksMax = 4_096
  private typealias Chunk = UnsafeMutablePointer<Atomic<UInt32>>
  private let chunks: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
  private let removalCount = Atomic<UInt64>(0)
  private let celebrityCount = Atomic<UInt64>(0)

  init() {
    unsafe chunks = .allocate(capacity: Self.chunksMax)
    for index in 0..<Self.chunksMax { unsafe (chunks + index).initialize(to: Atomic(nil)) }
  }

  deinit {
    for index in 0..<Self.chunksMax {
      unsafe chunks[index].load(ordering: .acquiring)?.deallocate()
    }
    unsafe chunks.deallocate()
  }

  /// The version of a user's pages; another one means that they must be made anew.
  public func version(_ user: UserRow) -> UInt32 {
    guard let slot = unsafe slot(user.index, make: false) else { return 0 }
    return unsafe slot.pointee.load(ordering: .acquiring)
  }

  /// Items taken out of pages since the start.
  public var removals: UInt64 { removalCount.load(ordering: .acquiring) }

  /// Posts of celebrities since the start.
  public var celebrityPosts: UInt64 { celebrityCount.load(ordering: .acquiring) }

  /// Makes a user's cached pages stale. One thread only.
  @inline(__always)
  func bump(_ user: UInt32) {
    guard let slot = unsafe slot(user, make: true) else { return }
    let version = unsafe slot.pointee.load(ordering: .relaxed)
    unsafe slot.pointee.store(version &+ 1, ordering: .releasing)
  }

  /// Fetches what a bump changes.
  @inline(__always)
  func fetch(_ user: UInt32) {
    if let slot = unsafe slot(user, make: false) { unsafe Prefetch.pointer(slot) }
  }

  func noteRemoval() { removalCount.add(1, ordering: .releasing) }

  func noteCelebrityPost() { celebrityCount.add(1, ordering: .releasing) }

  @inline(__always)
  private func slot(_ user: UInt32, make: Bool) -> Chunk? {
    let chunk = Int(user) / Self.chunkRows
    guard chunk < Self.chunksMax else { return nil }
    if let pointer = unsafe chunks[chunk].load(ordering: .acquiring) {
      return unsafe pointer.assumingMemoryBound(to: Atomic<UInt32>.self)
        + Int(user) % Self.chunkRows
    }
    guard make else { return nil }
    let fresh = Chunk.allocate(capacity: Self.chunkRows)
    for row in 0..<Self.chunkRows { unsafe (fresh + row).initialize(to: Atomic(0)) }
    unsafe chunks[chunk].store(UnsafeMutableRawPointer(fresh), ordering: .releasing)
    return unsafe fresh + Int(user) % Self.chunkRows
  }
}
