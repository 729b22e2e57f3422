internal import Feed
internal import JSON
internal import Lab
internal import Settings
internal import Stores

/// `updraft train ranker`: a model from rows of a file, or from the log.
enum TrainRankerCommand {
  static let command: Command = Command(
    "ranker", "Train a ranker: a forest for the order of a page, and one an objective.",
    about: """
      The order is learned by LambdaMART, the chance of each objective by a logistic forest with \
      an isotonic calibration; both by XGBoost. Rows come from SVMlight files (--format svmlight; \
      gzip is fine), or from what a data folder's log says was served and what came of it (--data).

      Growth stops when the rows of --valid gain nothing any more, which also calibrate and judge. \
      Without --valid the latest requests are held out: half of them to stop by, half to judge by.

      Users look at upper places more. Where places are known, how much more is found from places \
      that chance filled, else by regression-EM, and clicks count one over the chance that they \
      were looked at.

      --search looks for better settings for so many seconds. All else follows from --seed.
      """,
    options: [
      .rankerFormat, .trainRows, .trainGroups, .validRows, .validGroups, .data,
      .modelOutput.required,
      .rankerSearch, .rankerRounds, .positionBias, .propensityClip, .trainSeed, .rankerThreads,
      .config, .set,
    ],
    examples: [
      .init(
        "updraft train ranker --format svmlight --train a.svm.gz --train-groups a.group "
          + "--valid b.svm.gz --valid-groups b.group --output model",
        "A model from files."),
      .init(
        "updraft train ranker --data ./data --output model --search 60",
        "A model from the log, with a minute of search."),
    ], exits: [.failed: "a file is not what it should be, or there is nothing to learn"]
  ) { arguments, console in
    var options = try options(arguments)
    let path = try arguments.required(.modelOutput)
    // Before an hour of training, not after it.
    guard Files.facts(path) == nil else {
      throw Failure(
        "model-conflict", "--output \(path): is there already; name a folder that is not")
    }
    let (table, valid) = try tables(arguments, &options, console)
    options.created = SystemTime().now
    options.code = VersionCommand.number
    var teller = TrainingTeller(console)
    let artifact = try RankerTrainer.train(
      table: table, valid: valid, options: options, time: SystemTime()
    ) { step in
      teller.tell(step)
      return true
    }
    teller.finish()
    let id = try ModelFolder.write(artifact, to: path)
    tell(artifact, id, path, console)
    return .well
  }

  private static func options(_ arguments: Arguments) throws -> RankerOptions {
    var options = RankerOptions()
    if let seed = try arguments.integer(.trainSeed, in: 0...Int(Int32.max)) {
      options.seed = UInt64(seed)
    }
    if let threads = try arguments.integer(.rankerThreads, in: 1...1_024) {
      options.threads = threads
    }
    if let seconds = try arguments.integer(.rankerSearch, in: 0...1_000_000) {
      options.searchSeconds = Double(seconds)
    }
    if let rounds = try arguments.integer(.rankerRounds, in: 1...100_000) {
      (options.order.rounds, options.heads.rounds) = (rounds, rounds)
    }
    if let name = arguments.text(.positionBias) {
      options.bias = RankerOptions.Bias(rawValue: name) ?? .auto
    }
    if let text = arguments.text(.propensityClip) {
      guard let clip = Float(text), clip >= 1, clip.isFinite else {
        throw Failure.usage("--clip \(text): expected a number from 1")
      }
      options.clip = clip
    }
    return options
  }

  private static func tables(
    _ arguments: Arguments, _ options: inout RankerOptions, _ console: Console
  ) throws -> (TrainingTable, TrainingTable?) {
    if arguments.has(.data) {
      guard !arguments.has(.trainRows), !arguments.has(.validRows), !arguments.has(.rankerFormat)
      else { throw Failure.usage("--data: not with --format, --train or --valid") }
      let pages = try logged(arguments, .data, console)
      options.through = pages.report.end
      return (try pages.table(), nil)
    }
    guard arguments.has(.trainRows) else {
      throw Failure.usage("name what to learn from: --format svmlight --train FILE, or --data DIR")
    }
    guard arguments.has(.rankerFormat) else {
      throw Failure.usage("--train: say how the file is laid out, --format svmlight")
    }
    let (rows, groups) = (try arguments.required(.trainRows), arguments.text(.trainGroups))
    guard let held = arguments.text(.validRows) else {
      return (try SVMLightFile.read(rows, groups: groups), nil)
    }
    let heldGroups = arguments.text(.validGroups)
    let both = try SVMLightFile.read(
      [(path: rows, groups: groups), (path: held, groups: heldGroups)])
    return (both[0], both[1])
  }

  /// What the log of the folder that an option names says was served, and what came of it.
  static func logged(
    _ arguments: Arguments, _ folder: Option, _ console: Console
  ) throws -> LoggedTable {
    let configuration = try ConfigurationLoader.load(arguments).value
    let path = try arguments.required(folder)
    let log = try SQLiteLog(DataDirectory(path, access: .read))
    var examples = JoinedExamples(log, configuration)
    examples.through = log.end
    var progress = Progress(console, "joining", unit: "events")
    let end = max(1, log.end.value)
    let table = try LoggedTable(of: examples) { offset in
      progress.update(Int(clamping: offset.value), share: Double(offset.value) / Double(end))
    }
    progress.finish()
    if table.pagesWithoutFeatures > 0 {
      console.note(
        "passed over \(Figures.count(table.pagesWithoutFeatures, "page")) whose features were not "
          + "kept")
    }
    let waiting = OpenWindows.text(table.report)
    guard table.requests > 0 else {
      throw Failure(
        "no-rows",
        "\(path): its log holds no page to learn from or to judge by yet: "
          + (waiting ?? "none with features was ranked; pages are logged as a server ranks them"))
    }
    if let waiting { console.note("left out: " + waiting) }
    return table
  }

  private static func tell(
    _ artifact: ModelArtifact, _ id: String, _ path: String, _ console: Console
  ) {
    let manifest = artifact.manifest
    guard !console.isJSON else {
      return console.json { json in
        json.member("id", id)
        json.member("path", path)
        json.member("trainer", manifest.trainer)
        json.member("heads", manifest.heads.map(\.name))
        json.object("metrics") { json in
          for (name, value) in manifest.metrics.sorted(by: { $0.key < $1.key }) {
            json.member(name, value)
          }
        }
        json.object("parameters") { json in
          for (name, value) in manifest.parameters.sorted(by: { $0.key < $1.key }) {
            json.member(name, value)
          }
        }
      }
    }
    var table = TextTable(["metric", "value", "popularity"], right: [1, 2])
    for (name, value) in manifest.metrics.sorted(by: { $0.key < $1.key }) {
      let beside = manifest.popularity[name].map { Figures.decimal($0, 4) } ?? ""
      table.add([name, Figures.decimal(value, 4), beside])
    }
    console.line(table.text)
    console.line("model \(id) in \(path)")
  }
}

extension Option {
  static let rankerFormat = Option(
    "format", "FORMAT", "How the files are laid out.", choices: ["svmlight"])
  static let trainRows = Option("train", "FILE", "Rows to learn from.")
  static let trainGroups = Option(
    "train-groups", "FILE", "Rows of each query, a number a line; not needed where lines have qid.")
  static let validRows = Option("valid", "FILE", "Later rows to stop, calibrate and judge by.")
  static let validGroups = Option("valid-groups", "FILE", "Rows of each query of --valid.")
  static let modelOutput = Option("output", "DIR", "The folder that the model becomes.")
  static let rankerSearch = Option(
    "search", "SECONDS", "How long to look for settings.", standard: "0")
  static let rankerRounds = Option("rounds", "N", "The most trees of a forest.", standard: "400")
  static let positionBias = Option(
    "position-bias", "WAY", "How the position bias is found.",
    choices: RankerOptions.Bias.allCases.map(\.rawValue), standard: "auto")
  static let propensityClip = Option(
    "clip", "N", "The most that a click far down counts over one at the top.", standard: "10")
  static let trainSeed = Option("seed", "N", "What chance follows from.", standard: "0")
  static let rankerThreads = Option("threads", "N", "Threads to train with.", standard: "all cores")
}
