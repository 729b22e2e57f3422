internal import Feed
internal import Sync

/// The threads behind models: one looks at guardrails and takes models on, one waits for trainings.
final class ModelTender: @unchecked Sendable {
  // Sendable: everything that changes is only touched under `lock`.
  private static let everyMs = 1_000

  private let keeper: ModelKeeper
  private let lock = Lock()
  private var isStopping = false
  private var threads: [Thread] = []
  private var schedule: TrainingSchedule

  init(_ keeper: ModelKeeper) {
    self.keeper = keeper
    schedule = TrainingSchedule(keeper.settings, start: keeper.engine.time.now)
  }

  private var hasStopped: Bool { lock.withLock { isStopping } }

  /// Begins to look.
  func start() {
    var threads = [
      Thread { [self] in
        while pause() { keeper.tend() }
      }
    ]
    if keeper.trainer != nil,
      keeper.settings.trainEveryMs > 0
        || keeper.settings.trainAfterLabels > 0
    {
      threads.append(Thread { [self] in while pause() { trainIfDue() } })
    }
    lock.withLock { self.threads = threads }
  }

  /// Stops; a training that runs is ended.
  func stop() {
    let threads = lock.withLock {
      isStopping = true
      lock.signalAll()
      defer { self.threads = [] }
      return self.threads
    }
    for thread in threads { thread.join() }
  }

  /// Waits a little; false at the end.
  private func pause() -> Bool {
    lock.withLock {
      if !isStopping { lock.wait(milliseconds: Self.everyMs) }
      return !isStopping
    }
  }

  private func trainIfDue() {
    let engine = keeper.engine
    var labels: UInt64 = 0
    if let total = engine.learning?.meters.total() {
      for objective in Objective.allCases { labels &+= total[objective] }
    }
    let due = lock.withLock { schedule.due(at: engine.time.now, labels: labels) }
    guard let due else { return }
    keeper.train(why: due) { hasStopped }
    lock.withLock { schedule.trained(at: engine.time.now) }
  }
}
