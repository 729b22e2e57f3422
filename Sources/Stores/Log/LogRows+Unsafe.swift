internal import CSQLite
internal import Feed

// The loops over rows, apart from the layer that they use because they are the hot paths. Safe for
// the reasons given there: a statement owns its handle, and lent bytes are used before the next
// call.

extension Statement {
  /// Inserts every record of a batch as (offset, kind, sum, payload), the first under `first`.
  ///
  /// The payload is bound without a copy: `batch` outlives each step, and the last binding is
  /// cleared before it goes.
  func insert(_ batch: borrowing EventBatch, first: UInt64) throws(SQLiteError) {
    let ends = batch.ends
    let failure = unsafe batch.bytes.withUnsafeBytes { bytes -> Int32 in
      guard let base = bytes.baseAddress else { return SQLITE_OK }
      var start = 0
      var offset = first
      for end in ends {
        let payload = unsafe UnsafeRawBufferPointer(start: base + start, count: end - start)
        let kind = payload.count > 1 ? unsafe payload[1] : 0
        unsafe sqlite3_bind_int64(handle, 1, Int64(bitPattern: offset))
        unsafe sqlite3_bind_int64(handle, 2, Int64(kind))
        let sum = unsafe RowSum.of(payload, offset: offset)
        unsafe sqlite3_bind_int64(handle, 3, Int64(bitPattern: sum))
        unsafe sqlite3_bind_blob64(handle, 4, base + start, UInt64(payload.count), nil)
        let status = unsafe sqlite3_step(handle)
        unsafe sqlite3_reset(handle)
        guard status == SQLITE_DONE else { return status }
        start = end
        offset &+= 1
      }
      return SQLITE_OK
    }
    unsafe sqlite3_clear_bindings(handle)
    guard failure == SQLITE_OK else {
      throw unsafe Connection.error(sqlite3_db_handle(handle), failure)
    }
  }

  /// Inserts one record of a batch under an offset.
  func insert(
    _ batch: borrowing EventBatch, _ index: Int, offset: UInt64
  ) throws(SQLiteError) {
    let payload = Array(batch.bytes[batch.range(index)])
    bind(bits: offset, at: 1)
    bind(Int64(payload.count > 1 ? payload[1] : 0), at: 2)
    bind(bits: unsafe payload.withUnsafeBytes { unsafe RowSum.of($0, offset: offset) }, at: 3)
    bind(payload, at: 4)
    try run()
  }

  /// Copies rows (offset, sum, payload) into a slice until it is full.
  ///
  /// - Returns: whether the rows ended before the slice was full.
  func read(into slice: inout LogSlice) throws(SQLiteError) -> Bool {
    defer { reset() }
    while !slice.isFull {
      let status = unsafe sqlite3_step(handle)
      if status == SQLITE_DONE { return true }
      guard status == SQLITE_ROW else {
        throw unsafe Connection.error(sqlite3_db_handle(handle), status)
      }
      let offset = bits(0)
      let sum = bits(1)
      let base = unsafe sqlite3_column_blob(handle, 2)
      let count = Int(unsafe sqlite3_column_bytes(handle, 2))
      let payload = unsafe UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : count)
      unsafe slice.append(offset: offset, payload, sum: sum)
    }
    return false
  }

  /// Looks at rows (offset, sum, payload, kind), of which there must be one for every offset after
  /// `after` up to `limit` but those whose loss was accepted, before the prunable ones are dropped.
  func verifyKept(
    after: UInt64, through limit: UInt64, accepted: OffsetRanges
  ) throws(SQLiteError) -> KeptRows {
    defer { reset() }
    var rows = KeptRows()
    var expected = after + 1
    while true {
      let status = unsafe sqlite3_step(handle)
      if status == SQLITE_DONE { break }
      guard status == SQLITE_ROW else {
        throw unsafe Connection.error(sqlite3_db_handle(handle), status)
      }
      let offset = bits(0)
      let base = unsafe sqlite3_column_blob(handle, 2)
      let count = unsafe base == nil ? 0 : Int(unsafe sqlite3_column_bytes(handle, 2))
      let payload = unsafe UnsafeRawBufferPointer(start: base, count: count)
      let kind = payload.count > 1 ? unsafe payload[1] : 0
      let sum = unsafe RowSum.of(payload, offset: offset)
      guard offset == expected || accepted.cover(expected, offset - 1), sum == bits(1),
        Int64(kind) == int(3)
      else {
        rows.damaged = min(offset, expected)
        return rows
      }
      expected = offset + 1
      if EventKind(rawValue: kind)?.isPruned != true {
        rows.kept += 1
        rows.keptSum &+= sum
      }
    }
    if expected <= limit, !accepted.cover(expected, limit) { rows.damaged = expected }
    return rows
  }
}

/// What stays of a slice that is pruned.
struct KeptRows {
  var kept: UInt64 = 0
  var keptSum: UInt64 = 0
  /// The first row that is missing or damaged.
  var damaged: UInt64?
}
