import Feed
import HTTP
import Sync

/// Takes an answer from another thread.
final class Answer: @unchecked Sendable {
  // Sendable: the answer is only touched under `lock`.
  private let lock = Lock()
  private var answer: HTTPClient.Answer?

  var value: HTTPClient.Answer? { lock.withLock { answer } }

  func put(_ answer: HTTPClient.Answer?) { lock.withLock { self.answer = answer } }
}

/// A log in memory whose scan waits after its first event.
final class SlowScan: EventLog, @unchecked Sendable {
  // Sendable: the state is only touched under `lock`.
  private let inner = MemoryLog()
  private let lock = Lock()
  private var isReleased = false
  private var isScanned = false

  /// Lets the scan go on.
  func release() {
    lock.withLock {
      isReleased = true
      lock.signalAll()
    }
  }

  /// Waits until the scan waits.
  func waitUntilScanned() { lock.withLock { while !isScanned { lock.wait() } } }

  var end: Offset { inner.end }
  var prunedThrough: Offset { inner.prunedThrough }

  func append(_ batch: EventBatch) throws(LogError) -> Offset { try inner.append(batch) }

  func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    lock.withLock {
      isScanned = true
      lock.signalAll()
      while !isReleased { lock.wait() }
    }
    try inner.scan(after: offset, body)
  }

  func prune(through offset: Offset) throws(LogError) -> Int { try inner.prune(through: offset) }

  func addDeadLetter(_ letter: DeadLetter) throws(LogError) { try inner.addDeadLetter(letter) }

  func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try inner.deadLetters(after: id, limit: limit)
  }

  func removeDeadLetter(id: Int64) throws(LogError) -> Bool { try inner.removeDeadLetter(id: id) }

  func mark(_ mark: DigestMark) throws(LogError) { try inner.mark(mark) }

  func marks(limit: Int) throws(LogError) -> [DigestMark] { try inner.marks(limit: limit) }
}
