internal import Feed
internal import JSON
internal import Settings
internal import Stores

/// `updraft replay`: the World made again from the log.
enum ReplayCommand {
  static let command: Command = Command(
    "replay", "Rebuild the state from the log, and prove that it is the live one.",
    about: """
      The state of a server is a pure function of its log and its configuration. This command \
      computes it again, read-only, beside a running server or without one. With --verify it goes \
      up to the newest offset for which the server noted its digest (it does when it stops, and \
      when it is asked), and compares: live = rebuilt, bit for bit. How many events came after \
      that offset, as after a crash, is told. Where nothing was noted there is nothing to compare, \
      and the command fails.

      The configuration must be the server's: name its file with --config.
      """,
    options: [.data.required, .verify, .server, .key, .config, .set],
    examples: [
      .init("updraft replay --data ./data --verify", "Compares with the newest digest noted."),
      .init(
        "updraft replay --data ./data --verify --server http://127.0.0.1:8080 --key uk_…",
        "Asks the running server (with an admin key) for its digest first."),
      .init("updraft replay --data ./data", "Rebuilds to the log's end and says what is there."),
    ],
    exits: [
      .failed: "the digests differ, none was noted to compare with, or something can't be read"
    ]
  ) { arguments, console in
    let settings = try ConfigurationLoader.load(arguments).value.world
    let directory = try DataDirectory(try arguments.required(.data), access: .read)
    let log = try SQLiteLog(directory)
    if let server = try RemoteServer(arguments) { _ = try server.call("GET", "/admin/digest") }
    let mark = arguments.has(.verify) ? try newestMark(log, settings) : nil
    var rebuild = try Rebuild(directory, log, settings: settings, through: mark?.offset)
    try rebuild.run(
      log, through: mark?.offset, progress: Progress(console, "replaying", unit: "events"))
    guard let mark else {
      describe(rebuild, console)
      return .well
    }
    return try compare(rebuild, mark, end: log.end, console)
  }

  private static func newestMark(
    _ log: SQLiteLog, _ settings: WorldSettings
  ) throws -> DigestMark {
    // The digest of nothing says nothing of a log that holds something.
    let marks = try log.marks(limit: 1_000).filter { $0.offset > .zero || log.end == .zero }
    if let mark = marks.first(where: { $0.configuration == settings.digest }) { return mark }
    throw Failure(
      "no-digest",
      marks.isEmpty
        ? "\(log.file): the server has noted no digest yet; stop it once, or ask it with --server"
        : "\(log.file): every digest was noted under other world settings; name the server's file "
          + "with --config")
  }

  private static func compare(
    _ rebuild: borrowing Rebuild, _ mark: DigestMark, end: Offset, _ console: Console
  ) throws -> ExitCode {
    let digest = rebuild.world.digest()
    let isEqual = digest == mark.digest && rebuild.world.offset == mark.offset
    // A server that was killed noted nothing of what came last.
    let rest = end.value - min(end.value, mark.offset.value)
    var lines = [
      console.style.bold(
        isEqual
          ? "live = rebuilt at offset \(mark.offset.value)"
          : "live ≠ rebuilt at offset \(mark.offset.value)"),
      "  live     \(Figures.digest(mark.digest))",
      "  rebuilt  \(Figures.digest(digest))", "  " + effort(rebuild),
    ]
    if rest > 0 {
      lines.append(
        "  \(Figures.grouped(Int(clamping: rest))) newer events were not compared: the server "
          + "noted no digest after them; ask it with --server, or stop it once")
    }
    console.result(lines.joined(separator: "\n")) { json in
      json.member("equal", isEqual)
      json.member("offset", mark.offset.value)
      json.member("not_compared", rest)
      json.member("live", Figures.digest(mark.digest))
      json.member("rebuilt", Figures.digest(digest))
      writeEffort(rebuild, to: &json)
    }
    guard isEqual else {
      throw Failure(
        "digest-differs",
        "the state rebuilt up to offset \(rebuild.world.offset.value) is not the one that the "
          + "server had: check the log (updraft log check) and the version of both programs")
    }
    return .well
  }

  private static func describe(_ rebuild: borrowing Rebuild, _ console: Console) {
    let items = rebuild.world.itemCount
    let users = rebuild.world.userCount
    let follows = rebuild.world.followCount
    let tally = rebuild.world.tally
    let offset = rebuild.world.offset.value
    let digest = Figures.digest(rebuild.world.digest())
    let lines = [
      "rebuilt to offset \(offset), digest \(digest)",
      "  \(Figures.grouped(items)) items, \(Figures.grouped(users)) users, "
        + "\(Figures.grouped(follows)) follows",
      "  \(tally.duplicates) duplicates, \(tally.late) late, \(tally.unknown) about unknown items, "
        + "\(tally.refused) refused, \(tally.poison) unreadable",
      "  " + effort(rebuild),
    ]
    console.result(lines.joined(separator: "\n")) { json in
      json.member("offset", offset)
      json.member("rebuilt", digest)
      json.member("items", items)
      json.member("users", users)
      json.member("follows", follows)
      json.member("late", tally.late)
      json.member("unknown", tally.unknown)
      writeEffort(rebuild, to: &json)
    }
  }

  private static func effort(_ rebuild: borrowing Rebuild) -> String {
    let from =
      switch rebuild.start {
      case .log: "the log's beginning"
      case .snapshot(let name, _): name
      }
    return "\(Figures.grouped(Int(clamping: rebuild.events))) events in "
      + "\(Figures.decimal(rebuild.seconds, 2)) s, "
      + "\(Figures.grouped(Int(rebuild.rate))) events/s, from \(from)"
  }

  private static func writeEffort(_ rebuild: borrowing Rebuild, to json: inout JSONWriter) {
    json.member("events", rebuild.events)
    json.member("seconds", rebuild.seconds)
    json.member("events_per_second", rebuild.rate)
    if case .snapshot(let name, let offset) = rebuild.start {
      json.member("from_snapshot", name)
      json.member("from_offset", offset.value)
    }
  }
}

extension Option {
  static let verify = Option("verify", "Compare with the newest digest that the server noted.")
}
