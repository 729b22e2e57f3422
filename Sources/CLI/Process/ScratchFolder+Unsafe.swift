internal import Glibc

// Safe because names go to the system for one call only, and a stream is closed by the function
// that opened it.

/// A folder for the time of one command, removed with everything in it.
final class ScratchFolder: Sendable {
  let path: String

  /// Makes an empty folder in the system's place for them.
  init(_ name: String) throws(Failure) {
    let parent = Environment.variables["TMPDIR"] ?? "/tmp"
    let pattern = "\(parent)/\(name)-" + String(repeating: "X", count: 6)
    var bytes = Array(pattern.utf8CString)
    guard unsafe mkdtemp(&bytes) != nil else {
      throw Failure("file-unavailable", "\(parent): no folder can be made there; set TMPDIR")
    }
    path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

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
