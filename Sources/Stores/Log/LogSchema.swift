internal import Feed

/// The tables of the log, as a list of steps from the empty file to the newest schema.
enum LogSchema {
  /// The version that this program writes, kept in SQLite's `user_version`.
  static let version = migrations.count

  /// SQLite's `application_id` of a log: "UPDR".
  static let application: Int64 = 0x5550_4452

  /// Step N makes version N + 1 out of version N; a step that was published never changes.
  static let migrations = [
    """
    CREATE TABLE event(offset INTEGER PRIMARY KEY, kind INTEGER, sum INTEGER, payload BLOB);
    CREATE TABLE state(
      id INTEGER PRIMARY KEY CHECK(id = 1), last INTEGER, pruned INTEGER, kept INTEGER,
      kept_sum INTEGER, dropped INTEGER, sum INTEGER);
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE loss(first INTEGER PRIMARY KEY, last INTEGER);
    CREATE TABLE dead_letter(
      id INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER, origin TEXT, reason TEXT, bytes BLOB);
    CREATE TABLE mark(
      id INTEGER PRIMARY KEY, offset INTEGER, digest INTEGER, configuration INTEGER);
    """
  ]

  /// Refuses what this program can't read; says which schema the file has, 0 for an empty file.
  static func check(_ connection: borrowing Connection, file: String) throws(LogError) -> Int {
    try SQLiteError.mapped(file) { () throws(SQLiteError) in
      Version(
        schema: Int(try connection.number("PRAGMA user_version") ?? 0),
        application: try connection.number("PRAGMA application_id") ?? 0,
        tables: try connection.number("SELECT count(*) FROM sqlite_schema") ?? 0)
    }.checked(file: file)
  }

  /// Brings the file from schema `from` to the newest in one transaction.
  static func migrate(
    _ connection: borrowing Connection, from: Int, createdBy: String
  ) throws(SQLiteError) {
    guard from < version else { return }
    try connection.execute("BEGIN IMMEDIATE")
    for step in migrations[from...] { try connection.execute(step) }
    if from == 0 {
      let state = LogState()
      let insert = try connection.prepare("INSERT INTO state VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)")
      state.bind(to: insert)
      try insert.run()
      try connection.execute("PRAGMA application_id = \(application)")
      let created = try connection.prepare("INSERT INTO meta VALUES('created_by', ?1)")
      created.bind(createdBy, at: 1)
      try created.run()
    }
    try connection.execute("PRAGMA user_version = \(version); COMMIT")
  }

  private struct Version {
    let schema: Int
    let application: Int64
    let tables: Int64

    func checked(file: String) throws(LogError) -> Int {
      if tables == 0 && schema == 0 { return 0 }
      guard application == LogSchema.application, schema > 0 else {
        throw LogError(
          .corrupt, "\(file) is not an event log; move it away, or choose another --data")
      }
      guard schema <= LogSchema.version else {
        throw LogError(
          .newer,
          "\(file) has schema \(schema), this program reads up to \(LogSchema.version); "
            + "upgrade updraft")
      }
      return schema
    }
  }
}

extension SQLiteError {
  /// Runs `body` and tells its failure in terms of the log.
  static func mapped<Result: ~Copyable>(
    _ file: String, _ body: () throws(SQLiteError) -> Result
  ) throws(LogError) -> Result {
    do { return try body() } catch { throw error.logError(file) }
  }
}
