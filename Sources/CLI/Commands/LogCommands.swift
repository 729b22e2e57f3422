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
    subcommands: [stats, dead, check])

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
      the sender, then replay what can be replayed: updraft log replay-dead.
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
        "\(log.file): \(summary.damaged) records are damaged or missing; the others are read. Keep a "
          + "copy of the folder, and restore the newest sound backup if there is one")
    }
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
  static let limit = Option("limit", "N", "Show so many at most.", standard: "100")
}
