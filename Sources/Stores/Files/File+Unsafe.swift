internal import Feed
internal import Glibc

// The few calls of the system that the stores need. Safe because each pointer goes to the system
// for one call only, with the length of the memory behind it, and a descriptor has one owner.

/// What the system said.
struct FileError: Error, CustomStringConvertible {
  let path: String
  let action: String
  let number: Int32

  init(_ path: String, _ action: String) {
    self.path = path
    self.action = action
    number = errno
  }

  /// Whether the disk or the quota is full.
  var isNoSpace: Bool { number == ENOSPC || number == EDQUOT }

  var description: String {
    "\(path): can't \(action): \(unsafe String(cString: strerror(number)))"
  }
}

extension FileError {
  /// Runs `body` and tells its failure in terms of the log.
  static func mapped<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(LogError) -> Result {
    do { return try body() } catch {
      throw LogError(error.isNoSpace ? .full : .unavailable, error.description)
    }
  }
}

/// Folders and names.
enum File {
  /// This process.
  static var processNumber: Int32 { getpid() }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size in bytes; 0 when there is no such file.
  static func size(_ path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Bytes that may still be written to the file system of `path`.
  static func freeBytes(_ path: String) -> Int {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return 0 }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }

  /// Makes a folder that only its owner can read, unless it is there; its parent is synced.
  static func makeFolder(_ path: String) throws(FileError) {
    if isFolder(path) { return }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    if !parent.isEmpty, !isFolder(parent) { try makeFolder(parent) }
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw FileError(path, "make the folder")
    }
    try syncFolder(parent.isEmpty ? "/" : parent)
  }

  /// Makes names in a folder durable.
  static func syncFolder(_ path: String) throws(FileError) {
    try FileDescriptor(path, .read).sync()
  }

  /// Copies a file's bytes into a new file and syncs it.
  static func copy(_ old: String, _ new: String) throws(FileError) {
    let bytes = try FileDescriptor(old, .read).readAll(limit: size(old))
    let descriptor = try FileDescriptor(new, .create)
    try descriptor.replaceContent(bytes)
    try descriptor.sync()
  }

  static func rename(_ old: String, _ new: String) throws(FileError) {
    guard unsafe Glibc.rename(old, new) == 0 else { throw FileError(old, "rename the file") }
  }

  /// Gives a file a second name, unless the name is taken.
  static func linkIfAbsent(_ old: String, _ new: String) throws(FileError) {
    guard unsafe link(old, new) == 0 || errno == EEXIST else {
      throw FileError(new, "make the file")
    }
  }

  /// Removes a file; one that is not there is as good as removed.
  static func remove(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw FileError(path, "remove the file")
    }
  }

  /// Removes an empty folder.
  static func removeFolder(_ path: String) throws(FileError) {
    guard unsafe rmdir(path) == 0 else { throw FileError(path, "remove the folder") }
  }

  /// The names in a folder, sorted.
  static func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw FileError(folder, "list the folder") }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Bytes from the system's generator.
  static func randomBytes(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // One call gives at most 256 bytes, which is more than any secret has.
    let status = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe getentropy(buffer.baseAddress, buffer.count)
    }
    guard status == 0 else { throw FileError("getentropy", "get random bytes") }
    return bytes
  }
}

/// The owner of an open file.
final class FileDescriptor: Sendable {
  enum Mode { case read, create, append }

  private let number: Int32
  private let path: String

  /// Opens a file or folder; `create` makes a missing file, readable by its owner only.
  init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .create: O_RDWR | O_CREAT
      case .append: O_WRONLY | O_CREAT | O_EXCL
      }
    number = unsafe open(path, flags | O_CLOEXEC, 0o600)
    self.path = path
    guard number >= 0 else { throw FileError(path, "open it") }
  }

  deinit {
    guard number >= 0 else { return }
    // Closing would not let go of the file while a child that is just being started has a copy.
    flock(number, LOCK_UN)
    close(number)
  }

  /// Takes the file for this process; false when another has it.
  func tryLock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

  /// The size in bytes.
  func size() throws(FileError) -> Int {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw FileError(path, "find its size") }
    return Int(status.st_size)
  }

  /// The first bytes; what can't be read is missing.
  func readAll(limit: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(number, buffer.baseAddress! + filled, limit - filled, off_t(filled))
      }
      guard got > 0 else { break }
      filled += got
    }
    return Array(bytes.prefix(filled))
  }

  /// The byte at a place; nil beyond the end.
  func byte(at place: Int) -> UInt8? {
    var byte: UInt8 = 0
    guard place >= 0, unsafe pread(number, &byte, 1, off_t(place)) == 1 else { return nil }
    return byte
  }

  /// Appends all bytes.
  func write(_ bytes: borrowing [UInt8]) throws(FileError) {
    var done = 0
    let count = bytes.count
    while done < count {
      let wrote = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(number, buffer.baseAddress! + done, count - done)
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else { throw FileError(path, "write it") }
      done += wrote
    }
  }

  /// Writes bytes over those at a place.
  func write(_ bytes: [UInt8], at place: Int) throws(FileError) {
    let wrote = unsafe bytes.withUnsafeBytes { buffer in
      unsafe pwrite(number, buffer.baseAddress, buffer.count, off_t(place))
    }
    guard wrote == bytes.count else { throw FileError(path, "write it") }
  }

  /// Writes over the file from its beginning.
  func replaceContent(_ bytes: [UInt8]) throws(FileError) {
    guard lseek(number, 0, SEEK_SET) == 0, ftruncate(number, 0) == 0 else {
      throw FileError(path, "empty it")
    }
    try write(bytes)
  }

  /// Goes back to the beginning.
  func rewind() throws(FileError) {
    guard lseek(number, 0, SEEK_SET) == 0 else { throw FileError(path, "seek in it") }
  }

  /// Returns once everything written is on the disk.
  func sync() throws(FileError) {
    guard fsync(number) == 0 else { throw FileError(path, "sync it") }
  }

  /// Runs `body` over the file's first `count` bytes from `start` on, mapped for reading; nil when
  /// they can't be mapped.
  ///
  /// Safe because files are replaced by renaming and never shortened in place, so that a mapping
  /// keeps its bytes.
  func withMapped<Result, Failure: Error>(
    _ count: Int, from start: Int, _ body: (RecordView) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    precondition(start > 0 && start <= count)
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, number, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    defer { unsafe munmap(address, count) }
    unsafe madvise(address, count, MADV_WILLNEED)
    let part = unsafe UnsafeRawBufferPointer(start: address + start, count: count - start)
    return try body(unsafe RecordView(part))
  }
}
