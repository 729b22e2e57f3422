internal import Feed
internal import JSON
internal import Stores

/// `updraft log …`: what the log holds, and what could not get into it.
enum LogCommands {
  static let group: Command = Command(
    "log", "Look into the event log; list and replay dead letters.",
    about: """
      The log is the truth: items, follows and interactions in the order in which they were taken \
      in. These commands read it beside a running server.
      """,
    examples: [
      .init(
        "updraft log stats --data ./data", "How many events of each kind, since when, how big."),
      .init("updraft log dead --data ./data", "What was refused, why, and its original text."),
      .init("updraft log check --data ./data", "Verifies the checksum of every record."),
    ],
    subcommands: [stats, dead, replayDead, discardDead, check, acceptLoss])

  private static let stats: Command = Command(
    "stats", "Count what the log holds.", options: [.data.required],
    examples: [
      .init("updraft log stats --data ./data", "A table for people."),
      .init("updraft log stats --data ./data --json", "One object for programs."),
    ]
  ) { arguments, console in
    let log = try open(arguments)
    let summary = try LogSummary(log, progress: Progress(console, "reading", unit: "events"))
    console.result(summary.text) { summary.write(to: &$0) }
    return .well
  }

  private static let dead: Command = Command(
    "dead", "List the events that could not be taken in.",
    about: """
      A dead letter is an event that was refused for good: its text is kept with the reason. Mend \
      the sender, then replay what can be replayed: updraft log replay-dead; give up what can't: \
      updraft log discard-dead.
      """, options: [.data.required, .after, .limit],
    examples: [
      .init("updraft log dead --data ./data", "The oldest hundred."),
      .init(
        "updraft log dead --data ./data --after 100 --json", "The next hundred, for programs."),
    ]
  ) { arguments, console in
    let log = try open(arguments)
    let after = try arguments.integer(.after, in: 0...Int.max) ?? 0
    let limit = try arguments.integer(.limit, in: 1...100_000) ?? 100
    let letters = try log.deadLetters(after: Int64(after), limit: limit)
    for letter in letters { show(letter, console) }
    if letters.isEmpty, !console.isJSON { console.line("no dead letters") }
    return .well
  }

  private static let replayDead: Command = Command(
    "replay-dead", "Take dead letters in again.",
    about: """
      Each letter is read as if it arrived now; what is taken in leaves the list, the others stay \
      with their reason. With --server a running server does it, asked with an admin key; with \
      --data the folder must not be in use.
      """, options: [.data, .server, .key, .ids, .config, .set],
    examples: [
      .init("updraft log replay-dead --data ./data", "On a folder that no server uses."),
      .init(
        "updraft log replay-dead --server http://127.0.0.1:8080 --key uk_… --ids 3,5",
        "Two letters, by a running server."),
    ], exits: [.rejected: "some letters were refused again and stay"]
  ) { arguments, console in
    let named = try named(arguments)
    return try LocalServer.with(arguments) { server in
      var (replayed, refused) = (0, 0)
      var kept: [(id: Int64, reason: String)] = []
      try eachAnswer(server, "/admin/dead-letters/replay", named) { answer in
        replayed += try answer.require("replayed").int()
        refused += try answer.require("refused").int()
        for letter in try answer.require("kept").elements() {
          kept.append((try letter.require("id").int64(), try letter.require("reason").string()))
        }
      }
      return tell(replayed, refused, kept, console)
    }
  }

  private static let discardDead: Command = Command(
    "discard-dead", "Give dead letters up.",
    about: """
      The letters go for good, all or those named; list them before. With --server a running \
      server does it, asked with an admin key; with --data the folder must not be in use.
      """, options: [.data, .server, .key, .ids, .config, .set],
    examples: [
      .init("updraft log discard-dead --data ./data", "All, on a folder that no server uses."),
      .init(
        "updraft log discard-dead --server http://127.0.0.1:8080 --key uk_… --ids 3,5",
        "Two letters, by a running server."),
    ]
  ) { arguments, console in
    let named = try named(arguments)
    return try LocalServer.with(arguments) { server in
      var count = 0
      try eachAnswer(server, "/admin/dead-letters/discard", named) { answer in
        count += try answer.require("discarded").int()
      }
      console.result("\(Figures.count(count, "letter")) given up") {
        $0.member("discarded", count)
      }
      return .well
    }
  }

  /// Asks until the server has looked at every letter: a request looks at so many at most.
  private static func eachAnswer(
    _ server: RemoteServer, _ path: String, _ named: [Int64]?, _ body: (JSONValue) throws -> Void
  ) throws {
    var after: Int64? = 0
    while let from = after {
      var json = JSONWriter()
      json.object { json in
        json.member("after", Int(from))
        if let named { json.array("ids") { json in for id in named { json.value(id) } } }
      }
      let answer = try server.call("POST", path, body: json.bytes)
      try body(answer)
      after = try answer.optional("next")?.int64()
    }
  }

  /// The letters that the command names; nil = all.
  private static func named(_ arguments: Arguments) throws -> [Int64]? {
    guard let text = arguments.text(.ids) else { return nil }
    let ids = text.split(separator: ",").map { Int64($0) }
    guard !ids.isEmpty, !ids.contains(nil) else {
      throw Failure.usage("--ids \(text): expected numbers, such as 3,5")
    }
    return ids.compactMap { $0 }
  }

  private static func tell(
    _ replayed: Int, _ refused: Int, _ kept: [(id: Int64, reason: String)], _ console: Console
  ) -> ExitCode {
    if console.isJSON {
      console.json { json in
        json.member("replayed", replayed)
        json.member("refused", refused)
        json.array("kept") { json in
          for letter in kept {
            json.object { json in
              json.member("id", letter.id)
              json.member("reason", letter.reason)
            }
          }
        }
      }
    } else {
      console.line("\(replayed) taken in, \(refused) stay")
      for letter in kept {
        console.line("  \(letter.id)  \(Figures.printable(letter.reason))")
      }
    }
    return refused == 0 ? .well : .rejected
  }

  private static let check: Command = Command(
    "check", "Verify the checksum of every record.", options: [.data.required],
    examples: [
      .init("updraft log check --data ./data", "Also beside a running server."),
      .init("updraft log check --data ./data --json", "For a nightly job."),
    ], exits: [.failed: "records are damaged or missing"]
  ) { arguments, console in
    let log = try open(arguments)
    var progress = Progress(console, "checking", unit: "events")
    let summary = try LogSummary(log, progress: progress)
    progress.finish()
    console.result(
      summary.damaged == 0
        ? "sound: \(Figures.grouped(summary.records)) records up to offset \(log.end.value)"
        : "damaged or missing: \(summary.damaged) records, the first at offset "
          + "\(summary.firstDamaged ?? 0)"
    ) { json in
      json.member("sound", summary.damaged == 0)
      json.member("records", summary.records)
      json.member("end", log.end.value)
      json.member("damaged", summary.damaged)
    }
    guard summary.damaged == 0 else {
      throw Failure(
        "log-corrupt",
        "\(log.file): \(summary.damaged) records are damaged or missing; the others are "
          + "read. Restore a sound backup, or give them up: updraft log accept-loss")
    }
    return .well
  }

  private static let acceptLoss: Command = Command(
    "accept-loss", "Give damaged records up, so that the log can be written again.",
    about: """
      A log with damaged or missing records is read but not written, until somebody decides: \
      restore a sound backup of the folder, or live without these records. This command is the \
      second: every sound record goes into a new file, and the old one stays beside it under \
      another name.
      """, options: [.data.required],
    examples: [
      .init("updraft log check --data ./data", "What would be given up."),
      .init("updraft log accept-loss --data ./data", "With no server on the folder."),
    ]
  ) { arguments, console in
    let path = try arguments.required(.data)
    guard Files.facts(path + "/log.db") != nil else {
      throw Failure("log-unavailable", "\(path): there is no log; check --data")
    }
    let log = try SQLiteLog(DataDirectory(path, access: .write))
    let lost = try log.acceptLoss()
    try log.close()
    console.result(
      lost == 0 ? "nothing is damaged, nothing was given up" : "given up: \(lost) records"
    ) { $0.member("given_up", lost) }
    return .well
  }

  /// The log of the folder that `--data` names, to look into.
  static func open(_ arguments: Arguments) throws -> SQLiteLog {
    try SQLiteLog(DataDirectory(try arguments.required(.data), access: .read))
  }

  private static func show(_ letter: DeadLetter, _ console: Console) {
    let text = String(decoding: letter.bytes, as: UTF8.self)
    let time = Figures.instant(milliseconds: letter.received.milliseconds)
    guard !console.isJSON else {
      return console.json { json in
        json.member("id", letter.id)
        json.member("received", time)
        json.member("origin", letter.origin)
        json.member("reason", letter.reason)
        json.member("text", text)
      }
    }
    console.line(console.style.bold("\(letter.id)") + "  \(time)  \(letter.origin)")
    console.line("    \(Figures.printable(letter.reason))")
    console.line("    \(Figures.printable(text))")
  }
}

extension Option {
  static let data = Option("data", "DIR", "The folder in which everything is kept.")
  static let after = Option("after", "ID", "Begin behind this dead letter.")
  static let ids = Option("ids", "N,N…", "Only these letters; without it, all.")
  static let limit = Option("limit", "N", "Show so many at most.", standard: "100")
}
