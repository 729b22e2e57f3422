/// What "appended" means, and what a crash may cost.
///
/// When the process is killed, no mode loses anything. When the power is cut,
/// - `always` loses nothing;
/// - `interval:<ms>` loses at most the appends of the last `ms` milliseconds, and those that came
///   while the sync was under way;
/// - `os` loses what the kernel had not yet written: about 30 s by its defaults.
///
/// In every mode what is left after a crash is a beginning of what was appended, without a hole, in
/// whole batches.
public enum Durability: Equatable, Sendable, CustomStringConvertible {
  /// An append returns when its bytes are on the disk (SQLite: `synchronous=FULL`).
  case always
  /// An append returns when the kernel has its bytes; a thread syncs every so many milliseconds.
  case interval(milliseconds: Int)
  /// An append returns when the kernel has its bytes; the log syncs at checkpoints only.
  case os

  /// Reads `always`, `interval:<ms>` with 1 to 60,000 milliseconds, or `os`; nil for others.
  public init?(_ text: String) {
    switch text {
    case "always": self = .always
    case "os": self = .os
    default:
      guard text.hasPrefix("interval:"), let milliseconds = Int(text.dropFirst(9)),
        (1...60_000).contains(milliseconds)
      else { return nil }
      self = .interval(milliseconds: milliseconds)
    }
  }

  /// As a configuration writes it.
  public var description: String {
    switch self {
    case .always: "always"
    case .interval(let milliseconds): "interval:\(milliseconds)"
    case .os: "os"
    }
  }
}
