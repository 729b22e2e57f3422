internal import CSQLite
internal import Feed
internal import Glibc

/// What SQLite said.
struct SQLiteError: Error {
  /// The extended result code.
  let code: Int32
  /// SQLite's own words.
  let message: String
  /// The system's `errno` of the call that failed; 0 when there was none.
  let system: Int32

  /// The class of the failure, without its particulars.
  var primary: Int32 { code & 0xff }

  /// Whether stored bytes could not be read or make no sense.
  var isDamage: Bool {
    primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_IOERR
  }

  /// The failure in terms of the log.
  ///
  /// A sync that failed is never "disk full", whatever `errno` says: the kernel may have dropped
  /// the pages, so that the only sound answer is to stop.
  func logError(_ file: String) -> LogError {
    let what = "\(file): \(message) (SQLite \(code)\(system == 0 ? "" : ", errno \(system)"))"
    let isSync = code == SQLITE_IOERR | (4 << 8) || code == SQLITE_IOERR | (5 << 8)
    let noSpace = system == ENOSPC || system == EDQUOT
    switch primary {
    case SQLITE_FULL: return LogError(.full, "\(what); free space on the disk")
    case SQLITE_IOERR where noSpace && !isSync:
      return LogError(.full, "\(what); free space on the disk")
    // Our statements are constant: where one does not fit the tables, these are damaged.
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR:
      return LogError(.corrupt, "\(what); keep a copy of the file, then run updraft doctor")
    case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
      return LogError(.unavailable, "\(what); check that the folder exists and may be written")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return LogError(.locked, "\(what); another process holds the file")
    default: return LogError(.failed, "\(what); check the disk, then start again")
    }
  }
}
