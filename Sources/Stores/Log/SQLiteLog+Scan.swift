public import Feed

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
        let goesOn = scan.visit(slice, reading, body)
        if !scan.damage.isEmpty {
          for range in scan.damage.ranges { note(damage: range.lowerBound, range.upperBound) }
          scan.damage = OffsetRanges()
        }
        guard goesOn else { return }
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

/// The walk of one scan: which offset must come next, and what was found instead.
struct LogScan {
  private(set) var position: UInt64
  let limit: UInt64
  private let pruned: UInt64
  private let start: UInt64
  private var kept: UInt64 = 0
  private var keptSum: UInt64 = 0
  private var isKeptChecked: Bool
  var accepted = OffsetRanges()
  var damage = OffsetRanges()

  init(after start: UInt64, through limit: UInt64, pruned: UInt64) {
    self.start = start
    position = start
    self.limit = limit
    self.pruned = pruned
    isKeptChecked = start > 0 || pruned == 0
  }

  /// Hands the sound rows of a slice to `body` and notes the others.
  ///
  /// - Returns: whether `body` wants to go on.
  mutating func visit(
    _ slice: borrowing LogSlice, _ reading: LogReader.Reading,
    _ body: (Offset, RecordView) -> Bool
  ) -> Bool {
    let pruned = reading.state?.pruned ?? self.pruned
    for index in 0..<slice.count {
      let offset = slice.offsets[index]
      noteGap(before: offset, pruned: pruned)
      position = offset
      guard slice.sound[index] else {
        damage.insert(offset, offset)
        continue
      }
      if !isKeptChecked && offset <= self.pruned {
        kept += 1
        keptSum &+= slice.sums[index]
      }
      if !slice.withRecord(index, { body(Offset(offset), $0) }) { return false }
    }
    if reading.through > position {
      noteGap(before: reading.through + 1, pruned: pruned)
      if reading.damage != nil && damage.isEmpty { damage.insert(position + 1, reading.through) }
      position = reading.through
    }
    checkKept(reading.state)
    return true
  }

  /// Rows before `offset` are missing, unless they were pruned or their loss was accepted.
  private mutating func noteGap(before offset: UInt64, pruned: UInt64) {
    let first = max(position, pruned) + 1
    guard first < offset, !accepted.cover(first, offset - 1) else { return }
    damage.insert(first, offset - 1)
  }

  /// Rows that are gone from the pruned part leave no gap, but change their number and sum.
  private mutating func checkKept(_ state: LogState?) {
    guard !isKeptChecked, position >= pruned else { return }
    isKeptChecked = true
    guard let state, state.pruned == pruned, damage.isEmpty else { return }
    if state.kept != kept || state.keptSum != keptSum { damage.insert(1, pruned) }
  }
}
