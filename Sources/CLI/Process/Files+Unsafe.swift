internal import Glibc

// Safe because paths go to the system for one call only, buffers with their true length, and a
// descriptor is closed by the function that opened it.

/// The files that commands are given by name.
enum Files {
  /// What the system knows of a file or folder.
  struct Facts {
    /// The permission bits.
    let mode: UInt32
    /// The user that it belongs to.
    let owner: UInt32
    /// Its length in bytes.
    let bytes: Int
    /// Whether it is a folder.
    let isFolder: Bool
  }

  /// All of a file, at most `limit` bytes.
  static func read(_ path: String, limit: Int = 64 << 20) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unavailable(path, "can't be read") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unavailable(path, "can't be read") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw Failure("file-too-large", "\(path) has more than \(limit) bytes")
      }
    }
  }

  /// Writes a file anew.
  static func write(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unavailable(path, "can't be written") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw unavailable(path, "can't be written") }
      rest = rest.dropFirst(count)
    }
  }

  /// What there is under a path; nil: nothing, or out of reach.
  static func facts(_ path: String) -> Facts? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Facts(
      mode: status.st_mode & 0o7777, owner: status.st_uid, bytes: Int(status.st_size),
      isFolder: status.st_mode & S_IFMT == S_IFDIR)
  }

  /// Whether this process may do something with a path: `R_OK`, `W_OK`, `X_OK`.
  static func may(_ access: Int32, _ path: String) -> Bool {
    unsafe Glibc.access(path, access) == 0
  }

  /// Bytes that the file system of a path has left, and has in all.
  static func space(_ path: String) -> (free: Int, total: Int)? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    let block = Int(status.f_frsize)
    return (Int(status.f_bavail) * block, Int(status.f_blocks) * block)
  }

  private static func unavailable(_ path: String, _ what: String) -> Failure {
    let reason = unsafe String(cString: strerror(errno))
    return Failure("file-unavailable", "\(path): \(what): \(reason)")
  }
}
