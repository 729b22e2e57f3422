/// The one row that says how far the log goes; it changes in the same transaction as the events.
struct LogState: Equatable {
  /// The last offset that was given out, whether its row is still there or not.
  var last: UInt64 = 0
  /// Up to where prunable kinds may be missing.
  var pruned: UInt64 = 0
  /// How many rows are left at or before `pruned`.
  var kept: UInt64 = 0
  /// The sum of their checksums: a row that vanishes there leaves no gap, but changes this.
  var keptSum: UInt64 = 0
  /// Dead letters that went because the table was full.
  var droppedLetters: UInt64 = 0

  /// The row's own checksum.
  var sum: UInt64 { RowSum.of([last, pruned, kept, keptSum, droppedLetters]) }

  static let select = "SELECT last, pruned, kept, kept_sum, dropped, sum FROM state"
  static let update = """
    UPDATE state SET last = ?1, pruned = ?2, kept = ?3, kept_sum = ?4, dropped = ?5, sum = ?6
    """

  init() {}

  /// Reads the row; nil when it is missing or damaged.
  init?(reading select: borrowing Statement) throws(SQLiteError) {
    guard try select.step() else { return nil }
    last = select.bits(0)
    pruned = select.bits(1)
    kept = select.bits(2)
    keptSum = select.bits(3)
    droppedLetters = select.bits(4)
    let stored = select.bits(5)
    select.reset()
    guard stored == sum, pruned <= last else { return nil }
  }

  func bind(to statement: borrowing Statement) {
    statement.bind(bits: last, at: 1)
    statement.bind(bits: pruned, at: 2)
    statement.bind(bits: kept, at: 3)
    statement.bind(bits: keptSum, at: 4)
    statement.bind(bits: droppedLetters, at: 5)
    statement.bind(bits: sum, at: 6)
  }
}
