internal import Feed
internal import Glibc
internal import Sync

/// A few threads and a bounded queue of work for them.
final class WorkPool: Sendable {
  private final class State: @unchecked Sendable {
    // Sendable: only touched under `lock`.
    var waiting: [@Sendable () -> Void] = []
    var start = 0
    var threads: [Thread] = []
    var idle = 0
    var isStopping = false
  }

  private let lock = Lock()
  private let state = State()
  private let queueMax: Int

  /// Cores of the machine.
  static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// - Parameters:
  ///   - threads: how many work at once.
  ///   - queueMax: how much may wait; beyond it work is refused.
  init(threads: Int, queueMax: Int) {
    self.queueMax = max(1, queueMax)
    state.threads = (0..<max(1, threads)).map { _ in Thread { [self] in run() } }
  }

  /// Hands work over; false when too much waits or the pool has stopped.
  func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
    lock.withLock {
      guard !state.isStopping, state.waiting.count - state.start < queueMax else { return false }
      state.waiting.append(work)
      if state.idle > 0 { lock.signalOne() }
      return true
    }
  }

  /// How much waits.
  var depth: Int { lock.withLock { state.waiting.count - state.start } }

  /// Finishes what waits and ends the threads. Not to be called by the pool's own work.
  func stop() {
    let threads = lock.withLock {
      state.isStopping = true
      lock.signalAll()
      defer { state.threads = [] }
      return state.threads
    }
    for thread in threads { thread.join() }
  }

  private func run() {
    while let work = next() { work() }
  }

  private func next() -> (@Sendable () -> Void)? {
    lock.withLock {
      while state.start == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
        state.start = 0
        if state.isStopping { return nil }
        state.idle += 1
        lock.wait()
        state.idle -= 1
      }
      let work = state.waiting[state.start]
      state.waiting[state.start] = {}
      state.start += 1
      if state.start >= 256, state.start * 2 >= state.waiting.count {
        state.waiting.removeFirst(state.start)
        state.start = 0
      }
      return work
    }
  }
}
