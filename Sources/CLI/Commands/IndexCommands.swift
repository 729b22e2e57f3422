internal import Feed
internal import Index
internal import JSON
internal import Lab

/// `updraft index …`: the nearest vectors, looked at and measured.
enum IndexCommands {
  static let group: Command = Command(
    "index", "Look at the index of vectors, and measure it.",
    examples: [
      .init("updraft index stats --data ./data", "What the graphs of a folder hold."),
      .init(
        "updraft index bench --vectors X.npy --queries Q.npy",
        "Recall and speed at several efforts."),
    ],
    subcommands: [
      IndexFileCommands.stats, IndexFileCommands.build, IndexFileCommands.verify, bench,
    ])

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
      .vectors, .seeded, .queries, .nearest, .metric, .threads, .buildThreads, .shards, .efforts,
      .degree, .batch, .filter, .filterKind, .codesOnly, .indexSeed, .details,
    ],
    examples: [
      .init(
        "updraft index bench --vectors X.npy --queries Q.npy --k 10 --metric cosine --json",
        "One JSON object an effort."),
      .init(
        "updraft index bench --vectors X.npy --filter 0.01 --filter-kind correlated",
        "With a filter that lets one row in a hundred through."),
      .init(
        "updraft index bench --seeded 1000000x128 --shards 4 --threads 1",
        "Drawn vectors in four shards; no file is needed, nor memory for more than the index."),
    ]
  ) { arguments, console in
    if let text = arguments.text(.seeded) {
      guard arguments.text(.vectors) == nil, arguments.text(.queries) == nil,
        arguments.text(.filter) == nil
      else { throw Failure.usage("--seeded: not with --vectors, --queries or --filter") }
      let seeded = try seeded(text, arguments)
      let queries = seeded.queries(seeded.count > 1_000_000 ? 200 : 1_000)
      let bench = try IndexBench(arguments, vectors: nil, queries: queries)
      try bench.run(seeded, console)
      return .well
    }
    let vectors = try NumpyFile.read(try arguments.required(.vectors))
    let queries = try queries(arguments, vectors, console)
    let bench = try IndexBench(arguments, vectors: vectors, queries: queries)
    bench.run(vectors, console)
    return .well
  }

  private static func seeded(_ text: String, _ arguments: Arguments) throws -> SeededVectors {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let count = parts[0], let dimension = parts[1],
      (1...1 << 28).contains(count), (1...4_096).contains(dimension)
    else { throw Failure.usage("--seeded \(text): expected ROWSxDIMENSION, such as 200000x128") }
    let seed = try arguments.integer(.indexSeed, in: 0...Int.max) ?? 1
    return SeededVectors(count: count, dimension: dimension, seed: UInt64(seed))
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
  let queries: VectorTable
  let metric: Metric
  let settings: GraphSettings
  let buildThreads: Int
  let shards: Int
  let hasDetails: Bool
  let plan: IndexTrial.Plan

  init(_ arguments: Arguments, vectors: VectorTable?, queries: VectorTable) throws {
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
    shards = try arguments.integer(.shards, in: 1...64) ?? 1
    hasDetails = arguments.has(.details)
    var plan = IndexTrial.Plan()
    plan.k = try arguments.integer(.nearest, in: 1...100_000) ?? 10
    plan.threads = try arguments.integer(.threads, in: 1...1_024) ?? 1
    plan.batch = try arguments.integer(.batch, in: 1...1_024) ?? 1
    if let text = arguments.text(.efforts) { plan.efforts = try Self.efforts(text) }
    if let text = arguments.text(.filter), let vectors {
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

  func run(_ vectors: VectorTable, _ console: Console) {
    console.status("building over \(Figures.grouped(vectors.count)) vectors")
    let index = index(vectors.dimension)
    let seconds = IndexTrial.built(
      vectors, in: index, threads: buildThreads, time: SystemTime())
    console.status("scoring every row for the exact answers")
    measure(index, ExactAnswers(vectors, metric: metric), seconds, console)
  }

  func run(_ seeded: SeededVectors, _ console: Console) throws {
    console.status("drawing \(Figures.grouped(seeded.count)) vectors, and the exact answers")
    let index = index(seeded.dimension)
    let time = SystemTime()
    var loading: UInt64 = 0
    let truth = ExactAnswers(
      seeded, queries: queries, k: plan.k, metric: metric, threads: buildThreads
    ) { first, vectors in
      let start = time.ticks
      for row in 0..<vectors.count {
        vectors.withVector(row) { index.load(row: UInt32(first + row), vector: $0) }
      }
      loading += time.ticks - start
    }
    let start = time.ticks
    index.build(threads: buildThreads) { done, all in
      console.status("building: \(Figures.grouped(done)) of \(Figures.grouped(all))")
    }
    measure(index, truth, Double(loading + time.ticks - start) / 1e9, console)
  }

  /// As many shards at once as there are threads to build.
  private func index(_ dimension: Int) -> ShardedIndex {
    ShardedIndex(
      dimension: dimension, metric: metric, shards: shards, threads: buildThreads,
      settings: settings)
  }

  private func measure(
    _ index: ShardedIndex, _ truth: ExactAnswers, _ seconds: Double, _ console: Console
  ) {
    let each = Double(index.statistics().bytes) / Double(max(1, index.count))
    let trial = IndexTrial(index, queries: queries, truth: truth, time: SystemTime())
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
        guard hasDetails else { return }
        json.member("low", reading.low)
        json.member("strategy", reading.strategy)
        json.member("shards", index.shards)
      }
    }
    console.status("")
    guard !console.isJSON else { return }
    console.line(table.text)
    console.line(
      "\(Figures.grouped(index.count)) vectors of \(index.dimension)"
        + (index.shards > 1 ? " in \(index.shards) shards" : "") + ", built in "
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
  static let seeded = Option(
    "seeded", "NxD", "Instead of files: N drawn vectors of D components, and queries.")
  static let shards = Option(
    "shards", "N", "Graphs that share the rows; a query asks as many at once as threads build.",
    standard: "1")
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
  static let details = Option("details", "With --json: low, strategy and shards too.")
  static let indexSeed = Option("seed", "N", "What chance follows from.", standard: "0")
}
