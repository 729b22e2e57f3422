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
        "SELECT offset, sum, payload FROM event WHERE offset >= ?1 AND offset <= ?2 ORDER BY offset"
      )
      next = try connection.prepare(
        "SELECT offset FROM event WHERE offset >= ?1 AND offset <= ?2 ORDER BY offset LIMIT 1")
    } catch { throw error.logError(file) }
  }

  /// The state row as of now; nil when it is damaged.
  func currentState() throws(SQLiteError) -> LogState? { try LogState(reading: state) }

  /// What one read of a slice found.
  struct Reading {
    /// The state at the moment of the read; nil when its row is damaged.
    var state: LogState?
    /// Whether every row up to the limit is in the slice.
    var isAtEnd = false
    /// Whether the rows behind the last one of the slice could not be read.
    var isDamaged = false
  }

  /// Fills the slice with the rows after `after` up to `limit`, as of one moment. Where a page is
  /// damaged the rows before it are in the slice.
  func read(
    after: UInt64, through limit: UInt64, into slice: inout LogSlice
  ) throws(SQLiteError) -> Reading {
    slice.removeAll()
    try begin.run()
    defer { try? end.run() }
    var reading = Reading()
    do { reading.state = try currentState() } catch {
      guard error.isDamage else { throw error }
    }
    // "From the next on", not "after": the way to a row that is gone may lead over a damaged page.
    rows.bind(bits: after + 1, at: 1)
    rows.bind(bits: limit, at: 2)
    do { reading.isAtEnd = try rows.read(into: &slice) } catch {
      guard error.isDamage else { throw error }
      reading.isDamaged = true
    }
    return reading
  }

  /// The first row after `after` that can be reached, found by leaps that grow, then by halving.
  ///
  /// - Parameter isDense: every offset has a row there, so that each must be found by its number: a
  ///   damaged tree can also lead to rows that are sound, but elsewhere.
  func firstRow(after: UInt64, through limit: UInt64, isDense: Bool) -> UInt64? {
    var bad = after
    var leap: UInt64 = 1
    while bad < limit {
      let probe = min(limit, bad + leap)
      if var found = row(from: probe, through: isDense ? probe : limit) {
        var good = probe
        while bad + 1 < good {
          let middle = bad + (good - bad) / 2
          if let earlier = row(from: middle, through: isDense ? middle : limit) {
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

  /// The first row of a range; nil when the way there is damaged or there is none.
  private func row(from first: UInt64, through limit: UInt64) -> UInt64? {
    next.bind(bits: first, at: 1)
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
