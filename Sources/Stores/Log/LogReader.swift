internal import Feed

/// A connection that only reads, so that scans run beside the writer; used by one thread at a time.
final class LogReader {
  private let connection: Connection
  private let begin: Statement
  private let end: Statement
  private let state: Statement
  private let rows: Statement
  private let next: Statement

  init(_ file: String) throws(LogError) {
    connection = try SQLiteError.mapped(file) { () throws(SQLiteError) in
      try Connection(path: file, access: .read)
    }
    guard try LogSchema.check(connection, file: file) > 0 else {
      throw LogError(.unavailable, "\(file): there is no log yet; start the server once")
    }
    do {
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -512")
      begin = try connection.prepare("BEGIN")
      end = try connection.prepare("COMMIT")
      state = try connection.prepare(LogState.select)
      rows = try connection.prepare(
        "SELECT offset, sum, payload FROM event WHERE offset > ?1 AND offset <= ?2 ORDER BY offset")
      next = try connection.prepare(
        "SELECT offset FROM event WHERE offset > ?1 AND offset <= ?2 ORDER BY offset LIMIT 1")
    } catch { throw error.logError(file) }
  }

  /// The state row as of now; nil when it is damaged.
  func currentState() throws(SQLiteError) -> LogState? { try LogState(reading: state) }

  /// What one read of a slice found.
  struct Reading {
    /// The state at the moment of the read; nil when its row is damaged.
    var state: LogState?
    /// Everything up to here was read.
    var through: UInt64
    /// Why rows behind the last one of the slice could not be read; nil when they could.
    var damage: SQLiteError?
  }

  /// Fills the slice with the rows after `after` up to `limit`, as of one moment.
  ///
  /// Where a page is damaged the rows before it are in the slice, and `through` is the offset
  /// before the first row behind the damage that can be read again.
  func read(
    after: UInt64, through limit: UInt64, into slice: inout LogSlice
  ) throws(SQLiteError) -> Reading {
    slice.removeAll()
    try begin.run()
    defer { try? end.run() }
    let state: LogState?
    do { state = try currentState() } catch {
      guard error.isDamage else { throw error }
      state = nil
    }
    var reading = Reading(state: state, through: limit)
    rows.bind(bits: after, at: 1)
    rows.bind(bits: limit, at: 2)
    do {
      if try !rows.read(into: &slice) { reading.through = slice.offsets.last ?? after }
    } catch {
      guard error.isDamage else { throw error }
      reading.damage = error
      let from = slice.offsets.last ?? after
      reading.through = firstReadable(after: from, through: limit).map { $0 - 1 } ?? limit
    }
    return reading
  }

  /// The first row after `after` that can be reached, found by leaps that grow, then by halving.
  private func firstReadable(after: UInt64, through limit: UInt64) -> UInt64? {
    var bad = after
    var leap: UInt64 = 1
    while bad < limit {
      let probe = min(limit, bad + leap)
      if var found = readable(after: probe - 1, through: limit) {
        // Rows in (bad, probe) are unreachable or readable: find the lowest readable one.
        var good = probe
        while bad + 1 < good {
          let middle = bad + (good - bad) / 2
          if let earlier = readable(after: middle - 1, through: limit) {
            good = middle
            found = earlier
          } else {
            bad = middle
          }
        }
        return found
      }
      bad = probe
      leap *= 2
    }
    return nil
  }

  /// The first row after an offset; nil when the way there is damaged or there is none.
  private func readable(after offset: UInt64, through limit: UInt64) -> UInt64? {
    next.bind(bits: offset, at: 1)
    next.bind(bits: limit, at: 2)
    defer { next.reset() }
    guard let found = try? next.step(), found else { return nil }
    return next.bits(0)
  }

  /// The events whose loss was accepted.
  func losses() throws(SQLiteError) -> OffsetRanges {
    let select = try connection.prepare(OffsetRanges.select)
    return try OffsetRanges(reading: select)
  }

  func deadLetters(after id: Int64, limit: Int) throws(SQLiteError) -> [DeadLetter] {
    let select = try connection.prepare(
      """
      SELECT id, received, origin, reason, bytes FROM dead_letter WHERE id > ?1
      ORDER BY id LIMIT ?2
      """)
    select.bind(id, at: 1)
    select.bind(Int64(max(0, limit)), at: 2)
    var letters: [DeadLetter] = []
    while try select.step() {
      var letter = DeadLetter(
        received: Timestamp(milliseconds: select.int(1)), origin: select.text(2),
        reason: select.text(3), bytes: select.bytes(4))
      letter.id = select.int(0)
      letters.append(letter)
    }
    return letters
  }

  func marks(limit: Int) throws(SQLiteError) -> [DigestMark] {
    let select = try connection.prepare(
      "SELECT offset, digest, configuration FROM mark ORDER BY id DESC LIMIT ?1")
    select.bind(Int64(max(0, limit)), at: 1)
    var marks: [DigestMark] = []
    while try select.step() {
      marks.append(
        DigestMark(
          offset: Offset(select.bits(0)), digest: select.bits(1), configuration: select.bits(2)))
    }
    return marks
  }
}
