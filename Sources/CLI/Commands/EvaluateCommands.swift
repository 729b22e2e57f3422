internal import Feed
internal import JSON
internal import Lab
internal import Settings

/// `updraft evaluate …`: how good the pages are, on recorded behaviour.
enum EvaluateCommands {
  static let group: Command = Command(
    "evaluate", "Measure how good pages and models are, on recorded behaviour.",
    examples: [
      .init(
        "updraft evaluate prequential --format globo --warmup a.csv.gz --evaluate b.csv.gz",
        "Predicts every click of b from all before it."),
      .init(
        "updraft evaluate recommender --train a.tsv --test b.tsv", "Recommenders side by side."),
      .init("updraft evaluate prequential --help", "The protocol."),
    ],
    subcommands: [prequential, RecommenderCommand.command, EvaluateRankerCommand.command])

  private static let prequential: Command = Command(
    "prequential", "Predict each click from all clicks before it, then learn it.",
    about: """
      All clicks in the order of time. Those of --warmup only teach. Of those of --evaluate, a \
      click that is neither its session's first nor a repeat inside it is judged: everything known \
      so far, less what the session has clicked, is ranked, and the rank of what was clicked next \
      is noted. Then the click is learned. HR@k is the share of judged clicks within the first k, \
      MRR@20 the mean of 1 / rank. Everything goes through the fold, the sources and the scorer \
      that serve live traffic.
      """,
    options: [.clickFormat.required, .warmup.required, .evaluate.required, .config, .set],
    examples: [
      .init(
        "updraft evaluate prequential --format globo --warmup a.csv.gz --evaluate b.csv.gz",
        "A table."),
      .init(
        "updraft evaluate prequential --format globo --warmup a.csv.gz --evaluate b.csv.gz --json",
        "One object."),
    ]
  ) { arguments, console in
    var evaluation = Prequential(
      warmup: arguments.texts(.warmup), evaluate: arguments.texts(.evaluate))
    if arguments.has(.config) || arguments.has(.set) {
      evaluation.configuration = try ConfigurationLoader.load(arguments, over: .news).value
    }
    var progress = Progress(console, "ranking", unit: "clicks")
    let result = try evaluation.run(time: SystemTime()) { done, all in
      progress.update(done, share: Double(done) / Double(max(1, all)))
    }
    progress.finish()
    tell(result, console)
    return .well
  }

  private static func tell(_ result: Prequential.Result, _ console: Console) {
    guard !console.isJSON else {
      return console.json { json in
        json.member("n", result.n)
        json.member("hr_at_5", result.hitRate5)
        json.member("hr_at_10", result.hitRate10)
        json.member("hr_at_20", result.hitRate20)
        json.member("mrr_at_20", result.meanReciprocalRank20)
        json.member("clicks", result.clicks)
        json.member("seconds", result.seconds)
        json.member("clicks_per_second", result.clicksPerSecond)
      }
    }
    var table = TextTable(
      ["judged", "HR@5", "HR@10", "HR@20", "MRR@20", "clicks/s"], right: [0, 5])
    table.add([
      Figures.grouped(result.n), Figures.decimal(result.hitRate5, 4),
      Figures.decimal(result.hitRate10, 4), Figures.decimal(result.hitRate20, 4),
      Figures.decimal(result.meanReciprocalRank20, 4),
      Figures.grouped(Int(result.clicksPerSecond)),
    ])
    console.line(table.text)
  }
}

extension Option {
  static let clickFormat = Option(
    "format", "FORMAT", "How the files are laid out.", choices: ["globo"])
  static let warmup = Option("warmup", "FILE", "Clicks that only teach.", repeats: true)
  static let evaluate = Option("evaluate", "FILE", "Clicks that are judged.", repeats: true)
}
