public import Feed
internal import Sync

/// A log in memory whose appends wait or fail on demand.
public final class HeldLog: EventLog, @unchecked Sendable {
  // Sendable: the state is only touched under `lock`.
  private let inner = MemoryLog()
  private let lock = Lock()
  private var isHolding = false
  private var isHeld = false
  private var failure: LogError.Code?

  /// A log that neither holds nor fails.
  public init() {}

  /// Lets appends wait from now on.
  public func hold() { lock.withLock { isHolding = true } }

  /// Lets appends go on.
  public func release() {
    lock.withLock {
      isHolding = false
      lock.signalAll()
    }
  }

  /// Waits until an append waits.
  public func waitUntilHeld() { lock.withLock { while !isHeld { lock.wait() } } }

  /// Lets appends fail; nil = no longer.
  public func fails(with code: LogError.Code?) { lock.withLock { failure = code } }

  /// Of the log in memory, like all that follows.
  public var end: Offset { inner.end }
  /// Of the log in memory.
  public var prunedThrough: Offset { inner.prunedThrough }

  /// Waits while it is held, then fails or appends.
  public func append(_ batch: EventBatch) throws(LogError) -> Offset {
    let failure = lock.withLock {
      while isHolding {
        isHeld = true
        lock.signalAll()
        lock.wait()
      }
      isHeld = false
      return self.failure
    }
    if let failure { throw LogError(failure, "on demand") }
    return try inner.append(batch)
  }

  /// Of the log in memory.
  public func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    try inner.scan(after: offset, body)
  }

  /// Of the log in memory.
  public func prune(through offset: Offset) throws(LogError) -> Int {
    try inner.prune(through: offset)
  }

  /// Of the log in memory.
  public func addDeadLetter(_ letter: DeadLetter) throws(LogError) {
    try inner.addDeadLetter(letter)
  }

  /// Of the log in memory.
  public func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try inner.deadLetters(after: id, limit: limit)
  }

  /// Of the log in memory.
  public func removeDeadLetter(id: Int64) throws(LogError) -> Bool {
    try inner.removeDeadLetter(id: id)
  }

  /// Of the log in memory.
  public func mark(_ mark: DigestMark) throws(LogError) { try inner.mark(mark) }

  /// Of the log in memory.
  public func marks(limit: Int) throws(LogError) -> [DigestMark] { try inner.marks(limit: limit) }
}
