package import Feed
internal import Glibc
internal import Sync

/// A few threads and a bounded queue of work for them.
///
/// A burst may fill the queue. Where it has not been empty for a while more comes than can be done,
/// and a long queue would only make everybody wait: then work is refused as soon as it would wait
/// for more than a moment (controlled delay; K. Nichols and V. Jacobson,
/// doi:10.1145/2208917.2209336).
package final class WorkPool: Sendable {
  private final class State: @unchecked Sendable {
    // Sendable: only touched under `lock`.
    var waiting: [@Sendable () -> Void] = []
    /// When the queue was last seen empty, in ticks.
    var lastEmpty: UInt64 = 0
    /// What one piece of work takes, in ticks, the newest counting an eighth.
    var cost: UInt64 = 0
    var start = 0
    var threads: [Thread] = []
    var idle = 0
    var isStopping = false
  }

  private let lock = Lock()
  private let state = State()
  private let queueMax: Int
  private let threads: UInt64
  private let time: any TimeSource
  /// For how long the queue may not have been empty before waiting gets short.
  private static let standingTicks: UInt64 = 100_000_000
  /// How long work may wait then.
  private static let waitTicks: UInt64 = 10_000_000

  /// Cores of the machine.
  static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// - Parameters:
  ///   - threads: how many work at once.
  ///   - queueMax: how much may wait; beyond it work is refused.
  ///   - time: tells how long work takes and waits.
  package init(threads: Int, queueMax: Int, time: any TimeSource) {
    self.queueMax = max(1, queueMax)
    self.threads = UInt64(max(1, threads))
    self.time = time
    state.threads = (0..<max(1, threads)).map { _ in Thread { [self] in run() } }
  }

  /// Hands work over; false when too much waits or the pool has stopped.
  package func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
    let now = time.ticks
    return lock.withLock {
      let depth = state.waiting.count - state.start
      guard !state.isStopping, depth < queueMax else { return false }
      if depth == 0 { state.lastEmpty = now }
      let isStanding = now &- state.lastEmpty > Self.standingTicks && now > state.lastEmpty
      guard !isStanding || UInt64(depth) &* state.cost / threads <= Self.waitTicks else {
        return false
      }
      state.waiting.append(work)
      if state.idle > 0 { lock.signalOne() }
      return true
    }
  }

  /// How much waits.
  var depth: Int { lock.withLock { state.waiting.count - state.start } }

  /// Finishes what waits and ends the threads. Not to be called by the pool's own work.
  package func stop() {
    let threads = lock.withLock {
      state.isStopping = true
      lock.signalAll()
      defer { state.threads = [] }
      return state.threads
    }
    for thread in threads { thread.join() }
  }

  private func run() {
    while let work = next() {
      let start = time.ticks
      work()
      let took = time.ticks &- start
      lock.withLock { state.cost = state.cost == 0 ? took : (state.cost &* 7 &+ took) / 8 }
    }
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
      if state.start == state.waiting.count { state.lastEmpty = time.ticks }
      if state.start >= 256, state.start * 2 >= state.waiting.count {
        state.waiting.removeFirst(state.start)
        state.start = 0
      }
      return work
    }
  }
}
