internal import Feed
internal import Lab
internal import Stores

/// Interactions to learn from, out of a log beside its server, or out of a file.
enum LoggedReading {
  /// Reads `--train`, or else the log of `--data`, read-only; without the items that fewer than
  /// `least` users hold to.
  static func interactions(
    _ arguments: Arguments, _ settings: WorldSettings, least: Int, _ console: Console
  ) throws -> InteractionSet {
    let set: InteractionSet
    let all: Int
    if let path = arguments.text(.train) {
      let read = try InteractionSet(tabSeparated: path)
      (set, all) = (read.keeping(leastUsers: least), read.entries.count)
    } else {
      let logged = try logged(arguments, settings, console)
      (set, all) = (logged.interactions(leastUsers: least), logged.count)
    }
    guard set.items.count >= 2, set.users.count >= 2 else {
      throw Failure(
        "too-little",
        "\(Figures.grouped(all)) interactions leave \(set.items.count) items that "
          + "\(least) users hold to, too few to learn from; lower --least-users, or wait for more")
    }
    return set
  }

  private static func logged(
    _ arguments: Arguments, _ settings: WorldSettings, _ console: Console
  ) throws -> LoggedInteractions {
    let log = try SQLiteLog(try DataDirectory(try arguments.required(.data), access: .read))
    var logged = LoggedInteractions(strengths: settings.actionStrength)
    var progress = Progress(console, "reading", unit: "records")
    let end = Double(max(1, log.end.value))
    var read = 0
    try log.scan(after: .zero) { offset, record in
      logged.take(record)
      read += 1
      if read & 0xFFFF == 0 { progress.update(read, share: Double(offset.value) / end) }
      return true
    }
    progress.finish()
    return logged
  }
}
