internal import Sync

/// The queue between requests and the one thread that writes: bounded, and drained a commit at a
/// time, so that many waiting requests share one commit.
final class WriterQueue: Sendable {
  /// A request's events and whom to tell.
  struct Submission: Sendable {
    var batch: EventBatch
    var submitted: UInt64
    var then: @Sendable (Result<[Receipt], SubmitError>) -> Void
  }

  /// What the writer does next.
  enum Work: Sendable {
    case commit([Submission])
    case snapshot(@Sendable (Result<SnapshotInfo?, SnapshotError>) -> Void)
    case digest(@Sendable (DigestMark) -> Void)
    case idle
    case stop
  }

  private final class State: @unchecked Sendable {
    // Sendable: only touched under `lock`.
    var submissions: [Submission] = []
    var events = 0
    var requests: [Work] = []
    var isStopping = false
  }

  private let lock = Lock()
  private let state = State()
  private let eventsMax: Int
  private let commitMax: Int

  init(eventsMax: Int, commitMax: Int) {
    self.eventsMax = eventsMax
    self.commitMax = commitMax
  }

  /// Events that wait.
  var depth: Int { lock.withLock { state.events } }

  /// Queues a request's events; nil when they wait now.
  func submit(_ submission: Submission) -> SubmitError? {
    lock.withLock {
      if state.isStopping { return .unavailable }
      if state.events > 0, state.events + submission.batch.count > eventsMax {
        return .busy(retryAfterMs: 1_000)
      }
      state.submissions.append(submission)
      state.events += submission.batch.count
      if state.submissions.count == 1 { lock.signalOne() }
      return nil
    }
  }

  /// Queues other work for the writer; false when it has stopped.
  func request(_ work: Work) -> Bool {
    lock.withLock {
      guard !state.isStopping else { return false }
      state.requests.append(work)
      lock.signalOne()
      return true
    }
  }

  /// Lets the writer finish what waits and then stop.
  func stop() {
    lock.withLock {
      state.isStopping = true
      lock.signalAll()
    }
  }

  /// The next piece of work; `.idle` after `milliseconds` without any.
  func next(milliseconds: Int) -> Work {
    lock.withLock {
      if state.submissions.isEmpty, state.requests.isEmpty, !state.isStopping {
        lock.wait(milliseconds: milliseconds)
      }
      if !state.requests.isEmpty { return state.requests.removeFirst() }
      if state.submissions.isEmpty { return state.isStopping ? .stop : .idle }
      var count = 0
      var events = 0
      while count < state.submissions.count, count == 0 || events < commitMax {
        events += state.submissions[count].batch.count
        count += 1
      }
      let commit = Array(state.submissions.prefix(count))
      state.submissions.removeFirst(count)
      state.events -= events
      return .commit(commit)
    }
  }
}
