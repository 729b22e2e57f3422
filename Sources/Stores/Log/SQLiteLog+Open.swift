internal import Feed
internal import Sync

extension SQLiteLog {
  /// Opens the writing connection and finds out what the last one left.
  func openWriter() throws(LogError) {
    let writeAhead = file + "-wal"
    let finding = try FileError.mapped { () throws(FileError) in
      try WriteAheadFile.mend(writeAhead)
    }
    let writer = try LogWriter(file, options: options, syncs: syncs)
    try FileError.mapped { () throws(FileError) in try File.syncFolder(directory.path) }
    self.writer = writer
    publish(writer.state)
    do {
      letters = try writer.deadLetterTotals()
      publishLetters(writer)
      if case .mended(let bits) = finding { lock.withLock { work.repairs += bits } }
      let losses = try writer.losses()
      lock.withLock { accepted = losses }
      try checkEnd(writer)
      unreadWriteAhead = 0
      if case .damaged = finding, try writer.previousDurability() == .always {
        // Commits that were acknowledged lie behind the damage: how many events, nobody can say.
        unreadWriteAhead = File.size(writeAhead)
        refuse(note(damage: writer.state.last + 1, writer.state.last + 1))
      }
      // While the log is damaged, what is left stays as it is.
      guard refusal == nil else { return }
      try writer.note(options.durability)
      // A process that died of a failed sync may have left pages that only the kernel's cache has:
      // copying them makes them dirty, and so durable, again.
      try writer.checkpoint()
    } catch {
      let mapped = error.logError(file)
      guard mapped.code == .corrupt else { throw mapped }
      refuse(mapped)
    }
  }

  /// The last row must be the one that the state names, unless it was pruned or given up.
  private func checkEnd(_ writer: LogWriter) throws(SQLiteError) {
    let highest = try writer.highestRow()
    let state = writer.state
    guard writer.stateWasSound, highest <= state.last else {
      // The row that says how far the log goes is damaged, or an old copy of itself.
      writer.assume(last: highest, pruned: writer.stateWasSound ? state.pruned : highest)
      publish(writer.state)
      refuse(note(damage: highest + 1, highest + 1))
      return
    }
    let seen = max(highest, state.pruned)
    if seen < state.last, !lock.withLock({ accepted.cover(seen + 1, state.last) }) {
      refuse(note(damage: seen + 1, state.last))
    }
  }
}
