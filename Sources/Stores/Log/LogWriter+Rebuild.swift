internal import Feed

/// What a new file is made of when the loss in an old one was accepted.
extension LogWriter {
  /// Inserts sound rows under the offsets that they had.
  func copy(_ rows: borrowing EventBatch, _ offsets: [UInt64]) throws(SQLiteError) {
    try transaction { () throws(SQLiteError) in
      for index in offsets.indices { try insert.insert(rows, index, offset: offsets[index]) }
    }
  }

  /// Copies dead letters, digests and notes, as far as they can be read.
  func copyTheRest(of file: String) throws(SQLiteError) {
    let attach = try connection.prepare("ATTACH ?1 AS damaged")
    attach.bind(file, at: 1)
    try attach.run()
    for table in ["dead_letter", "mark", "loss", "meta"] {
      // A table that is damaged itself gives what comes before the damage, or nothing.
      try? connection.execute("REPLACE INTO \(table) SELECT * FROM damaged.\(table)")
    }
    try connection.execute("DETACH damaged")
  }

  /// Says how far the new file goes, and what is not in it.
  func finish(_ old: LogState, losses: OffsetRanges) throws(SQLiteError) {
    let rows = try connection.prepare("SELECT sum FROM event WHERE offset <= ?1")
    var made = old
    made.kept = 0
    made.keptSum = 0
    rows.bind(bits: old.pruned, at: 1)
    while try rows.step() {
      made.kept += 1
      made.keptSum &+= rows.bits(0)
    }
    let loss = try connection.prepare("REPLACE INTO loss VALUES(?1, ?2)")
    try transaction { () throws(SQLiteError) in
      for range in losses.ranges {
        loss.bind(bits: range.lowerBound, at: 1)
        loss.bind(bits: range.upperBound, at: 2)
        try loss.run()
      }
      replaceState(made)
    }
    guard try emptyWriteAhead() else {
      throw SQLiteError(code: 5, message: "the new file could not be finished", system: 0)
    }
  }
}
