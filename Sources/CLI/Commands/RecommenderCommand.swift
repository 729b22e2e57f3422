internal import Lab

/// `updraft evaluate recommender`: models side by side on recorded interactions.
enum RecommenderCommand {
  static let command: Command = Command(
    "recommender", "Compare recommenders on interactions that they have not seen.",
    about: """
      Files have a line an interaction: user, item, rating and seconds since 1970, with tabs \
      between \
      them, gzip or not; rating and seconds may be left out. Every model learns from --train. \
      Then all \
      items are ranked for every user, less those of the user's past, and the first --k are held \
      against --test, or against what --split kept back of --train. What a user turned to is \
      relevant, \
      whatever the rating. No figure is of a sample of the items.

      popularity and recent are the same for everybody: the lines to pass, the second above all \
      when \
      the split is by time. itemknn: nearest neighbours of items. sar: Jaccard likeness with \
      ratings \
      that age. ease: a linear map with a zero diagonal. ials: matrix factorisation. blend: ease \
      and \
      ials together.

      Figures are also by new and old users and by head and tail items. Interactions don't name \
      surfaces; figures by surface come from updraft evaluate ranker --format log.

      With --search the settings of each model are looked for as long as said, on a part of the \
      training alone; the test is looked at once, at the end.
      """,
    options: [
      .train.required, .test, .split, .places, .models, .search, .recommenderSeed, .report,
    ],
    examples: [
      .init(
        "updraft evaluate recommender --train a.tsv --test b.tsv --json",
        "A line a model: map, ndcg, precision, recall, hr, coverage, seconds and more."),
      .init(
        "updraft evaluate recommender --train all.tsv --split time:0.8 --models recent,ease,ials",
        "The newest fifth judges."),
      .init(
        "updraft evaluate recommender --train a.tsv --split leave-one-out --search 60 --report out",
        "A minute of search a model; out/report.html shows figures and intervals."),
    ]
  ) { arguments, console in
    let run = try RecommenderRun(arguments, console)
    try run.judge()
    return .well
  }
}

/// An evaluation as the options describe it.
private struct RecommenderRun {
  let console: Console
  let trial: RecommenderTrial
  let kinds: [RecommenderPlan.Kind]
  let validation: InteractionSplit
  let searchSeconds: Int?
  let seed: UInt64
  let folder: String?
  let about: String

  init(_ arguments: Arguments, _ console: Console) throws {
    self.console = console
    kinds = try Self.kinds(arguments.text(.models))
    seed = UInt64(try arguments.integer(.recommenderSeed, in: 0...Int.max) ?? 1)
    searchSeconds = try arguments.integer(.search, in: 1...1_000_000)
    folder = arguments.text(.report)
    let k = try arguments.integer(.places, in: 1...10_000) ?? 10
    let path = try arguments.required(.train)
    let splitText = arguments.text(.split) ?? "files"
    let all = try InteractionSet(tabSeparated: path)
    if let testPath = arguments.text(.test) {
      guard splitText == "files" else {
        throw Failure.usage("--split \(splitText): not with --test, which is the split already")
      }
      trial = try RecommenderTrial(
        train: all, test: try InteractionSet(tabSeparated: testPath), k: k)
      validation = .random(0.8)
      about = "Learned from \(path), judged by \(testPath)."
    } else {
      guard splitText != "files" else {
        throw Failure.usage("--test is missing; or say how to part --train, as --split time:0.8")
      }
      let split = try InteractionSplit(splitText)
      let parts = try split.parts(of: all, seed: seed)
      trial = try RecommenderTrial(train: parts.train, test: parts.test, k: k)
      validation = split
      about = "Learned from and judged by parts of \(path), split \(splitText)."
    }
  }

  private static func kinds(_ text: String?) throws -> [RecommenderPlan.Kind] {
    guard let text else { return RecommenderPlan.Kind.allCases }
    return try text.split(separator: ",").map { name in
      guard let kind = RecommenderPlan.Kind(rawValue: String(name)) else {
        let known = RecommenderPlan.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage("--models \(name): there are \(known)")
      }
      return kind
    }
  }

  func judge() throws {
    if let folder { try Files.makeFolder(folder) }
    if trial.strangers > 0 {
      console.note(
        "\(Figures.count(trial.strangers, "user")) of the test without a past: left out")
    }
    var report = RecommenderReport(about: about, facts: facts)
    var table = TextTable(
      [
        "model", "MAP", "NDCG", "95 %", "precision", "recall", "HR", "MRR", "AUC", "coverage",
        "novelty", "Gini", "seconds",
      ], right: [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    for kind in kinds {
      let plan = try searched(RecommenderPlan(kind))
      console.status("training \(kind.rawValue)")
      let time = SystemTime()
      let start = time.ticks
      let model = try plan.trained(on: trial.train)
      let reading = trial.reading(of: model, seed: seed) { done in
        console.status("ranking with \(kind.rawValue): \(Figures.grouped(done)) users")
      }
      let row = RecommenderReport.Row(
        plan: plan, reading: reading, seconds: Double(time.ticks - start) / 1e9)
      console.status("")
      report.add(row)
      table.add(Self.cells(row))
      if console.isJSON { console.json { row.write(to: &$0) } }
    }
    if !console.isJSON {
      console.line(table.text)
      for text in Self.segments(report) { console.line("\n" + text) }
    }
    guard let folder else { return }
    try Files.write(folder + "/report.json", Array(report.json.utf8))
    try Files.write(folder + "/report.html", Array(report.page.utf8))
    console.note("the report is \(folder)/report.html, its figures \(folder)/report.json")
  }

  private var facts: [(name: String, value: String)] {
    [
      ("users", Figures.grouped(trial.train.users.count)),
      ("items", Figures.grouped(trial.train.items.count)),
      ("interactions to learn from", Figures.grouped(trial.train.entries.count)),
      ("interactions to judge by", Figures.grouped(trial.test.entries.count)),
      ("users judged", Figures.grouped(trial.judged.count)),
      ("users of the test without a past, left out", Figures.grouped(trial.strangers)),
    ]
  }

  /// The best settings that the time allows to find, or the usual ones.
  private func searched(_ plan: RecommenderPlan) throws -> RecommenderPlan {
    guard let searchSeconds else { return plan }
    let search = try RecommenderSearch(
      trial.train, split: validation, k: trial.k, seed: seed)
    let time = SystemTime()
    let start = time.ticks
    var done = 0
    var best = 0.0
    let found = try search.best(
      plan, isOver: { _ in time.ticks - start >= UInt64(searchSeconds) * 1_000_000_000 },
      progress: { trial in
        done += 1
        best = max(best, trial.ndcg)
        console.status(
          "searching for \(plan.kind.rawValue): \(done) tried, best NDCG "
            + Figures.decimal(best, 4))
      })
    let settings = found.plan.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    console.status("")
    console.note(
      "\(plan.kind.rawValue): \(Figures.grouped(found.trials.count)) tried, "
        + "NDCG \(Figures.decimal(best, 4)) on the part kept back"
        + (settings.isEmpty ? "" : ": " + settings))
    return found.plan
  }

  private static func cells(_ row: RecommenderReport.Row) -> [String] {
    let reading = row.reading
    let interval = reading.segments.first?.ndcg
    return [row.plan.kind.rawValue]
      + [Figures.decimal(reading.map, 4), Figures.decimal(reading.ndcg, 4)]
      + [interval.map { "\(Figures.decimal($0.low, 3))–\(Figures.decimal($0.high, 3))" } ?? ""]
      + [
        reading.precision, reading.recall, reading.hitRate, reading.reciprocalRank, reading.auc,
        reading.coverage,
      ].map { Figures.decimal($0, 4) }
      + [
        Figures.decimal(reading.novelty, 2), Figures.decimal(reading.gini, 3),
        Figures.decimal(row.seconds, 2),
      ]
  }

  /// A table a segment.
  private static func segments(_ report: RecommenderReport) -> [String] {
    let names = report.rows.first?.reading.segments.map(\.name) ?? []
    return names.dropFirst().map { name in
      var table = TextTable(
        [name, "users", "NDCG", "95 %", "recall", "HR"], right: [1, 2, 4, 5])
      for row in report.rows {
        guard let segment = row.reading.segments.first(where: { $0.name == name }) else { continue }
        table.add([
          row.plan.kind.rawValue, Figures.grouped(segment.users),
          Figures.decimal(segment.ndcg.mean, 4),
          "\(Figures.decimal(segment.ndcg.low, 3))–\(Figures.decimal(segment.ndcg.high, 3))",
          Figures.decimal(segment.recall.mean, 4), Figures.decimal(segment.hitRate.mean, 4),
        ])
      }
      return table.text
    }
  }
}

extension Option {
  static let train = Option("train", "FILE", "Interactions to learn from.")
  static let test = Option("test", "FILE", "Interactions to judge by; without it, --split.")
  static let split = Option(
    "split", "HOW",
    "How --train is parted: time:0.8 (the oldest share teaches), leave-one-out (the newest of each "
      + "user judges), random:0.8, or files: by --test.", standard: "files")
  static let places = Option("k", "N", "Places of a list.", standard: "10")
  static let models = Option(
    "models", "NAME,NAME,…",
    "Of " + RecommenderPlan.Kind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
    standard: "all")
  static let search = Option(
    "search", "SECONDS", "Look for good settings of each model so long, inside the training.")
  static let recommenderSeed = Option(
    "seed", "N", "What everything drawn follows from.", standard: "1")
  static let report = Option(
    "report", "DIR", "Write report.json and report.html, one page that needs nothing else.")
}
