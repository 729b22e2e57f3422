internal import Sync

/// A log in memory: the same contract without the disk, for tests, trials and evaluations.
public final class MemoryLog: EventLog, @unchecked Sendable {
  // Sendable: every mutable property is read and written under `lock`.
  private let lock = Lock()
  private var records = EventBatch()
  private var offsets: [UInt64] = []
  private var last: UInt64 = 0
  private var pruned = Offset.zero
  private var letters: [DeadLetter] = []
  private var nextLetter: Int64 = 1
  private var digests: [DigestMark] = []
  private let deadLettersMax: Int

  /// An empty log that keeps at most `deadLettersMax` dead letters.
  public init(deadLettersMax: Int = 100_000) { self.deadLettersMax = deadLettersMax }

  /// The last event.
  public var end: Offset { lock.withLock { Offset(last) } }

  /// The last event up to which prunable kinds may be missing.
  public var prunedThrough: Offset { lock.withLock { pruned } }

  /// Appends the batch; it is as durable as the process.
  public func append(_ batch: EventBatch) throws(LogError) -> Offset {
    lock.withLock {
      let first = last + 1
      records.append(contentsOf: batch)
      for _ in 0..<batch.count {
        last += 1
        offsets.append(last)
      }
      return Offset(first)
    }
  }

  /// Visits the events after `offset` as they were when the scan began.
  public func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    let (records, offsets) = lock.withLock { (self.records, self.offsets) }
    var index = offsets.firstIndexSorted { $0 > offset.value }
    while index < offsets.count {
      let goesOn = RecordView.over(records.bytes, records.range(index)) { view in
        body(Offset(offsets[index]), view)
      }
      guard goesOn else { return }
      index += 1
    }
  }

  /// Drops interactions and served pages at or before `offset`.
  public func prune(through offset: Offset) throws(LogError) -> Int {
    lock.withLock {
      var kept = EventBatch()
      var keptOffsets: [UInt64] = []
      for index in 0..<records.count {
        RecordView.over(records.bytes, records.range(index)) { view in
          let isPruned = (try? view.kind())?.isPruned ?? false
          if offsets[index] <= offset.value && isPruned { return }
          kept.appendRecord { view.append(to: &$0) }
          keptOffsets.append(offsets[index])
        }
      }
      let dropped = records.count - kept.count
      records = kept
      offsets = keptOffsets
      pruned = max(pruned, min(offset, Offset(last)))
      return dropped
    }
  }

  /// Keeps a dead letter.
  public func addDeadLetter(_ letter: DeadLetter) throws(LogError) {
    lock.withLock {
      var letter = letter
      letter.id = nextLetter
      nextLetter += 1
      letters.append(letter)
      if letters.count > deadLettersMax { letters.removeFirst(letters.count - deadLettersMax) }
    }
  }

  /// The dead letters after `id`, oldest first.
  public func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    lock.withLock { Array(letters.lazy.filter { $0.id > id }.prefix(max(0, limit))) }
  }

  /// Removes a dead letter.
  public func removeDeadLetter(id: Int64) throws(LogError) -> Bool {
    lock.withLock {
      guard let index = letters.firstIndex(where: { $0.id == id }) else { return false }
      letters.remove(at: index)
      return true
    }
  }

  /// Notes a digest.
  public func mark(_ mark: DigestMark) throws(LogError) {
    lock.withLock { digests.append(mark) }
  }

  /// The newest digests, newest first.
  public func marks(limit: Int) throws(LogError) -> [DigestMark] {
    lock.withLock { Array(digests.reversed().prefix(max(0, limit))) }
  }
}

extension Array {
  /// The first index whose element satisfies `predicate`, in an array that is partitioned by it.
  ///
  /// - Complexity: O(log count).
  func firstIndexSorted(where predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
