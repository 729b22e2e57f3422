internal import Glibc

// Safe because each call hands the system a buffer with its true length for that call alone.

/// Standard output and standard error, unbuffered, so that a reader sees a line when it is written.
enum Descriptor: Int32 {
  case output = 1
  case error = 2

  /// Whether a person looks at it.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Writes all of `text`, or as much as the reader takes.
  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(rawValue, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
