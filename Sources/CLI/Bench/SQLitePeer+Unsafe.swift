internal import CSQLite
internal import Glibc

// Safe because handles are checked when they are made and closed once, and bound bytes live through
// the step that reads them.

/// SQLite itself, as its C interface is used.
enum SQLitePeer {
  /// Rows a second that are inserted, one synchronous commit for so many.
  static func insert(rows: Int, bytes: Int, rowsPerCommit: Int) throws -> Double {
    let scratch = try ScratchFolder("updraft-bench")
    let database = try unsafe open(
      scratch.path + "/peer.db", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    defer { unsafe sqlite3_close(database) }
    try unsafe run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try unsafe run(database, "CREATE TABLE event(offset INTEGER PRIMARY KEY, payload BLOB)")
    let insert = try unsafe prepare(database, "INSERT INTO event(payload) VALUES(?1)")
    defer { unsafe sqlite3_finalize(insert) }
    let payload = [UInt8](repeating: 0x5A, count: bytes)
    let start = ContinuousClock.now
    var row = 0
    while row < rows {
      try unsafe run(database, "BEGIN")
      for _ in 0..<min(rowsPerCommit, rows - row) {
        unsafe payload.withUnsafeBytes { buffer in
          _ = unsafe sqlite3_bind_blob(insert, 1, buffer.baseAddress, Int32(buffer.count), nil)
          _ = unsafe sqlite3_step(insert)
        }
        unsafe sqlite3_reset(insert)
        row += 1
      }
      try unsafe run(database, "COMMIT")
    }
    return Double(rows) / Progress.seconds(start.duration(to: .now))
  }

  /// Rows a second that are read from the log of a folder, payloads touched.
  static func scan(_ file: String) throws -> Double {
    let database = try unsafe open(file, flags: SQLITE_OPEN_READONLY)
    defer { unsafe sqlite3_close(database) }
    let select = try unsafe prepare(database, "SELECT offset, payload FROM event ORDER BY offset")
    defer { unsafe sqlite3_finalize(select) }
    let start = ContinuousClock.now
    var rows = 0
    var bytes = 0
    while unsafe sqlite3_step(select) == SQLITE_ROW {
      rows += 1
      if unsafe sqlite3_column_blob(select, 1) != nil {
        bytes += unsafe Int(sqlite3_column_bytes(select, 1))
      }
    }
    guard bytes > 0 else { throw Failure("peer", "\(file): SQLite found no rows") }
    return Double(rows) / Progress.seconds(start.duration(to: .now))
  }

  private static func open(_ path: String, flags: Int32) throws -> OpaquePointer {
    var database: OpaquePointer?
    let status = unsafe sqlite3_open_v2(path, &database, flags, nil)
    guard status == SQLITE_OK, let database = unsafe database else {
      throw Failure("peer", "\(path): SQLite can't open it")
    }
    return unsafe database
  }

  private static func run(_ database: OpaquePointer, _ sql: String) throws {
    guard unsafe sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
      throw Failure("peer", "SQLite: \(unsafe String(cString: sqlite3_errmsg(database)))")
    }
  }

  private static func prepare(_ database: OpaquePointer, _ sql: String) throws -> OpaquePointer {
    var statement: OpaquePointer?
    let status = unsafe sqlite3_prepare_v2(database, sql, -1, &statement, nil)
    guard status == SQLITE_OK, let statement = unsafe statement else {
      throw Failure("peer", "SQLite: \(unsafe String(cString: sqlite3_errmsg(database)))")
    }
    return unsafe statement
  }
}
