internal import Feed
internal import JSON
internal import Lab
internal import Stores

/// `updraft evaluate ranker`: a model on rows that it has not seen.
enum EvaluateRankerCommand {
  static let command: Command = Command(
    "ranker", "Measure how well a model orders the rows of a file, or what was served.",
    about: """
      NDCG@k with gains of 2^grade - 1, where a query without a relevant row counts 1; MAP and MRR \
      over queries with a row of a grade above 0; AUC over all rows, and as the mean over queries. \
      Intervals are the middle 95 % of a bootstrap over queries. Rows are scored by the evaluation \
      that serves pages.

      With --format log, --data is a data folder, and rows are what its log says was shown and \
      what came of it. The order is then also measured by surface, and for users with a short and \
      a long past. A file's rows don't name the surface that they stood on.
      """,
    options: [
      .rankerModel.required, .judgedFormat.required, .judgedRows.required, .judgedGroups,
      .bootstrapSamples, .trainSeed, .config, .set,
    ],
    examples: [
      .init(
        "updraft evaluate ranker --model model --format svmlight --data b.svm.gz --groups b.group",
        "A table."),
      .init(
        "updraft evaluate ranker --model model --format svmlight --data b.svm.gz --groups b.group "
          + "--json", "One object."),
      .init(
        "updraft evaluate ranker --model model --format log --data ./data",
        "On what a server has shown, by surface too."),
    ]
  ) { arguments, console in
    let (id, artifact) = try ModelFolder.read(try arguments.required(.rankerModel))
    let (table, surfaces) = try rows(arguments, artifact.manifest.features, console)
    let samples = try arguments.integer(.bootstrapSamples, in: 0...100_000) ?? 1_000
    let seed = try arguments.integer(.trainSeed, in: 0...Int(Int32.max)) ?? 0
    let result = try RankerEvaluation(artifact).run(
      table, segments: RequestSegment.all(of: table, surfaces: surfaces), samples: samples,
      seed: UInt64(seed))
    tell(result, id, table, console)
    if surfaces.isEmpty {
      console.note("the rows don't name their surfaces: nothing is measured by surface")
    }
    return .well
  }

  /// The rows, and the surface of each query; empty = not known.
  private static func rows(
    _ arguments: Arguments, _ features: [String], _ console: Console
  ) throws -> (TrainingTable, surfaces: [String]) {
    guard arguments.text(.judgedFormat) == "log" else {
      let table = try SVMLightFile.read(
        try arguments.required(.judgedRows), groups: arguments.text(.judgedGroups),
        features: features)
      return (table, [])
    }
    guard !arguments.has(.judgedGroups) else {
      throw Failure.usage("--groups: not with --format log, whose requests are known")
    }
    let pages = try TrainRankerCommand.logged(arguments, .judgedRows, console)
    return (try pages.table(features: features), pages.surfaces)
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
        write(result.order, &json)
        if !result.segments.isEmpty {
          json.array("segments") { json in
            for part in result.segments {
              json.object { json in
                json.member("by", part.segment.kind)
                json.member("name", part.segment.name)
                json.member("queries", part.segment.groups.count)
                write(part.order, &json)
              }
            }
          }
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
    if !result.segments.isEmpty { console.line("\n" + parts(result) + "\n") }
    console.line(
      "\(Figures.count(table.count, "row")) of \(Figures.grouped(table.groups.count)) queries, "
        + "ordered by the head \(result.head)")
  }

  private static func write(_ order: RankingFigures, _ json: inout JSONWriter) {
    for figure in order.figures {
      let name = figure.name.replacing("@", with: "_at_")
      json.member(name, figure.value)
      json.member(name + "_low", figure.low)
      json.member(name + "_high", figure.high)
    }
  }

  /// A line a segment.
  private static func parts(_ result: RankerEvaluation.Result) -> String {
    let names = ["ndcg@10", "mrr", "auc"]
    var lines = TextTable(
      ["by", "", "queries", "ndcg@10", "95 %", "mrr", "auc"], right: [2, 3, 5, 6])
    for part in result.segments {
      let figures = names.map { name in part.order.figures.first { $0.name == name } }
      let cells = figures.map { $0.map { Figures.decimal($0.value, 4) } ?? "" }
      let interval = figures[0].map {
        "\(Figures.decimal($0.low, 3))–\(Figures.decimal($0.high, 3))"
      }
      lines.add(
        [
          part.segment.kind, part.segment.name, Figures.grouped(part.segment.groups.count),
          cells[0], interval ?? "",
        ] + cells[1...])
    }
    return lines.text
  }
}

extension Option {
  static let rankerModel = Option("model", "DIR", "The model's folder.")
  static let judgedFormat = Option(
    "format", "FORMAT", "How the rows are kept.", choices: ["svmlight", "log"])
  static let judgedRows = Option("data", "PATH", "The rows: a file, or with log a data folder.")
  static let judgedGroups = Option(
    "groups", "FILE", "Rows of each query, a number a line; not needed where lines have qid.")
  static let bootstrapSamples = Option(
    "samples", "N", "Samples of the bootstrap.", standard: "1000")
}
