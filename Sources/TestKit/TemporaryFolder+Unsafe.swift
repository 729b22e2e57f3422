internal import Glibc

/// A folder of its own for a test, removed with everything in it when the object goes. Safe because
/// paths go to the system for one call only.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes an empty folder in the system's place for them.
  ///
  /// - Parameter inMemory: on a file system in memory where there is one: for tests whose disk is
  ///   simulated anyway.
  /// - Precondition: that place can be written.
  public init(inMemory: Bool = false) {
    let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let hasMemory = unsafe inMemory && access("/dev/shm", W_OK) == 0
    let parent = hasMemory ? "/dev/shm" : usual
    // What `mkdtemp` puts its own letters in place of.
    let marks = String(repeating: "X", count: 6)
    var template = Array("\(parent)/updraft-test-\(marks)".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe mkdtemp(buffer.baseAddress!) != nil
    }
    precondition(made, "no temporary folder can be made in \(parent)")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// Removes a file, or a folder with everything in it.
  private static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    guard let stream = unsafe opendir(path) else { return }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    unsafe closedir(stream)
    for name in names { remove("\(path)/\(name)") }
    unsafe rmdir(path)
  }
}
