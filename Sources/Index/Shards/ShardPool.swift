internal import Sync

/// A few threads that help with pieces of work which a caller waits for.
final class ShardPool: Sendable {
  private let desk = ShardDesk()
  private let threads: [Thread]

  /// A pool of `helpers` threads, which wait until there is work.
  init(helpers: Int) {
    threads = (0..<max(helpers, 0)).map { [desk] _ in Thread { desk.help() } }
  }

  deinit {
    desk.close()
    for thread in threads { thread.join() }
  }

  /// Has the pieces 0 to `pieces - 1` done, each once, and waits for all. This thread does those
  /// that no helper has begun.
  ///
  /// - Parameters:
  ///   - helper: does a piece on a helper's thread. It must not keep the pool's owner alive, which
  ///     would then end on a thread of its own pool.
  ///   - own: does a piece on this thread.
  ///   - waiting: called every millisecond while only helpers are still at work.
  func run(
    _ pieces: Int, helper: @escaping @Sendable (Int) -> Void, own: (Int) -> Void,
    waiting: () -> Void
  ) {
    guard !threads.isEmpty else {
      for piece in 0..<pieces { own(piece) }
      return
    }
    let work = ShardWork(pieces: pieces, body: helper)
    desk.open(work)
    while let piece = desk.draw(from: work) {
      own(piece)
      work.finish()
    }
    work.wait(waiting)
  }
}

/// Work that callers have brought and no helper has begun.
private final class ShardDesk: @unchecked Sendable {
  // Sendable: everything that changes is only touched under the lock.
  private let lock = Lock()
  private var works: [ShardWork] = []
  private var isClosed = false

  func open(_ work: ShardWork) {
    lock.withLock {
      works.append(work)
      lock.signalAll()
    }
  }

  func close() {
    lock.withLock {
      isClosed = true
      lock.signalAll()
    }
  }

  /// A piece of `work` that nobody has begun.
  func draw(from work: ShardWork) -> Int? { lock.withLock { next(of: work) } }

  /// Does pieces until the desk is closed.
  func help() {
    while let (work, piece) = wait() {
      work.body(piece)
      work.finish()
    }
  }

  private func wait() -> (ShardWork, Int)? {
    lock.withLock {
      while !isClosed {
        if let work = works.first, let piece = next(of: work) { return (work, piece) }
        lock.wait()
      }
      return nil
    }
  }

  /// The caller holds the lock. Work whose last piece is taken leaves the desk.
  private func next(of work: ShardWork) -> Int? {
    guard work.next < work.pieces else { return nil }
    work.next += 1
    if work.next == work.pieces { works.removeAll { $0 === work } }
    return work.next - 1
  }
}

/// The pieces that one caller waits for.
private final class ShardWork: @unchecked Sendable {
  // Sendable: `next` is only touched under the desk's lock, `left` under this one's.
  let pieces: Int
  let body: @Sendable (Int) -> Void
  var next = 0
  private let lock = Lock()
  private var left: Int

  init(pieces: Int, body: @escaping @Sendable (Int) -> Void) {
    self.pieces = pieces
    self.body = body
    left = pieces
  }

  func finish() {
    lock.withLock {
      left -= 1
      if left == 0 { lock.signalAll() }
    }
  }

  func wait(_ waiting: () -> Void) {
    while true {
      let isDone = lock.withLock {
        if left > 0 { lock.wait(milliseconds: 1) }
        return left == 0
      }
      if isDone { return }
      waiting()
    }
  }
}
