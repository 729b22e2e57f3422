internal import Feed
internal import JSON
internal import Lab
internal import Stores

/// `updraft evaluate ranker`: a model on rows that it has not seen.
enum EvaluateRankerCommand {
  static let command: Command = Command(
    "ranker", "Measure how well a model orders the rows of a file.",
    about: """
      NDCG@k with gains of 2^grade - 1, where a query without a relevant row counts 1; MAP and MRR \
      over queries with a row of a grade above 0; AUC over all rows, and as the mean over queries. \
      Intervals are the middle 95 % of a bootstrap over queries. Rows are scored by the evaluation \
      that serves pages.
      """,
    options: [
      .rankerModel.required, .rankerFormat.required, .judgedRows.required, .judgedGroups,
      .bootstrapSamples,
      .trainSeed,
    ],
    examples: [
      .init(
        "updraft evaluate ranker --model model --format svmlight --data b.svm.gz --groups b.group",
        "A table."),
      .init(
        "updraft evaluate ranker --model model --format svmlight --data b.svm.gz --groups b.group "
          + "--json", "One object."),
    ]
  ) { arguments, console in
    let (id, artifact) = try ModelFolder.read(try arguments.required(.rankerModel))
    let table = try SVMLightFile.read(
      try arguments.required(.judgedRows), groups: arguments.text(.judgedGroups),
      features: artifact.manifest.features)
    let samples = try arguments.integer(.bootstrapSamples, in: 0...100_000) ?? 1_000
    let seed = try arguments.integer(.trainSeed, in: 0...Int(Int32.max)) ?? 0
    let result = try RankerEvaluation(artifact).run(table, samples: samples, seed: UInt64(seed))
    tell(result, id, table, console)
    return .well
  }

  private static func tell(
    _ result: RankerEvaluation.Result, _ id: String, _ table: TrainingTable, _ console: Console
  ) {
    guard !console.isJSON else {
      return console.json { json in
        json.member("model", id)
        json.member("head", result.head)
        json.member("rows", table.count)
        json.member("queries", table.groups.count)
        for figure in result.order.figures {
          let name = figure.name.replacing("@", with: "_at_")
          json.member(name, figure.value)
          json.member(name + "_low", figure.low)
          json.member(name + "_high", figure.high)
        }
        json.object("heads") { json in
          for (name, value) in result.heads { json.member(name, value) }
        }
      }
    }
    var lines = TextTable(["measure", "value", "95 % from", "to"], right: [1, 2, 3])
    for figure in result.order.figures {
      lines.add(
        [figure.name] + [figure.value, figure.low, figure.high].map { Figures.decimal($0, 4) })
    }
    for (name, value) in result.heads { lines.add([name, Figures.decimal(value, 4), "", ""]) }
    console.line(lines.text)
    console.line(
      "\(Figures.count(table.count, "row")) of \(Figures.grouped(table.groups.count)) queries, "
        + "ordered by the head \(result.head)")
  }
}

extension Option {
  static let rankerModel = Option("model", "DIR", "The model's folder.")
  static let judgedRows = Option("data", "FILE", "The rows.")
  static let judgedGroups = Option(
    "groups", "FILE", "Rows of each query, a number a line; not needed where lines have qid.")
  static let bootstrapSamples = Option(
    "samples", "N", "Samples of the bootstrap.", standard: "1000")
}
