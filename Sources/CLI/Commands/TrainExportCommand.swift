internal import Feed
internal import JSON
internal import Lab
internal import Settings
internal import Stores

/// `updraft train export`: examples for people with their own tools.
enum TrainExportCommand {
  static let command: Command = Command(
    "export", "Write the examples of the log: what was shown, its features, what came of it.",
    about: """
      A row is an item on a page: its place, the chance that it stood there, the features by which \
      it was scored, and its labels. Interactions are joined to the page that their request id \
      names, or else to the newest page that showed the item to the user, within the windows of \
      the configuration's block `learning`. Pages whose windows are still open are left out unless \
      --open is given, and so are those of users who were erased since.

      csv and jsonl are files; npy is a folder with X.npy, labels.npy, context.npy, groups.npy and \
      columns.json. Rows of one request stand together. The log is read beside a running server; \
      equal logs and settings give equal bytes.
      """,
    options: [
      .data.required, .output.required, .exampleFormat.required, .labels, .from, .to, .openPages,
      .unshown, .config, .set,
    ],
    examples: [
      .init(
        "updraft train export --data ./data --output examples.csv --format csv", "A table."),
      .init(
        "updraft train export --data ./data --output examples --format npy --labels click,hide",
        "Arrays for NumPy with two labels."),
    ], exits: [.failed: "the log can't be read, or the output can't be written"]
  ) { arguments, console in
    let configuration = try ConfigurationLoader.load(arguments).value
    let format = try arguments.required(.exampleFormat)
    var export = ExampleExport(ExampleExport.Format(rawValue: format) ?? .csv)
    export.labels = try labels(arguments)
    export.unshown = arguments.has(.unshown)
    let log = try SQLiteLog(DataDirectory(try arguments.required(.data), access: .read))
    var examples = JoinedExamples(log, configuration)
    examples.through = log.end
    examples.includesOpen = arguments.has(.openPages)
    if let from = try time(.from, arguments) { examples.from = from }
    if let to = try time(.to, arguments) { examples.to = to }
    var progress = Progress(console, "joining", unit: "events")
    let end = max(1, log.end.value)
    let report = try export.write(examples, to: try arguments.required(.output)) { offset in
      progress.update(
        Int(clamping: offset.value), share: Double(offset.value) / Double(end))
    }
    progress.finish()
    tell(report, export, console)
    return .well
  }

  private static func labels(_ arguments: Arguments) throws(Failure) -> [Objective] {
    guard let text = arguments.text(.labels) else { return Objective.allCases }
    var labels: [Objective] = []
    for name in text.split(separator: ",") {
      guard let objective = Objective.named(String(name)) else {
        throw .usage(
          "--labels \(text): \(name) is no label; known are "
            + Objective.allCases.map(\.name).joined(separator: ", "))
      }
      if !labels.contains(objective) { labels.append(objective) }
    }
    guard !labels.isEmpty else { throw .usage("--labels names no label") }
    return labels
  }

  private static func time(_ option: Option, _ arguments: Arguments) throws(Failure) -> Timestamp? {
    guard let text = arguments.text(option) else { return nil }
    guard let time = ExampleExport.time(text) else {
      throw .usage("--\(option.name) \(text): expected \(TimeUnit.auto.expected)")
    }
    return time
  }

  private static func tell(
    _ report: ExampleExport.Report, _ export: ExampleExport, _ console: Console
  ) {
    let joined = report.joined
    let reached = export.labels.map { ($0.name, report.labels[$0.name] ?? 0) }
    var lines = [
      "\(Figures.grouped(report.rows)) rows of \(Figures.grouped(report.pages)) pages",
      "  " + reached.map { "\($0.0) \(Figures.grouped($0.1))" }.joined(separator: ", "),
      "  left out: \(Figures.grouped(joined.open)) pages whose windows are open, "
        + "\(Figures.grouped(joined.erased)) of erased users",
    ]
    let outcomes = JoinOutcome.allCases.map { "\($0.name) \(joined.tally[$0])" }
    lines.append("  interactions: " + outcomes.joined(separator: ", "))
    if joined.tally.early > 0 {
      lines.append(
        "  \(Figures.grouped(Int(clamping: joined.tally.early))) pages were taken before their "
          + "windows had passed: raise learning.pending_pages_max or learning.pending_bytes_max")
    }
    console.result(lines.joined(separator: "\n")) { json in
      json.member("rows", report.rows)
      json.member("pages", report.pages)
      json.object("labels") { json in
        for (name, count) in reached { json.member(name, count) }
      }
      json.member("open", joined.open)
      json.member("erased", joined.erased)
      json.member("early", joined.tally.early)
      json.object("interactions") { json in
        for outcome in JoinOutcome.allCases { json.member(outcome.name, joined.tally[outcome]) }
      }
      json.member("through", joined.end.value)
      json.member("digest", Figures.digest(joined.digest))
    }
  }
}

extension Option {
  static let output = Option("output", "PATH", "Where examples go: a file, or a folder for npy.")
  static let exampleFormat = Option(
    "format", "FORMAT", "How examples are written.",
    choices: ExampleExport.Format.allCases.map(\.rawValue))
  static let labels = Option(
    "labels", "NAME,…", "The labels that are written.", standard: "all of them")
  static let from = Option("from", "TIME", "Only pages served at this time or later.")
  static let to = Option("to", "TIME", "Only pages served before this time.")
  static let openPages = Option("open", "Also pages whose label windows are still open.")
  static let unshown = Option(
    "unshown", "Also the sample of candidates that were not shown, at position 0.")
}
