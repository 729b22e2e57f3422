internal import CSQLite
internal import Feed
internal import Glibc

// Safe because the handle is opened in `init`, used under the owner's lock, and closed once; every
// statement is finalised by the function that prepared it, and bytes that SQLite lends are copied
// before the next step.

/// The file of the service keys. One thread at a time.
@safe final class KeyTable {
  private let handle: OpaquePointer
  private let path: String

  /// Opens the file and makes it when it is missing, readable by its owner alone.
  init(path: String) throws(AccessError) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let status = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard status == SQLITE_OK, let handle = unsafe opened else {
      let reason = unsafe String(cString: sqlite3_errmsg(opened))
      unsafe sqlite3_close_v2(opened)
      throw .keys("\(path): can't be opened: \(reason)")
    }
    unsafe self.handle = handle
    self.path = path
    unsafe sqlite3_busy_timeout(handle, 5_000)
    _ = unsafe chmod(path, 0o600)
    try unsafe run(
      """
      CREATE TABLE IF NOT EXISTS keys (
        id TEXT PRIMARY KEY, hash BLOB NOT NULL, scope TEXT NOT NULL, label TEXT NOT NULL,
        created INTEGER NOT NULL) WITHOUT ROWID
      """)
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// Changes when another process or connection has changed the file.
  func version() throws(AccessError) -> Int64 {
    var version: Int64 = 0
    try unsafe run("PRAGMA data_version") { version = unsafe sqlite3_column_int64($0, 0) }
    return version
  }

  /// Every key, oldest first.
  func all() throws(AccessError) -> [ServiceKey] {
    var keys: [ServiceKey] = []
    try unsafe run("SELECT id, hash, scope, label, created FROM keys ORDER BY created, id") { row in
      guard let scope = Scope(rawValue: unsafe Self.text(row, 2)) else { return }
      unsafe keys.append(
        ServiceKey(
          id: Self.text(row, 0), hash: Self.bytes(row, 1), scope: scope, label: Self.text(row, 3),
          created: Timestamp(milliseconds: sqlite3_column_int64(row, 4))))
    }
    return keys
  }

  /// Adds a key.
  func insert(_ key: ServiceKey) throws(AccessError) {
    try unsafe run(
      "INSERT INTO keys (id, hash, scope, label, created) VALUES (?, ?, ?, ?, ?)",
      [
        .text(key.id), .bytes(key.hash), .text(key.scope.rawValue), .text(key.label),
        .number(key.created.milliseconds),
      ])
  }

  /// Removes a key; false when there is none.
  func delete(id: String) throws(AccessError) -> Bool {
    try unsafe run("DELETE FROM keys WHERE id = ?", [.text(id)])
    return unsafe sqlite3_changes64(handle) > 0
  }

  private enum Value {
    case text(String)
    case bytes([UInt8])
    case number(Int64)
  }

  private func run(
    _ sql: String, _ values: [Value] = [], _ row: (OpaquePointer) -> Void = { _ in }
  ) throws(AccessError) {
    var prepared: OpaquePointer?
    guard unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK,
      let statement = unsafe prepared
    else { throw failure() }
    defer { unsafe sqlite3_finalize(statement) }
    // SQLite copies what is bound before the call returns (SQLITE_TRANSIENT).
    let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .text(let text):
        _ = unsafe sqlite3_bind_text(
          statement, place, text, Int32(clamping: text.utf8.count), transient)
      case .bytes(let bytes):
        _ = unsafe sqlite3_bind_blob(
          statement, place, bytes, Int32(clamping: bytes.count), transient)
      case .number(let number): _ = unsafe sqlite3_bind_int64(statement, place, number)
      }
    }
    while true {
      switch unsafe sqlite3_step(statement) {
      case SQLITE_ROW: unsafe row(statement)
      case SQLITE_DONE: return
      default: throw failure()
      }
    }
  }

  private func failure() -> AccessError {
    .keys("\(path): \(unsafe String(cString: sqlite3_errmsg(handle)))")
  }

  @unsafe private static func text(_ row: OpaquePointer, _ column: Int32) -> String {
    String(decoding: unsafe bytes(row, column), as: UTF8.self)
  }

  @unsafe private static func bytes(_ row: OpaquePointer, _ column: Int32) -> [UInt8] {
    guard let base = unsafe sqlite3_column_blob(row, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(row, column))
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }
}
