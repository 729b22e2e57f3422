internal import Feed
internal import JSON
internal import Lab
internal import Settings
internal import Stores

/// `updraft import`: files of items, users, follows and events.
enum ImportCommand {
  static let command: Command = Command(
    "import", "Take in a file of items, users, follows or events.",
    about: """
      Reads JSON lines, or a table (CSV, TSV) whose first line names its columns; gzip or not. \
      A column is found under its usual name (user_id, item_id, event, timestamp, title, …) or as \
      --map says. What a record is stands in its type, or in --kind. Each event gets an identifier \
      made of the file and the line, so that importing a file twice counts what is among the \
      newest world.dedup_events once, and an import that was broken off is simply started again; \
      --state passes over what was taken. A file that was added to is another file.

      With --data it writes to a folder that no server uses (--create makes a new one); with \
      --server it posts to a running one, with a service key.
      """,
    operands: [Operand("FILE", "The file")],
    options: [
      .data, .create, .server, .key, .importFormat, .kind, .map, .preset, .columns, .delimiter,
      .dryRun,
      .rejects, .state, .config, .set,
    ],
    examples: [
      .init(
        "updraft import --data ./data --create events.jsonl",
        "Events, items, … as their type says, into a new folder."),
      .init(
        "updraft import --data ./data --kind item --map item=sku,title=name products.csv",
        "A shop's catalogue."),
      .init(
        "updraft import --dry-run --rejects bad.txt --map user=uid,item=vid,time=ts:ms views.csv",
        "Only checks, and writes what it would refuse to bad.txt, with line and reason."),
      .init(
        "updraft import --server http://127.0.0.1:8080 --key uk_… --preset movielens u.data",
        "A known data set, into a running server."),
    ], exits: [.rejected: "everything was read, but some records were refused; see --rejects"]
  ) { arguments, console in
    let importer = Importer(try options(arguments), time: SystemTime())
    if arguments.has(.dryRun) {
      return try run(importer, arguments, console) { batch in
        Array(repeating: .applied, count: batch.count)
      }
    }
    if let server = try RemoteServer(arguments) {
      let intake = RemoteIntake(server)
      return try run(importer, arguments, console) { try intake.submit($0) }
    }
    guard let path = arguments.text(.data) else {
      throw Failure.usage(
        "say where to: --data DIR, or --server URL with --key; or --dry-run to check only")
    }
    let configuration = try ConfigurationLoader.load(arguments).value
    try AccessFolder.require(path, arguments)
    let node = try Node(path, configuration) { console.note($0) }
    try node.requireServersSettings()
    try node.engine.start()
    defer { node.engine.stop() }
    let exit = try run(importer, arguments, console) { batch in
      do {
        return try node.engine.submit(batch).map(\.outcome)
      } catch {
        throw Failure("not-taken", "the engine took no more events: \(error)")
      }
    }
    node.engine.stop()
    try node.close()
    return exit
  }

  private static func options(_ arguments: Arguments) throws -> ImportOptions {
    var options = ImportOptions(path: arguments.operands[0])
    options.format = arguments.text(.importFormat).flatMap(ImportOptions.Format.init(rawValue:))
    options.kind = arguments.text(.kind).flatMap(ImportKind.init(rawValue:))
    options.preset = arguments.text(.preset).flatMap(ImportPreset.init(rawValue:))
    if let map = arguments.text(.map) { options.map = try ColumnMap(parsing: map) }
    if let columns = arguments.text(.columns) {
      options.columns = columns.split(separator: ",").map(String.init)
    }
    if let delimiter = arguments.text(.delimiter) {
      let byte = delimiter == "tab" ? 0x09 : delimiter.utf8.first
      guard let byte, delimiter == "tab" || delimiter.utf8.count == 1 else {
        throw Failure.usage("--delimiter \(delimiter): expected one character, or tab")
      }
      options.delimiter = byte
    }
    options.dryRun = arguments.has(.dryRun)
    options.rejects = arguments.text(.rejects)
    options.state = arguments.text(.state)
    return options
  }

  private static func run(
    _ importer: Importer, _ arguments: Arguments, _ console: Console,
    _ submit: (EventBatch) throws -> [Outcome]
  ) throws -> ExitCode {
    var progress = Progress(console, "importing", unit: "records")
    let result = try importer.run(submit: submit) { state in
      let rejected = state.rejected > 0 ? "\(Figures.grouped(state.rejected)) refused" : ""
      progress.update(state.read, share: state.share, extra: rejected)
    }
    progress.finish()
    tell(result, arguments, console)
    return result.rejected > 0 ? .rejected : .well
  }

  private static func tell(
    _ result: ImportProgress, _ arguments: Arguments, _ console: Console
  ) {
    guard !console.isJSON else {
      return console.json { json in
        json.member("read", result.read)
        json.member("accepted", result.accepted)
        json.member("duplicates", result.duplicates)
        json.member("rejected", result.rejected)
        json.member("first_refusals", result.firstRefusals)
        json.member("seconds", result.seconds)
        json.member("dry_run", arguments.has(.dryRun))
      }
    }
    console.line(
      "\(Figures.grouped(result.read)) records in \(Figures.decimal(result.seconds, 1)) s "
        + "(\(Figures.grouped(Int(result.rate)))/s): "
        + "\(Figures.grouped(result.accepted)) events \(arguments.has(.dryRun) ? "sound" : "taken")"
        + ", \(Figures.grouped(result.duplicates)) known already, "
        + "\(Figures.grouped(result.rejected)) refused")
    guard result.rejected > 0, arguments.text(.rejects) == nil else { return }
    for refusal in result.firstRefusals { console.note("  " + Figures.printable(refusal)) }
    if result.rejected > result.firstRefusals.count {
      console.note("  … to see all that was refused and why, run it again with --rejects FILE")
    }
  }
}

extension Option {
  static let importFormat = Option(
    "format", "FORMAT", "How the file is laid out; else its name tells.",
    choices: ImportOptions.Format.allCases.map(\.rawValue))
  static let kind = Option(
    "kind", "KIND", "What the records are that do not say so.",
    choices: ImportKind.allCases.map(\.rawValue))
  static let map = Option(
    "map", "FIELD=COLUMN,…",
    "Which column gives which field; time=ts:ms names a unit, event=const:click a constant.")
  static let preset = Option(
    "preset", "NAME", "A known data set, instead of format, kind and map.",
    choices: ImportPreset.allCases.map(\.rawValue))
  static let columns = Option(
    "columns", "NAME,NAME…", "The columns' names, when the first line has data.")
  static let delimiter = Option("delimiter", "CHAR", "What stands between columns; or tab.")
  static let dryRun = Option("dry-run", "Read and check everything, take nothing in.")
  static let rejects = Option("rejects", "FILE", "Write refused records there, with their reason.")
  static let state = Option(
    "state", "FILE", "Note there how far it got, and go on from there the next time.")
}
