internal import Glibc

/// Whole files, for tests that damage them. Safe because paths and buffers go to the system for one
/// call only, with their lengths.
public enum TestFile {
  /// A failure of the system.
  public struct Failure: Error {
    /// The file.
    public let path: String
    /// The system's number of the failure.
    public let number: Int32
  }

  /// The bytes of a file.
  public static func read(_ path: String) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      guard got > 0 else { return bytes }
      bytes += chunk[..<got]
    }
  }

  /// Replaces the content of a file.
  public static func write(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let wrote = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      }
      guard wrote > 0 else { throw Failure(path: path, number: errno) }
      done += wrote
    }
  }

  /// Removes a file.
  public static func remove(_ path: String) throws(Failure) {
    guard unsafe unlink(path) == 0 else { throw Failure(path: path, number: errno) }
  }

  /// The size of a file in bytes; nil when it is not there.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The names in a folder, sorted; empty when there is no such folder.
  public static func names(_ folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
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

  /// Makes a folder in one that is there.
  public static func makeFolder(_ path: String) { unsafe mkdir(path, 0o755) }

  /// The permissions of a file; nil when it is not there.
  public static func permissions(_ path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  /// Sets the permissions of a file.
  public static func setPermissions(_ path: String, _ mode: UInt32) {
    _ = unsafe chmod(path, mode)
  }

  /// Whether the tests run as a user whom permissions do not bind.
  public static var isSuperuser: Bool { geteuid() == 0 }
}
