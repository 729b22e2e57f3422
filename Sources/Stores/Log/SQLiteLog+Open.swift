internal import Feed

extension SQLiteLog {
  /// Opens the writing connection and finds out what the last one left.
  func openWriter() throws(LogError) {
    let writer = try LogWriter(file, options: options)
    do {
      try File.syncFolder(directory.path)
    } catch { throw LogError(.unavailable, error.description) }
    self.writer = writer
    publish(writer.state)
    do {
      letters = try writer.deadLetterTotals()
      let losses = try writer.losses()
      lock.withLock { accepted = losses }
      try checkEnd(writer)
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
    guard writer.stateWasSound else {
      writer.assume(last: highest)
      publish(writer.state)
      refuse(note(damage: highest + 1, highest + 1))
      return
    }
    let state = writer.state
    let seen = max(highest, state.pruned)
    if highest > state.last {
      refuse(note(damage: state.last + 1, highest))
    } else if seen < state.last, !lock.withLock({ accepted.cover(seen + 1, state.last) }) {
      refuse(note(damage: seen + 1, state.last))
    }
  }
}
