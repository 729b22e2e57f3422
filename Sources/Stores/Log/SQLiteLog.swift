public import Feed
internal import Sync
internal import Synchronization

/// The durable event log: one table in one SQLite file, in write-ahead mode.
///
///     let directory = try DataDirectory("data", access: .write)
///     let log = try SQLiteLog(directory)
///     let first = try log.append(batch)
///
/// One connection writes, one transaction per batch; every scan reads through a connection of its
/// own, slice by slice, so that neither waits for the other. Callers that want to share a commit
/// put their records into one batch.
///
/// **Integrity.** Each row carries a checksum over its offset and bytes, offsets have no gaps
/// behind `prunedThrough`, the rows before it are counted and summed, and the last offset is kept
/// in a row of its own in the same transaction. So a flipped bit, a lost page and a lost end are
/// all seen by a scan (a lost end already when the log is opened). What is damaged is skipped and
/// counted, what follows is read, nothing is ever cut off, and the log refuses writes until
/// `acceptLoss()`.
///
/// **Failures.** A full disk refuses the batch as a whole, and a later one may succeed. Any other
/// failed write or sync ends writing for good: the kernel may have dropped the bytes.
public final class SQLiteLog: EventLog, @unchecked Sendable {
  // Sendable: `writer`, `refusal`, `letters` are used under `turn`; `readers`, `damage`,
  // `damageRefusal`, `accepted` and `work` under `lock`; the rest is constant or atomic.

  /// How a log is opened.
  public struct Options: Sendable {
    /// What an append promises.
    public var durability = Durability.always
    /// The most dead letters that are kept.
    public var deadLettersMax = 100_000
    /// The most bytes of dead letters that are kept.
    public var deadLetterBytesMax = 256 << 20
    /// The write-ahead log goes into the database when it is this long, in bytes.
    public var checkpointBytes = 16 << 20
    /// The program and version that make the file, for whoever finds it.
    public var createdBy = "updraft"
    /// Called after every commit, on the committing thread, with its records and microseconds.
    public var onCommit: (@Sendable (_ records: Int, _ microseconds: Int) -> Void)?

    /// The defaults.
    public init() {}
  }

  /// The database's file.
  public let file: String
  let options: Options
  let directory: DataDirectory
  let turn = Turn()
  var writer: LogWriter?
  var refusal: LogError?
  var letters = (count: 0, bytes: 0)
  /// Bytes of a write-ahead log that is damaged before commits that were acknowledged.
  var unreadWriteAhead = 0
  private var syncer: LogSyncer?

  let lock = Lock()
  private var readers: [LogReader] = []
  private var readersSince = 0
  var damage = OffsetRanges()
  var accepted = OffsetRanges()
  var damageRefusal: LogError?
  var work = LogWork()
  /// How long syncs of commits took.
  let syncs = Histogram()
  private let last = Atomic<UInt64>(0)
  private let pruned = Atomic<UInt64>(0)

  /// Opens the log of a folder; a writer makes it when it is missing.
  ///
  /// - Throws: `.newer`, `.corrupt` when it is no log, `.unavailable`. A damaged log opens, and
  ///   refuses writes.
  public init(_ directory: DataDirectory, _ options: Options = Options()) throws(LogError) {
    self.directory = directory
    self.options = options
    file = directory.log
    guard directory.access == .write else {
      let reader = try LogReader(file)
      try refresh(reader)
      readers.append(reader)
      return
    }
    try openWriter()
    if case .interval(let milliseconds) = options.durability {
      syncer = LogSyncer(file: file + "-wal", milliseconds: milliseconds, syncs: syncs)
    }
  }

  deinit { syncer?.stop() }

  /// The last durable event. For a reader: as of its last scan.
  public var end: Offset { Offset(last.load(ordering: .acquiring)) }

  /// The last event up to which prunable kinds may be missing.
  public var prunedThrough: Offset { Offset(pruned.load(ordering: .acquiring)) }

  /// Appends the batch in one transaction.
  public func append(_ batch: EventBatch) throws(LogError) -> Offset {
    try writing { writer throws(SQLiteError) in
      guard !batch.isEmpty else { return Offset(writer.state.last + 1) }
      let start = Instant.now
      let first = try writer.append(batch)
      publish(writer.state)
      let microseconds = start.microsecondsToNow
      lock.withLock { work.noteCommit(batch.count, microseconds) }
      options.onCommit?(batch.count, microseconds)
      return Offset(first)
    }
  }

  /// Drops interactions and served pages at or before `offset`, a few thousand at a time, so that
  /// appends go on meanwhile. A crash keeps what was done.
  public func prune(through offset: Offset) throws(LogError) -> Int {
    let target = min(offset.value, end.value)
    let accepted = lock.withLock { self.accepted }
    var dropped = 0
    while prunedThrough.value < target {
      let slice = try writing { writer throws(SQLiteError) in
        defer { publish(writer.state) }
        return try writer.pruneSlice(through: target, accepted: accepted)
      }
      dropped += slice.dropped
      if let damaged = slice.damaged { throw note(damage: damaged, damaged) }
    }
    return dropped
  }

  /// Keeps a dead letter; beyond the bounds the oldest go, and are counted.
  public func addDeadLetter(_ letter: DeadLetter) throws(LogError) {
    try writing { writer throws(SQLiteError) in
      try writer.addDeadLetter(
        letter, countMax: options.deadLettersMax, bytesMax: options.deadLetterBytesMax,
        totals: &letters)
      publishLetters(writer)
    }
  }

  /// Removes a dead letter.
  public func removeDeadLetter(id: Int64) throws(LogError) -> Bool {
    try writing { writer throws(SQLiteError) in
      guard let bytes = try writer.removeDeadLetter(id: id) else { return false }
      letters.count -= 1
      letters.bytes -= bytes
      publishLetters(writer)
      return true
    }
  }

  /// Notes a digest; the newest thousand are kept.
  public func mark(_ mark: DigestMark) throws(LogError) {
    try writing { writer throws(SQLiteError) in try writer.mark(mark) }
  }

  /// Brings everything to the disk and ends writing. The folder's lock is its owner's.
  public func close() throws(LogError) {
    syncer?.stop()
    try turn.take { () throws(LogError) in
      defer { writer = nil }
      guard let writer, refusal == nil else { return }
      refusal = LogError(.unavailable, "\(file): the log is closed")
      try SQLiteError.mapped(file) { () throws(SQLiteError) in
        _ = try writer.emptyWriteAhead()
      }
    }
  }

  // MARK: Inside

  /// Runs one transaction, unless writing has ended; a failure that may have cost bytes ends it.
  func writing<Result>(
    _ body: (LogWriter) throws(SQLiteError) -> Result
  ) throws(LogError) -> Result {
    try turn.take { () throws(LogError) in
      if let refusal = refusal ?? lock.withLock({ damageRefusal }) { throw refusal }
      guard let writer else {
        throw LogError(.unavailable, "\(file) is open for reading only; the server writes it")
      }
      if let failure = syncer?.failure { throw refuse(failure) }
      let result: Result
      do throws(SQLiteError) {
        result = try body(writer)
      } catch {
        let mapped = error.logError(file)
        guard mapped.code == .full || mapped.code == .locked, !writer.isStuck else {
          throw refuse(mapped)
        }
        throw mapped
      }
      syncer?.noteWrite()
      checkpointIfDue(writer)
      return result
    }
  }

  /// A checkpoint that fails takes nothing from what was committed, but ends writing: SQLite would
  /// sync again, and the kernel might then say that bytes are safe which it has dropped.
  private func checkpointIfDue(_ writer: LogWriter) {
    let start = Instant.now
    do throws(SQLiteError) {
      if try writer.checkpointIfDue() {
        let microseconds = start.microsecondsToNow
        lock.withLock { work.noteCheckpoint(microseconds) }
      }
    } catch {
      let mapped = error.logError(file)
      if mapped.code != .full { refuse(mapped) }
    }
  }

  @discardableResult
  func refuse(_ error: LogError) -> LogError {
    let error =
      error.code == .failed || error.code == .corrupt
      ? error : LogError(.failed, "\(error.message); start again")
    refusal = error
    return error
  }

  func publish(_ state: LogState) {
    pruned.store(state.pruned, ordering: .releasing)
    last.store(state.last, ordering: .releasing)
  }

  /// Runs `body` on a connection that nobody else uses meanwhile.
  func reading<Result>(
    _ body: (LogReader) throws(LogError) -> Result
  ) throws(LogError) -> Result {
    let (idle, since) = lock.withLock { (readers.popLast(), readersSince) }
    let reader = if let idle { idle } else { try LogReader(file) }
    let result = try body(reader)
    // After a failure the connection goes, and so does one to a file that was replaced meanwhile.
    lock.withLock {
      if readers.count < 4 && readersSince == since { readers.append(reader) }
    }
    return result
  }

  /// Forgets the connections that are not in use.
  func dropReaders() {
    lock.withLock {
      readers.removeAll()
      readersSince += 1
    }
  }

  /// A process that only reads learns where the log ends.
  func refresh(_ reader: LogReader) throws(LogError) {
    guard directory.access == .read else { return }
    let state = try SQLiteError.mapped(file) { () throws(SQLiteError) in
      try reader.currentState()
    }
    guard let state else {
      throw LogError(.corrupt, "\(file): the row that says where the log ends is damaged")
    }
    publish(state)
    let losses = try SQLiteError.mapped(file) { () throws(SQLiteError) in try reader.losses() }
    lock.withLock { accepted = losses }
  }
}
