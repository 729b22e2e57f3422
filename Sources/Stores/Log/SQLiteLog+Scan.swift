public import Feed
internal import Sync

extension SQLiteLog {
  /// Visits the events after `offset` up to the log's end as it was when the scan began.
  ///
  /// Damaged and missing events are skipped, counted and reported by `figures`.
  public func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    try reading { reader throws(LogError) in
      try refresh(reader)
      var scan = LogScan(after: offset.value, through: end.value, pruned: prunedThrough.value)
      scan.accepted = lock.withLock { accepted }
      var slice = LogSlice()
      while scan.position < scan.limit {
        let reading = try SQLiteError.mapped(file) { () throws(SQLiteError) in
          try reader.read(after: scan.position, through: scan.limit, into: &slice)
        }
        let start = scan.position
        let step = scan.visit(slice, reading, body)
        if step == .lost { scan.leap(reader, isStuck: scan.position == start) }
        for range in scan.damage.ranges { note(damage: range.lowerBound, range.upperBound) }
        scan.damage = OffsetRanges()
        if step == .stop { return }
      }
    }
  }

  /// Reads every event and says what is damaged; `figures` has the same from then on.
  ///
  /// - Returns: how many events are damaged or missing.
  public func verify() throws(LogError) -> UInt64 {
    try scan(after: .zero) { _, _ in true }
    return lock.withLock { damage.count }
  }

  /// The dead letters after the one numbered `id`, oldest first.
  public func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try reading { reader throws(LogError) in
      try SQLiteError.mapped(file) { () throws(SQLiteError) in
        try reader.deadLetters(after: id, limit: limit)
      }
    }
  }

  /// The newest digests, newest first.
  public func marks(limit: Int) throws(LogError) -> [DigestMark] {
    try reading { reader throws(LogError) in
      try SQLiteError.mapped(file) { () throws(SQLiteError) in try reader.marks(limit: limit) }
    }
  }

  /// Notes damaged offsets; the log takes no more writes.
  @discardableResult
  func note(damage first: UInt64, _ last: UInt64) -> LogError {
    let error = lock.withLock {
      damage.insert(first, last)
      return LogError(
        .corrupt,
        "\(file): \(damage.count) events are damaged or missing, the first at offset "
          + "\(damage.first ?? first); the others are kept and read; keep a copy of the folder, "
          + "then accept the loss to write again")
    }
    // A scan may run inside a visit by the writer's own thread, so that the turn is not taken here.
    lock.withLock { damageRefusal = error }
    return error
  }
}
