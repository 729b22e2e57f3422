public import Feed
internal import Sync

extension SQLiteLog {
  /// Gives up the events that are damaged, so that the log takes writes again.
  ///
  /// Every sound event goes, under its own offset, into a new file, which then takes the place of
  /// the old; the old one stays beside it as `log.db.damaged-<first offset>` for whoever can save
  /// more. The lost offsets are noted, are not counted as damage any more, and are never given out
  /// again. A crash on the way leaves the old file or the new one.
  ///
  /// - Returns: how many events were given up.
  public func acceptLoss() throws(LogError) -> UInt64 {
    _ = try verify()
    return try turn.take { () throws(LogError) in
      guard let writer else {
        throw LogError(.unavailable, "\(file) is open for reading only; stop the server first")
      }
      if let refusal, refusal.code != .corrupt { throw refusal }
      let damage = lock.withLock { self.damage }
      guard !damage.isEmpty || refusal != nil else { return 0 }
      do throws(LogError) {
        try rebuild(writer, damage)
      } catch {
        throw refuse(error)
      }
      try openWriter()
      return damage.count
    }
  }

  private func rebuild(_ old: LogWriter, _ damage: OffsetRanges) throws(LogError) {
    let made = file + ".rebuilt"
    let kept = "\(file).damaged-\(damage.first ?? 0)"
    try FileError.mapped { () throws(FileError) in
      for end in ["", "-wal", "-shm"] { try File.remove(made + end) }
      // Emptied below, and what SQLite can't read of it may still be worth something.
      if unreadWriteAhead > 0 { try File.copy(file + "-wal", kept + "-wal-unread") }
    }
    try SQLiteError.mapped(file) { () throws(SQLiteError) in
      guard try old.emptyWriteAhead() else {
        throw SQLiteError(code: 5, message: "another process reads the log", system: 0)
      }
    }
    try writeRebuilt(made, old, damage)
    writer = nil
    dropReaders()
    try FileError.mapped { () throws(FileError) in
      for end in ["-wal", "-shm"] { try File.remove(made + end) }
      try FileDescriptor(made, .read).sync()
      try File.linkIfAbsent(file, kept)
      try File.rename(made, file)
      for end in ["-wal", "-shm"] { try File.remove(file + end) }
      try File.syncFolder(directory.path)
    }
    lock.withLock {
      self.damage = OffsetRanges()
      damageRefusal = nil
    }
    refusal = nil
  }

  /// Copies what is sound, and notes what is not there.
  private func writeRebuilt(
    _ made: String, _ old: LogWriter, _ damage: OffsetRanges
  ) throws(LogError) {
    var settings = options
    settings.durability = .os
    let new = try LogWriter(made, options: settings, syncs: syncs)
    var rows = EventBatch()
    var offsets: [UInt64] = []
    var failure: SQLiteError?
    var lastGap: UInt64 = 0
    func flush() {
      do throws(SQLiteError) { try new.copy(rows, offsets) } catch { failure = error }
      rows.removeAll()
      offsets.removeAll(keepingCapacity: true)
    }
    var expected: UInt64 = 1
    try scan(after: .zero) { offset, record in
      rows.appendRecord { record.append(to: &$0) }
      offsets.append(offset.value)
      if offset.value > expected { lastGap = offset.value - 1 }
      expected = offset.value + 1
      if offsets.count >= 4_096 { flush() }
      return failure == nil
    }
    flush()
    var state = old.state
    // Where the row that says so is lost, everything before the last hole may have been pruned.
    if !old.stateWasSound { state.pruned = lastGap }
    var losses = damage
    state.last = max(state.last, damage.ranges.last?.upperBound ?? 0)
    if unreadWriteAhead > 0 {
      // No event takes fewer than 32 bytes, so that this passes by every offset that was given out.
      losses.insert(state.last + 1, state.last + UInt64(unreadWriteAhead / 32))
      state.last += UInt64(unreadWriteAhead / 32)
    }
    let finished = state
    try SQLiteError.mapped(made) { () throws(SQLiteError) in
      if let failure { throw failure }
      try new.copyTheRest(of: file)
      try new.finish(finished, losses: losses)
    }
  }
}
