internal import CSQLite
internal import Feed

// The thin layer over SQLite. Safe because a `Connection` and a `Statement` are the only owners of
// their handles (they can't be copied), a handle is non-null from init to deinit, a statement keeps
// its connection alive inside SQLite (`sqlite3_close_v2`), and bytes that SQLite lends are copied
// or used before the next call on the same statement.

/// The owner of one connection; used by one thread at a time.
@safe struct Connection: ~Copyable {
  /// How a file is opened.
  enum Access { case read, write }

  private let handle: OpaquePointer
  // Frames in the write-ahead log after the last commit; written by `noteFrames`.
  private let frames: UnsafeMutablePointer<Int32>

  /// Opens a file; `write` makes it when it is missing.
  init(path: String, access: Access) throws(SQLiteError) {
    var opened: OpaquePointer?
    let flags =
      access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let status = unsafe sqlite3_open_v2(
      path, &opened, flags | SQLITE_OPEN_NOMUTEX | 0x0200_0000, nil)  // extended result codes
    guard status == SQLITE_OK, let handle = unsafe opened else {
      let error = unsafe Self.error(opened, status)
      unsafe sqlite3_close_v2(opened)
      throw error
    }
    unsafe self.handle = handle
    unsafe frames = .allocate(capacity: 1)
    unsafe frames.initialize(to: 0)
    unsafe sqlite3_busy_timeout(handle, 10_000)
    // A checkpoint is only ever made on purpose, so that its failure is seen.
    _ = unsafe updraft_sqlite_no_checkpoint_on_close(handle)
    _ = unsafe sqlite3_wal_hook(handle, noteFrames, frames)
  }

  deinit {
    _ = unsafe sqlite3_wal_hook(handle, nil, nil)
    unsafe sqlite3_close_v2(handle)
    unsafe frames.deallocate()
  }

  /// Frames in the write-ahead log after the last commit of this connection.
  var walFrames: Int { Int(unsafe frames.pointee) }

  /// Whether a transaction is open.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Rows that the last statement changed.
  var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// Runs statements that return nothing of interest.
  func execute(_ sql: String) throws(SQLiteError) {
    let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard status == SQLITE_OK else { throw unsafe Self.error(handle, status) }
  }

  /// Compiles a statement.
  func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var prepared: OpaquePointer?
    let status = unsafe sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard status == SQLITE_OK, let statement = unsafe prepared else {
      throw unsafe Self.error(handle, status)
    }
    return unsafe Statement(statement)
  }

  /// The one number that a statement returns; nil when it returns nothing.
  func number(_ sql: String) throws(SQLiteError) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.int(0) : nil
  }

  /// The one text that a statement returns; empty when it returns nothing.
  func text(_ sql: String) throws(SQLiteError) -> String {
    let statement = try prepare(sql)
    return try statement.step() ? statement.text(0) : ""
  }

  /// How far a checkpoint goes: `passive` copies what readers let it, `restart` waits for them so
  /// that the log starts anew, `truncate` also empties the file.
  enum Checkpoint { case passive, restart, truncate }

  /// Copies the write-ahead log into the database.
  ///
  /// - Returns: whether all of it was copied.
  func checkpoint(_ checkpoint: Checkpoint) throws(SQLiteError) -> Bool {
    var total: Int32 = 0
    var copied: Int32 = 0
    let mode =
      switch checkpoint {
      case .passive: SQLITE_CHECKPOINT_PASSIVE
      case .restart: SQLITE_CHECKPOINT_RESTART
      case .truncate: SQLITE_CHECKPOINT_TRUNCATE
      }
    let status = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &total, &copied)
    guard status == SQLITE_OK || status & 0xff == SQLITE_BUSY else {
      throw unsafe Self.error(handle, status)
    }
    return status == SQLITE_OK && total == copied
  }

  @unsafe static func error(_ handle: OpaquePointer?, _ status: Int32) -> SQLiteError {
    guard let handle = unsafe handle else {
      return SQLiteError(code: status, message: "out of memory", system: 0)
    }
    let message = unsafe String(cString: sqlite3_errmsg(handle))
    let primary = status & 0xff
    // Otherwise `errno` is left over from an earlier call.
    let hasErrno = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL
    let system = hasErrno ? unsafe sqlite3_system_errno(handle) : 0
    return SQLiteError(code: status, message: message, system: system)
  }
}

/// SQLite's call after each commit in the write-ahead log.
private func noteFrames(
  _ context: UnsafeMutableRawPointer?, _ database: OpaquePointer?,
  _ name: UnsafePointer<CChar>?, _ frames: Int32
) -> Int32 {
  unsafe context?.assumingMemoryBound(to: Int32.self).pointee = frames
  return SQLITE_OK
}

/// The owner of one compiled statement. Parameters and columns count as in SQLite: from 1, from 0.
@safe struct Statement: ~Copyable {
  let handle: OpaquePointer

  @unsafe fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Sets a parameter to a number.
  @inline(__always)
  func bind(_ value: Int64, at index: Int32) { _ = unsafe sqlite3_bind_int64(handle, index, value) }

  /// Sets a parameter to the bits of a number.
  @inline(__always)
  func bind(bits value: UInt64, at index: Int32) { bind(Int64(bitPattern: value), at: index) }

  /// Sets a parameter to a text.
  func bind(_ text: String, at index: Int32) {
    var text = text
    text.withUTF8 { utf8 in
      _ = unsafe sqlite3_bind_text(
        handle, index, utf8.baseAddress, Int32(clamping: utf8.count), transient)
    }
  }

  /// Sets a parameter to bytes.
  func bind(_ bytes: [UInt8], at index: Int32) {
    unsafe bytes.withUnsafeBytes { bytes in
      if bytes.count == 0 {
        _ = unsafe sqlite3_bind_zeroblob(handle, index, 0)
      } else {
        _ = unsafe sqlite3_bind_blob64(
          handle, index, bytes.baseAddress, UInt64(bytes.count), transient)
      }
    }
  }

  /// Goes to the next row; false at the end, after which the statement can be used again.
  func step() throws(SQLiteError) -> Bool {
    let status = unsafe sqlite3_step(handle)
    if status == SQLITE_ROW { return true }
    defer { reset() }
    if status == SQLITE_DONE { return false }
    throw unsafe Connection.error(sqlite3_db_handle(handle), status)
  }

  /// Runs a statement that returns no rows.
  func run() throws(SQLiteError) { while try step() {} }

  /// Ends the run, so that the statement can be used again.
  func reset() { unsafe sqlite3_reset(handle) }

  /// A column as a number.
  @inline(__always)
  func int(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  /// A column's bits as a number.
  @inline(__always)
  func bits(_ column: Int32) -> UInt64 { UInt64(bitPattern: int(column)) }

  /// A column as a text.
  func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

  /// A column as bytes, copied.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let base = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }
}

// SQLite's `SQLITE_TRANSIENT`, a cast that Swift does not import: "copy before you return".
private let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
