internal import Feed

/// The one connection that writes, and the transactions that it makes; used under the log's turn.
final class LogWriter {
  /// How many events one slice of a prune looks at: a few milliseconds of work.
  private static let pruneSlice: UInt64 = 8_192
  /// How many digests are kept.
  private static let marksMax = 1_000

  let connection: Connection
  private let begin: Statement
  private let commit: Statement
  private let rollback: Statement
  let insert: Statement
  private let update: Statement
  private let verify: Statement
  private let delete: Statement
  private let checkpointFrames: Int
  /// Where commits that sync are counted; nil where commits do not.
  private let syncs: Histogram?
  private var nextCheckpoint: Int

  /// How far the log goes, as committed.
  private(set) var state: LogState
  /// Whether the state row had its checksum when the file was opened.
  let stateWasSound: Bool

  init(_ file: String, options: SQLiteLog.Options, syncs: Histogram) throws(LogError) {
    self.syncs = options.durability == .always ? syncs : nil
    connection = try SQLiteError.mapped(file) { () throws(SQLiteError) in
      try Connection(path: file, access: .write)
    }
    let schema = try LogSchema.check(connection, file: file)
    do {
      try Self.configure(connection, options.durability)
      try LogSchema.migrate(connection, from: schema, createdBy: options.createdBy)
      begin = try connection.prepare("BEGIN IMMEDIATE")
      commit = try connection.prepare("COMMIT")
      rollback = try connection.prepare("ROLLBACK")
      insert = try connection.prepare("INSERT INTO event VALUES(?1, ?2, ?3, ?4)")
      update = try connection.prepare(LogState.update)
      verify = try connection.prepare(
        "SELECT offset, sum, payload, kind FROM event WHERE offset > ?1 AND offset <= ?2")
      delete = try connection.prepare(
        "DELETE FROM event WHERE offset > ?1 AND offset <= ?2 AND kind IN (\(Self.prunedKinds))")
      let select = try connection.prepare(LogState.select)
      let read = try LogState(reading: select)
      stateWasSound = read != nil
      state = read ?? LogState()
    } catch { throw error.logError(file) }
    checkpointFrames = max(1, options.checkpointBytes / Self.pageBytes)
    nextCheckpoint = checkpointFrames
  }

  /// SQLite's page, in bytes.
  static let pageBytes = 4_096
  /// A page and its header in the write-ahead log.
  static let frameBytes = pageBytes + 24
  private static var prunedKinds: String {
    EventKind.allCases.filter(\.isPruned).map { String($0.rawValue) }.joined(separator: ", ")
  }

  private static func configure(
    _ connection: borrowing Connection, _ durability: Durability
  ) throws(SQLiteError) {
    let synchronous = durability == .always ? "FULL" : "NORMAL"
    try connection.execute(
      """
      PRAGMA page_size = \(pageBytes); PRAGMA auto_vacuum = NONE; PRAGMA secure_delete = FAST;
      PRAGMA synchronous = \(synchronous); PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 268435456
      """)
    let mode = try connection.text("PRAGMA journal_mode = WAL")
    guard mode == "wal" else {
      throw SQLiteError(code: 14, message: "the file system has no shared memory", system: 0)
    }
  }

  /// Frames in the write-ahead log.
  var walFrames: Int { connection.walFrames }

  /// Whether a failed transaction could not be taken back.
  var isStuck: Bool { connection.isInTransaction }

  /// Runs `body` and writes the state in one transaction, or nothing.
  func transaction<Result>(
    _ body: () throws(SQLiteError) -> Result
  ) throws(SQLiteError) -> Result {
    let before = state
    do {
      try begin.run()
      let result = try body()
      state.bind(to: update)
      try update.run()
      let start = Instant.now
      try commit.run()
      syncs?.observe(seconds: Double(start.microsecondsToNow) / 1e6)
      return result
    } catch {
      state = before
      if connection.isInTransaction { try? rollback.run() }
      throw error
    }
  }

  /// Appends every record or none.
  ///
  /// - Returns: the offset of the first.
  func append(_ batch: borrowing EventBatch) throws(SQLiteError) -> UInt64 {
    let first = state.last + 1
    try transaction { () throws(SQLiteError) in
      try insert.insert(batch, first: first)
      state.last += UInt64(batch.count)
    }
    return first
  }

  /// Drops the prunable events of the next slice up to `target`, once every row of the slice was
  /// found sound: a row must never go because its kind was damaged.
  ///
  /// - Returns: how many went, or the first damaged row, in which case none did.
  func pruneSlice(
    through target: UInt64, accepted: OffsetRanges
  ) throws(SQLiteError) -> (dropped: Int, damaged: UInt64?) {
    let from = state.pruned
    let through = min(target, from + Self.pruneSlice)
    verify.bind(bits: from, at: 1)
    verify.bind(bits: through, at: 2)
    let found = try verify.verifyKept(after: from, through: through, accepted: accepted)
    if let damaged = found.damaged { return (0, damaged) }
    let dropped = try transaction { () throws(SQLiteError) -> Int in
      delete.bind(bits: from, at: 1)
      delete.bind(bits: through, at: 2)
      try delete.run()
      state.pruned = through
      state.kept += found.kept
      state.keptSum &+= found.keptSum
      return connection.changes
    }
    return (dropped, nil)
  }

  /// The highest offset that has a row.
  func highestRow() throws(SQLiteError) -> UInt64 {
    UInt64(clamping: try connection.number("SELECT max(offset) FROM event") ?? 0)
  }

  /// Sets the state; the transaction under way writes it.
  func replaceState(_ state: LogState) { self.state = state }

  /// Goes on from the highest row, after the state row was lost.
  func assume(last: UInt64, pruned: UInt64) {
    state.last = last
    state.pruned = pruned
  }

  /// The events whose loss was accepted.
  func losses() throws(SQLiteError) -> OffsetRanges {
    let select = try connection.prepare(OffsetRanges.select)
    return try OffsetRanges(reading: select)
  }

  /// How many dead letters there are, and their bytes.
  func deadLetterTotals() throws(SQLiteError) -> (count: Int, bytes: Int) {
    let totals = try connection.prepare("SELECT count(*), total(length(bytes)) FROM dead_letter")
    guard try totals.step() else { return (0, 0) }
    return (Int(totals.int(0)), Int(totals.int(1)))
  }

  /// Keeps a dead letter, and lets the oldest go until `isWithinBounds`.
  func addDeadLetter(
    _ letter: DeadLetter, countMax: Int, bytesMax: Int, totals: inout (count: Int, bytes: Int)
  ) throws(SQLiteError) {
    var after = (count: totals.count + 1, bytes: totals.bytes + letter.bytes.count)
    try transaction { () throws(SQLiteError) in
      let add = try connection.prepare(
        "INSERT INTO dead_letter(received, origin, reason, bytes) VALUES(?1, ?2, ?3, ?4)")
      add.bind(letter.received.milliseconds, at: 1)
      add.bind(letter.origin, at: 2)
      add.bind(letter.reason, at: 3)
      add.bind(letter.bytes, at: 4)
      try add.run()
      let drop = try connection.prepare(
        """
        DELETE FROM dead_letter WHERE id = (SELECT min(id) FROM dead_letter)
        RETURNING length(bytes)
        """)
      while after.count > countMax || after.bytes > bytesMax, try drop.step() {
        after.count -= 1
        after.bytes -= Int(drop.int(0))
        state.droppedLetters += 1
        drop.reset()
      }
    }
    totals = after
  }

  /// Removes a dead letter; its size, or nil when there is none of that number.
  func removeDeadLetter(id: Int64) throws(SQLiteError) -> Int? {
    try transaction { () throws(SQLiteError) -> Int? in
      let remove = try connection.prepare(
        "DELETE FROM dead_letter WHERE id = ?1 RETURNING length(bytes)")
      remove.bind(id, at: 1)
      return try remove.step() ? Int(remove.int(0)) : nil
    }
  }

  /// Notes a digest and lets the oldest go.
  func mark(_ mark: DigestMark) throws(SQLiteError) {
    try transaction { () throws(SQLiteError) in
      let add = try connection.prepare(
        "INSERT INTO mark(offset, digest, configuration) VALUES(?1, ?2, ?3)")
      add.bind(bits: mark.offset.value, at: 1)
      add.bind(bits: mark.digest, at: 2)
      add.bind(bits: mark.configuration, at: 3)
      try add.run()
      try connection.execute(
        "DELETE FROM mark WHERE id <= (SELECT max(id) FROM mark) - \(Self.marksMax)")
    }
  }

  /// Copies the write-ahead log into the database once it is long enough.
  ///
  /// Readers hold their place for a slice only, so that it can almost always start anew; where it
  /// could not for a long time, the writer waits for them.
  ///
  /// - Returns: whether a checkpoint was made.
  func checkpointIfDue() throws(SQLiteError) -> Bool {
    let frames = connection.walFrames
    if frames < checkpointFrames { nextCheckpoint = checkpointFrames }
    guard frames >= nextCheckpoint else { return false }
    _ = try connection.checkpoint(frames >= 4 * checkpointFrames ? .restart : .passive)
    nextCheckpoint = frames + checkpointFrames
    return true
  }

  /// Copies all of the write-ahead log into the database.
  func checkpoint() throws(SQLiteError) { _ = try connection.checkpoint(.restart) }

  /// Copies all of the write-ahead log into the database and empties it.
  ///
  /// - Returns: whether it is empty; another process may be reading.
  func emptyWriteAhead() throws(SQLiteError) -> Bool { try connection.checkpoint(.truncate) }

  /// What appends promised when the file was last written.
  func previousDurability() throws(SQLiteError) -> Durability? {
    Durability(try connection.text("SELECT value FROM meta WHERE key = 'durability'"))
  }

  /// Notes what appends promise from now on.
  func note(_ durability: Durability) throws(SQLiteError) {
    guard try previousDurability() != durability else { return }
    let note = try connection.prepare("REPLACE INTO meta VALUES('durability', ?1)")
    note.bind(durability.description, at: 1)
    try note.run()
  }

  /// Bytes of the file that are free for new rows.
  func freeBytes() throws(SQLiteError) -> Int {
    Int(try connection.number("PRAGMA freelist_count") ?? 0) * Self.pageBytes
  }
}
