internal import Sync

/// The online parts of surfaces at work in a running engine: a thread that follows the log, learns
/// what was chosen, and about once a second puts what it knows where pages find it.
///
/// It reads what is durable, as a replay does, so nobody waits for it: neither events nor pages. At
/// a start it begins with the oldest event of the log; until it has caught up, pages are corrected
/// by what it knows so far. What it knows is kept nowhere else.
public final class OnlineFollower: @unchecked Sendable {
  // Sendable: `learner` and `position` are only touched under `work`, the rest under `lock`.

  /// How long it rests between two looks at the log: the delay of a choice, and how often weights
  /// are copied.
  private static let restMs = 1_000
  /// Events that are read in one go, so that a stop need not wait for the whole log.
  private static let chunk = 65_536

  /// What corrects pages now.
  public let board = OnlineBoard()
  private let log: any EventLog
  private let work = Lock()
  private var learner: OnlineLearner
  private var position = Offset.zero
  private let lock = Lock()
  private var state = OnlineReading()
  private var thread: Thread?
  private var isStopping = false

  /// A follower of a log; nil when no surface has an online part.
  init?(_ configuration: Configuration, _ log: any EventLog) {
    learner = OnlineLearner(configuration)
    guard learner.isNeeded else { return nil }
    self.log = log
    learner.open(board)
    state = learner.reading
  }

  /// What it has done so far; any thread may ask.
  public var reading: OnlineReading { lock.withLock { state } }

  /// A checksum of everything learned: that of an `OnlineLearner` which took the log from its
  /// beginning up to `reading.through`.
  public var digest: UInt64 { work.withLock { learner.digest } }

  /// Begins to follow.
  ///
  /// - Parameter notice: called when the log can't be read, once until it can be again.
  func start(_ notice: @escaping @Sendable (String) -> Void) {
    let thread = Thread { [self] in
      var isFailing = false
      while !hasStopped {
        do throws(LogError) {
          try catchUp()
          isFailing = false
        } catch {
          if !isFailing { notice("online-log: \(error.description); it is tried again") }
          isFailing = true
        }
        rest()
      }
    }
    lock.withLock { self.thread = thread }
  }

  /// Ends the thread; what it learned goes with the engine.
  func stop() {
    let thread = lock.withLock {
      isStopping = true
      lock.signalAll()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  /// Learns from the log up to its end now, on the calling thread, and publishes that.
  public func catchUp() throws(LogError) {
    while !hasStopped, try learnChunk() {}
  }

  private var hasStopped: Bool { lock.withLock { isStopping } }

  private func rest() {
    lock.withLock { if !isStopping { lock.wait(milliseconds: Self.restMs) } }
  }

  /// Learns from the next events; whether there may be more.
  private func learnChunk() throws(LogError) -> Bool {
    try work.withLock { () throws(LogError) in
      let end = log.end
      guard position < end else { return false }
      var count = 0
      try log.scan(after: position) { offset, record in
        learner.take(offset, record)
        position = offset
        count += 1
        return count < Self.chunk
      }
      // Behind the last record that is there, up to the end as it was, nothing is to come.
      if count < Self.chunk { position = max(position, end) }
      learner.publish(to: board)
      var reading = learner.reading
      reading.through = position
      lock.withLock { state = reading }
      return count == Self.chunk
    }
  }
}
