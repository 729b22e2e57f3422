internal import Sync

/// Events of a log with what can be computed of them without the World.
struct ReadBatch {
  private var records = EventBatch()
  private var offsets: [Offset] = []
  /// What is expected of each record; nil where there is nothing to fetch ahead.
  private(set) var expected: [Anticipated?] = []

  /// How many events there are.
  var count: Int { offsets.count }

  /// Bytes of their records.
  var bytes: Int { records.bytes.count }

  mutating func removeAll() {
    records.removeAll()
    offsets.removeAll(keepingCapacity: true)
    expected.removeAll(keepingCapacity: true)
  }

  mutating func append(_ offset: Offset, _ record: RecordView) {
    records.appendRecord { record.append(to: &$0) }
    offsets.append(offset)
    guard record.load(1, as: UInt8.self) == EventKind.interaction.rawValue,
      let view = try? InteractionView(record)
    else { return expected.append(nil) }
    expected.append(
      Anticipated(
        hashes: InteractionHashes(view), channel: view.action.channel))
  }

  /// Folds one event in.
  @inline(__always)
  func apply(_ index: Int, to world: inout World) {
    RecordView.over(records.bytes, records.range(index)) { record in
      _ = world.apply(offsets[index], record, expected[index]?.hashes)
    }
  }
}

/// Reads a log on a thread of its own, some batches ahead of the fold, so that reading and folding
/// take a core each.
///
/// One thread calls `next` until it gives nil or throws, and `stop` in any case.
final class ReadAhead: @unchecked Sendable {
  // Sendable: `full`, `fullBytes`, `empty`, `isStopping` and `end` are only touched under `lock`,
  // `thread` only by the one that makes and stops; a batch has one owner at a time.
  private static let batchEvents = 1_024
  /// Records that wait: far ahead, since reading then also fills the time in which the fold leaves
  /// a core idle.
  private static let aheadBytes = 24 << 20

  private enum End { case reached, failed(LogError) }

  private let lock = Lock()
  private let log: any EventLog
  private var full: [ReadBatch] = []
  private var fullBytes = 0
  private var empty: [ReadBatch] = []
  private var isStopping = false
  private var end: End?
  private var thread: Thread?

  /// Begins to read the events after one, up to another or to the log's end.
  init(_ log: any EventLog, after offset: Offset, through last: Offset?) {
    self.log = log
    thread = Thread { [self] in read(after: offset, through: last) }
  }

  /// The next events in the order of the log; nil behind the last one.
  func next() throws(LogError) -> ReadBatch? {
    try lock.withLock { () throws(LogError) in
      while full.isEmpty, end == nil { lock.wait() }
      lock.signalAll()
      if !full.isEmpty {
        let batch = full.removeFirst()
        fullBytes -= batch.bytes
        return batch
      }
      if case .failed(let error) = end { throw error }
      return nil
    }
  }

  /// Hands a batch back, whose memory then serves again.
  func giveBack(_ batch: inout ReadBatch) {
    var used = ReadBatch()
    swap(&used, &batch)
    lock.withLock { empty.append(used) }
  }

  /// Ends the reading and waits until it has ended.
  func stop() {
    lock.withLock {
      isStopping = true
      lock.signalAll()
    }
    thread?.join()
    thread = nil
  }

  private func read(after offset: Offset, through last: Offset?) {
    var batch = ReadBatch()
    var end = End.reached
    do {
      try log.scan(after: offset) { offset, record in
        if let last, offset > last { return false }
        batch.append(offset, record)
        return batch.count < Self.batchEvents || hand(over: &batch)
      }
    } catch {
      end = .failed(error)
    }
    if batch.count > 0 { _ = hand(over: &batch) }
    lock.withLock {
      self.end = end
      lock.signalAll()
    }
  }

  /// Queues a batch when there is room, and empties it; false when nobody wants more.
  private func hand(over batch: inout ReadBatch) -> Bool {
    lock.withLock {
      while fullBytes >= Self.aheadBytes, !isStopping { lock.wait() }
      if isStopping { return false }
      fullBytes += batch.bytes
      full.append(batch)
      batch = empty.popLast() ?? ReadBatch()
      batch.removeAll()
      lock.signalAll()
      return true
    }
  }
}
