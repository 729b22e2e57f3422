internal import Index
internal import Sync

/// Events of a log with what can be computed of them without the World.
struct ReadBatch {
  enum Expected {
    case interaction(Anticipated)
    /// The place among `publications`.
    case publication(Int)
    /// Nothing is known of it.
    case other
  }

  /// An event beside its record.
  struct Entry {
    var offset: Offset
    var expected: Expected
  }

  private let encoder: HashedTextEncoder
  private var records = EventBatch()
  private(set) var entries: [Entry] = []
  private var publications: [(item: Item, received: Timestamp?)] = []
  /// Of `publications`, one after another.
  private var vectors: [Float] = []
  private var vector: [Float] = []
  private var scratch = HashedTextEncoder.Scratch()

  init(_ encoder: HashedTextEncoder, events: Int) {
    self.encoder = encoder
    records.reserve(events: events, eventBytes: 96)
    entries.reserveCapacity(events)
  }

  /// How many events there are.
  var count: Int { entries.count }

  /// Bytes of their records.
  var bytes: Int { records.bytes.count }

  mutating func removeAll() {
    records.removeAll()
    entries.removeAll(keepingCapacity: true)
    publications.removeAll(keepingCapacity: true)
    vectors.removeAll(keepingCapacity: true)
  }

  mutating func append(_ offset: Offset, _ record: RecordView) {
    records.appendRecord { record.append(to: &$0) }
    entries.append(Entry(offset: offset, expected: expect(record)))
  }

  private mutating func expect(_ record: RecordView) -> Expected {
    switch try? record.kind() {
    case .interaction:
      guard let view = try? InteractionView(record) else { return .other }
      return .interaction(
        Anticipated(hashes: InteractionHashes(view), channel: view.action.channel))
    case .itemPublished:
      guard case .itemPublished(let item)? = try? Event.decode(record) else { return .other }
      item.encode(by: encoder, into: &vector, &scratch)
      vectors.append(contentsOf: vector)
      publications.append((item, record.received))
      return .publication(publications.count - 1)
    default: return .other
    }
  }

  /// Folds one event in.
  @inline(__always)
  func apply(_ index: Int, to world: inout World) {
    switch entries[index].expected {
    case .interaction(let event): apply(index, event.hashes, &world)
    case .publication(let place):
      let (item, received) = publications[place]
      world.apply(
        entries[index].offset,
        Publication(
          item: item, received: received, vectors: vectors, start: place * encoder.dimension))
    case .other: apply(index, nil, &world)
    }
  }

  @inline(__always)
  private func apply(_ index: Int, _ hashes: InteractionHashes?, _ world: inout World) {
    RecordView.over(records.bytes, records.range(index)) { record in
      _ = world.apply(entries[index].offset, record, hashes)
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
  private let encoder: HashedTextEncoder
  private var full: [ReadBatch] = []
  private var fullBytes = 0
  private var empty: [ReadBatch] = []
  private var isStopping = false
  private var end: End?
  private var thread: Thread?

  /// Begins to read the events after one, up to another or to the log's end.
  ///
  /// - Parameter encoder: that of the World's text space.
  init(
    _ log: any EventLog, _ encoder: HashedTextEncoder, after offset: Offset, through last: Offset?
  ) {
    self.log = log
    self.encoder = encoder
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
    var used = ReadBatch(encoder, events: 0)
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
    var batch = ReadBatch(encoder, events: Self.batchEvents)
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
      batch = empty.popLast() ?? ReadBatch(encoder, events: Self.batchEvents)
      batch.removeAll()
      lock.signalAll()
      return true
    }
  }
}
