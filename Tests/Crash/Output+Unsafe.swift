internal import Glibc

/// The program's output, unbuffered: what was said stays said when the process dies. Safe because
/// the bytes live through the call.
enum Output {
  /// Writes one line in one call, so that the lines of several threads do not mix.
  static func line(_ text: String) {
    var text = text + "\n"
    text.withUTF8 { utf8 in _ = unsafe write(1, utf8.baseAddress, utf8.count) }
  }
}
