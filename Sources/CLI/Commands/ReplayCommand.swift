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
      when it is asked), and compares: live = rebuilt, bit for bit. With --server it is that \
      server's digest of now. How many events came after that offset, as after a crash, is told. \
      Where no digest was noted, or the newest one under other world settings, there is nothing to \
      compare, and the command ends with 4.

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
      .failed: "the digests differ, or something can't be read",
      .unproven: "no digest to compare with: none was noted, or under other world settings",
    ]
  ) { arguments, console in
    let settings = try ConfigurationLoader.load(arguments).value.world
    let directory = try DataDirectory(try arguments.required(.data), access: .read)
    // Asked before the log is opened, so that the log ends behind it.
    let asked = arguments.has(.verify) ? try RemoteServer(arguments).map(askedMark) : nil
    let log = try SQLiteLog(directory)
    let mark = arguments.has(.verify) ? try newestMark(log, settings, asked) : nil
    var rebuild = try Rebuild(directory, log, settings: settings, through: mark?.offset)
    try rebuild.run(
      log, through: mark?.offset, progress: Progress(console, "replaying", unit: "events"))
    guard let mark else {
      describe(rebuild, console)
      return .well
    }
    return try compare(rebuild, mark, end: log.end, isAsked: asked != nil, console)
  }

  /// The digest that a running server notes when it is asked.
  private static func askedMark(_ server: RemoteServer) throws -> DigestMark {
    let answer = try server.call("GET", "/admin/digest")
    let texts = (
      try answer.require("digest").string(), try answer.require("configuration").string()
    )
    guard let digest = UInt64(texts.0, radix: 16), let settings = UInt64(texts.1, radix: 16)
    else {
      throw Failure("server-refused", "\(server.address)/admin/digest: its digest is no number")
    }
    let offset = UInt64(clamping: try answer.require("offset").int64())
    return DigestMark(offset: Offset(offset), digest: digest, configuration: settings)
  }

  /// What to compare with.
  ///
  /// - Parameter asked: the digest of a running server; nil = the newest that was noted.
  private static func newestMark(
    _ log: SQLiteLog, _ settings: WorldSettings, _ asked: DigestMark?
  ) throws -> DigestMark {
    let all = try log.marks(limit: 1_000)
    // The digest of nothing says nothing of a log that holds something.
    let marks = all.filter { $0.offset > .zero || log.end == .zero }
    if let asked, !all.contains(asked) {
      throw Failure(
        "other-folder",
        "\(log.file): the digest of --server (offset \(asked.offset.value)) is not noted there, so "
          + "that server keeps another folder; check --data and --server", exit: .unproven)
    }
    guard let mark = asked ?? marks.first else {
      throw Failure(
        "no-digest",
        "\(log.file): nothing is proven: the server has noted no digest yet; stop it once, or ask "
          + "it with --server", exit: .unproven)
    }
    // An older one under these settings would prove nothing of what the server has now.
    guard mark.configuration == settings.digest else {
      throw Failure(
        "other-settings",
        "\(log.file): nothing is proven: the newest digest, of offset \(mark.offset.value), was "
          + "noted under other world settings (the block `world`) than those of this command; name "
          + "the server's file with --config. If the settings changed since, stop the server once, "
          + "or ask it with --server", exit: .unproven)
    }
    return mark
  }

  private static func compare(
    _ rebuild: borrowing Rebuild, _ mark: DigestMark, end: Offset, isAsked: Bool,
    _ console: Console
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
      let why =
        isAsked
        ? "they came after the server was asked"
        : "the server noted no digest after them; ask it with --server, or stop it once"
      lines.append(
        "  \(Figures.grouped(Int(clamping: rest))) newer events were not compared: \(why)")
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
