import Glibc

// Safe because the bytes go to the system with their true length, for that call alone.

/// Small files for the program to read.
enum TextFile {
  struct NotWritten: Error { let path: String }

  /// Writes a file and gives its path back.
  @discardableResult
  static func write(_ text: String, _ path: String) throws -> String {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
    guard count == bytes.count else { throw NotWritten(path: path) }
    return path
  }
}
