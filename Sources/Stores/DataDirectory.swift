public import Feed

/// The folder in which a server keeps everything: who may write there, and where things lie.
///
///     DIR/lock                 held by the one writer, its process number inside
///     DIR/log.db               the event log (with log.db-wal and log.db-shm beside it)
///     DIR/snapshots/           the World's snapshots
///     DIR/index/               the graphs of its vectors, made anew when they are missing
///     DIR/models/              learned models and the ledger of their lives
///     DIR/neighbours           what a model learned of which item follows which
///     DIR/keys.db              service keys, hashed; the server's own
///     DIR/secrets/NAME         random bytes, made on first use
///
/// The folder is readable by its owner only. A writer holds the lock as long as the object lives; a
/// killed process leaves it free.
public final class DataDirectory: Sendable {
  /// What the opener wants to do.
  public enum Access: Sendable {
    /// Append; there is one writer at a time.
    case write
    /// Look beside a running server.
    case read
  }

  /// The folder, as it was given.
  public let path: String
  /// What it was opened for.
  public let access: Access
  private let descriptor: FileDescriptor?

  /// Opens a folder; a writer makes it when it is missing.
  ///
  /// - Throws: `.locked` naming the process that writes there, `.unavailable` with the system's
  ///   reason.
  public init(_ path: String, access: Access) throws(LogError) {
    self.path = path
    self.access = access
    guard access == .write else {
      guard File.isFolder(path) else {
        throw LogError(.unavailable, "\(path): there is no such folder; check --data")
      }
      descriptor = nil
      return
    }
    descriptor = try FileError.mapped { () throws(FileError) in
      try File.makeFolder(path)
      return try FileDescriptor(path + "/lock", .create)
    }
    guard let descriptor, descriptor.tryLock() else {
      let holder = descriptor?.readAll(limit: 32).prefix { $0 >= 0x30 && $0 <= 0x39 } ?? []
      let process = holder.isEmpty ? "" : " \(String(decoding: holder, as: UTF8.self))"
      throw LogError(
        .locked, "\(path): process\(process) writes there; stop it, or choose another --data")
    }
    try FileError.mapped { () throws(FileError) in
      try descriptor.replaceContent(Array("\(File.processNumber)\n".utf8))
      try File.makeFolder(snapshots)
      try File.syncFolder(path)
    }
  }

  /// The event log's file.
  public var log: String { path + "/log.db" }
  /// The folder of the World's snapshots.
  public var snapshots: String { path + "/snapshots" }
  /// The folder of the graphs.
  public var graphs: String { path + "/index" }
  /// The folder of the models.
  public var models: String { path + "/models" }
  /// The file of the learned neighbours.
  public var neighbours: String { path + "/neighbours" }
  /// The file of the service keys.
  public var keys: String { path + "/keys.db" }

  /// Random bytes under a name, made by the system's generator on first use and the same ever
  /// after; only the owner of the folder can read them.
  ///
  /// - Throws: `.unavailable` when they can't be kept, `.corrupt` when their number is another.
  public func secret(_ name: String, bytes count: Int = 32) throws(LogError) -> [UInt8] {
    let folder = path + "/secrets"
    let file = "\(folder)/\(name)"
    let bytes = try FileError.mapped { () throws(FileError) -> [UInt8] in
      try File.makeFolder(folder)
      if !File.exists(file) {
        // Whoever links first wins; the others read what the winner made.
        let aside = "\(file).\(File.processNumber)"
        do {
          let descriptor = try FileDescriptor(aside, .create)
          try descriptor.replaceContent(try File.randomBytes(count))
          try descriptor.sync()
        }
        try File.linkIfAbsent(aside, file)
        try File.remove(aside)
        try File.syncFolder(folder)
        try File.syncFolder(path)
      }
      return try FileDescriptor(file, .read).readAll(limit: count + 1)
    }
    guard bytes.count == count else {
      throw LogError(
        .corrupt, "\(file): has not \(count) bytes; restore it, or remove it to make a new secret")
    }
    return bytes
  }
}
