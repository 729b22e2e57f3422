internal import Feed

/// The walk of one scan: which offset must come next, and what was found instead.
struct LogScan {
  /// What a visit of a slice came to.
  enum Step { case more, stop, lost }

  /// Everything up to here was visited or noted as damaged.
  private(set) var position: UInt64
  let limit: UInt64
  var accepted = OffsetRanges()
  /// What was found damaged since it was last emptied.
  var damage = OffsetRanges()
  private let prunedAtStart: UInt64
  private var pruned: UInt64
  private var kept: UInt64 = 0
  private var keptSum: UInt64 = 0
  private var isKeptChecked: Bool

  init(after start: UInt64, through limit: UInt64, pruned: UInt64) {
    position = start
    self.limit = limit
    self.pruned = pruned
    prunedAtStart = pruned
    isKeptChecked = start > 0 || pruned == 0
  }

  /// Hands the sound rows of a slice to `body` and notes the others.
  ///
  /// - Returns: `.lost` where the rows go on elsewhere than they must, and `leap` has to find them.
  mutating func visit(
    _ slice: borrowing LogSlice, _ reading: LogReader.Reading,
    _ body: (Offset, RecordView) -> Bool
  ) -> Step {
    pruned = reading.state?.pruned ?? pruned
    for index in slice.rows.indices {
      let row = slice.rows[index]
      let offset = row.offset
      guard offset > position else {
        noteDamage(position, position)
        continue
      }
      if isGap(before: offset) {
        position = max(position, pruned)
        return .lost
      }
      position = offset
      guard row.isSound else {
        noteDamage(offset, offset)
        continue
      }
      if offset <= prunedAtStart {
        kept += 1
        keptSum &+= row.sum
      }
      if !slice.withRecord(index, { body(Offset(offset), $0) }) { return .stop }
    }
    if reading.isDamaged { return .lost }
    if reading.isAtEnd {
      if isGap(before: limit + 1) {
        position = max(position, pruned)
        return .lost
      }
      position = limit
    }
    checkKept(reading.state)
    return .more
  }

  /// Goes on at the next row that can be reached.
  ///
  /// - Parameter isStuck: nothing could be read from `position` on, so that the next row is given
  /// up even where it seems to be there.
  mutating func leap(_ reader: LogReader, isStuck: Bool) {
    let start = position + (isStuck ? 1 : 0)
    let isDense = start >= pruned
    let next = reader.firstRow(after: start, through: limit, isDense: isDense)
    let last = next.map { $0 - 1 } ?? limit
    if isDense {
      if !accepted.cover(position + 1, last) { noteDamage(position + 1, last) }
    } else {
      // How many rows there were is not known.
      noteDamage(position + 1, position + 1)
      if last > pruned, !accepted.cover(pruned + 1, last) { noteDamage(pruned + 1, last) }
    }
    position = max(position, last)
  }

  private mutating func noteDamage(_ first: UInt64, _ last: UInt64) {
    damage.insert(max(1, first), max(1, last))
    // The sum of the kept rows has nothing more to say.
    if first <= prunedAtStart { isKeptChecked = true }
  }

  /// Whether rows before `offset` are missing that were neither pruned nor given up.
  private func isGap(before offset: UInt64) -> Bool {
    let first = max(position, pruned) + 1
    return first < offset && !accepted.cover(first, offset - 1)
  }

  /// Rows that are gone from the pruned part leave no gap, but change their number and sum.
  private mutating func checkKept(_ state: LogState?) {
    guard !isKeptChecked, position >= prunedAtStart else { return }
    isKeptChecked = true
    guard let state, state.pruned == prunedAtStart else { return }
    if state.kept != kept || state.keptSum != keptSum { damage.insert(state.pruned, state.pruned) }
  }
}
