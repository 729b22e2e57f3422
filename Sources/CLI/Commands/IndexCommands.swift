internal import Feed
internal import Index
internal import JSON
internal import Lab

/// `updraft index …`: the nearest vectors, looked at and measured.
enum IndexCommands {
  static let group: Command = Command(
    "index", "Look at the index of vectors, and measure it.",
    examples: [
      .init(
        "updraft index bench --vectors X.npy --queries Q.npy",
        "Recall and speed at several efforts.")
    ],
    subcommands: [bench])

  private static let bench: Command = Command(
    "bench", "Build an index over vectors of your own and measure recall and speed.",
    about: """
      X.npy and Q.npy are arrays of two axes, float32 or float16: vectors and queries, one a row. \
      The exact answers are computed first, so that recall is known. Then every query is asked \
      at each effort. Nothing is kept.

      recall: the share of the true k nearest that was found. low: the share of queries with \
      recall under .5. qps: queries a second over all threads. visited: rows scored a query. \
      build_s: seconds of building. bytes_per_vector: memory of the whole index by vector.
      """,
    options: [
      .vectors.required, .queries, .nearest, .metric, .threads, .buildThreads, .efforts, .degree,
      .batch, .filter, .filterKind, .codesOnly, .indexSeed,
    ],
    examples: [
      .init(
        "updraft index bench --vectors X.npy --queries Q.npy --k 10 --metric cosine --json",
        "One JSON object an effort."),
      .init(
        "updraft index bench --vectors X.npy --filter 0.01 --filter-kind correlated",
        "With a filter that lets one row in a hundred through."),
    ]
  ) { arguments, console in
    let vectors = try NumpyFile.read(try arguments.required(.vectors))
    let queries = try queries(arguments, vectors, console)
    let bench = try IndexBench(arguments, vectors: vectors, queries: queries)
    bench.run(console)
    return .well
  }

  /// The queries of the file, or a thousand of the vectors themselves.
  private static func queries(
    _ arguments: Arguments, _ vectors: VectorTable, _ console: Console
  ) throws -> VectorTable {
    guard let path = arguments.text(.queries) else {
      console.note("no --queries: a thousand of the vectors themselves are asked for")
      let step = max(1, vectors.count / 1_000)
      return vectors.picking(Array(stride(from: 0, to: vectors.count, by: step).prefix(1_000)))
    }
    let queries = try NumpyFile.read(path)
    guard queries.dimension == vectors.dimension else {
      throw Failure(
        "dimension",
        "\(path): \(queries.dimension) components, but the vectors have \(vectors.dimension)")
    }
    return queries
  }
}

/// A measurement as the options describe it.
private struct IndexBench {
  let vectors: VectorTable
  let queries: VectorTable
  let metric: Metric
  let settings: GraphSettings
  let buildThreads: Int
  let plan: IndexTrial.Plan

  init(_ arguments: Arguments, vectors: VectorTable, queries: VectorTable) throws {
    self.vectors = vectors
    self.queries = queries
    metric = Metric(short: arguments.text(.metric) ?? "cosine")
    var settings = GraphSettings()
    if let degree = try arguments.integer(.degree, in: 4...256) { settings.degree = degree }
    if let seed = try arguments.integer(.indexSeed, in: 0...Int.max) {
      settings.seed = UInt64(seed)
    }
    if arguments.has(.codesOnly) { settings.keeps = .codesOnly }
    self.settings = settings
    buildThreads = try arguments.integer(.buildThreads, in: 1...1_024) ?? 2
    var plan = IndexTrial.Plan()
    plan.k = try arguments.integer(.nearest, in: 1...100_000) ?? 10
    plan.threads = try arguments.integer(.threads, in: 1...1_024) ?? 1
    plan.batch = try arguments.integer(.batch, in: 1...1_024) ?? 1
    if let text = arguments.text(.efforts) { plan.efforts = try Self.efforts(text) }
    if let text = arguments.text(.filter) {
      guard let share = Double(text), share > 0, share <= 1 else {
        throw Failure.usage("--filter \(text): expected a share above 0, at most 1")
      }
      let kind = TrialFilters(rawValue: arguments.text(.filterKind) ?? "random") ?? .random
      plan.filters = kind.sets(vectors, queries: queries, share: share, seed: settings.seed)
    }
    guard plan.batch == 1 || plan.filters.isEmpty, plan.batch <= queries.count else {
      throw Failure.usage("--batch: not with --filter, and at most \(queries.count) queries")
    }
    self.plan = plan
  }

  private static func efforts(_ text: String) throws -> [Int] {
    try text.split(separator: ",").map { word in
      guard let effort = Int(word), (1...100_000).contains(effort) else {
        throw Failure.usage("--efforts \(text): expected whole numbers from 1, such as 32,64,128")
      }
      return effort
    }
  }

  func run(_ console: Console) {
    console.status("building over \(Figures.grouped(vectors.count)) vectors")
    let (index, seconds) = IndexTrial.built(
      vectors, metric: metric, settings: settings, threads: buildThreads, time: SystemTime())
    let each = Double(index.statistics().bytes) / Double(max(1, index.count))
    console.status("scoring every row for the exact answers")
    let trial = IndexTrial(
      index, queries: queries, truth: ExactAnswers(vectors, metric: metric), time: SystemTime())
    var table = TextTable(
      ["effort", "recall", "low", "qps", "p50", "p99", "visited", "way"],
      right: [0, 1, 2, 3, 4, 5, 6])
    trial.readings(plan) { reading in
      guard console.isJSON else { return table.add(Self.cells(reading)) }
      console.json { json in
        json.member("effort", reading.effort)
        json.member("recall", reading.recall)
        json.member("qps", reading.rate)
        json.member("p50_us", reading.p50)
        json.member("p99_us", reading.p99)
        json.member("visited", reading.visited)
        json.member("build_s", seconds)
        json.member("bytes_per_vector", each)
        json.member("low", reading.low)
        json.member("strategy", reading.strategy)
      }
    }
    console.status("")
    guard !console.isJSON else { return }
    console.line(table.text)
    console.line(
      "\(Figures.grouped(index.count)) vectors of \(vectors.dimension), built in "
        + "\(Figures.decimal(seconds, 2)) s on \(buildThreads) threads, "
        + "\(Figures.decimal(each, 0)) bytes a vector")
  }

  private static func cells(_ reading: IndexTrial.Reading) -> [String] {
    [
      "\(reading.effort)", Figures.decimal(reading.recall, 4), Figures.decimal(reading.low, 4),
      Figures.grouped(Int(reading.rate)), Figures.decimal(reading.p50, 1) + " us",
      Figures.decimal(reading.p99, 1) + " us", Figures.decimal(reading.visited, 0),
      reading.strategy,
    ]
  }
}

extension Metric {
  /// The short names of the command line.
  fileprivate init(short name: String) {
    switch name {
    case "ip": self = .innerProduct
    case "l2": self = .squaredEuclidean
    default: self = .cosine
    }
  }
}

extension Option {
  static let vectors = Option("vectors", "X.npy", "The vectors: an array of two axes.")
  static let queries = Option(
    "queries", "Q.npy", "The queries.", standard: "a thousand of the vectors")
  static let nearest = Option("k", "N", "Hits a query.", standard: "10")
  static let metric = Option(
    "metric", "NAME", "How vectors are compared.", choices: ["cosine", "ip", "l2"],
    standard: "cosine")
  static let threads = Option("threads", "N", "Threads that search.", standard: "1")
  static let buildThreads = Option("build-threads", "N", "Threads that build.", standard: "2")
  static let efforts = Option(
    "efforts", "N,N,…", "How hard the index tries: rows kept in view.",
    standard: "16 to 512")
  static let degree = Option("degree", "N", "Links a vector keeps.", standard: "32")
  static let batch = Option("batch", "N", "Queries handed over at once.", standard: "1")
  static let filter = Option("filter", "SHARE", "Let only this share of the rows through.")
  static let filterKind = Option(
    "filter-kind", "KIND", "Which rows those are.", choices: TrialFilters.allCases.map(\.rawValue),
    standard: "random")
  static let codesOnly = Option(
    "codes-only", "Keep no exact rows: smaller, and a little less exact.")
  static let indexSeed = Option("seed", "N", "What chance follows from.", standard: "0")
}
