/// A figure of the table: how it is measured.
enum BenchFigure: String, CaseIterable, Sendable {
  case events, cached, uncached, overload, visible, replay, restart, globo, memory, vectors
  case inserts, churn, nearest, ials, ranker, trees
  case fanOut = "fan-out"
  case indexOpen = "index-open"
  case modelPage = "model-page"

  /// What it takes, in half a line.
  var summary: String {
    switch self {
    case .events: "durable events a second from HTTP batches, beside plain SQLite inserts"
    case .cached: "CPU of a cached page, beside nginx and a file of the same size"
    case .uncached: "a page ranked anew, idle and while events come"
    case .modelPage:
      "a page by a model of 300 trees, what its log costs, models exchanged meanwhile"
    case .overload: "more requests than can be served: goodput, refusals, recovery"
    case .visible: "whether the page after a 202 shows it"
    case .fanOut: "inbox writes a second, beside Redis ZADD"
    case .replay: "events a second from SQLite into the World, beside a bare scan"
    case .restart: "a start with a snapshot and a tail of events"
    case .globo: "the next click of real readers, beside a simple baseline"
    case .memory: "a million items and 200,000 users"
    case .vectors: "nearest vectors at equal recall, beside hnswlib and faiss"
    case .inserts: "nearest vectors while others come"
    case .ranker: "learning to rank, beside XGBoost and LightGBM"
    case .churn: "recall after half of the vectors were replaced, ten times over"
    case .nearest: "what the source of nearest items takes of a page"
    case .ials: "an epoch of matrix factorisation and its recall, beside implicit"
    case .trees: "rows scored by a forest of 300 trees, beside XGBoost and LightGBM"
    case .indexOpen: "a graph of a million vectors of 128 components, opened from its file"
    }
  }

  /// Measures it.
  func measure(_ bench: Bench) throws -> [BenchRow] {
    switch self {
    case .events: try bench.events()
    case .cached: try bench.cachedPage()
    case .uncached: try bench.uncachedPage()
    case .modelPage: try bench.modelPage()
    case .overload: try bench.overload()
    case .visible: try bench.visible()
    case .fanOut: try bench.fanOut()
    case .replay: try bench.replay()
    case .restart: try bench.restart()
    case .globo: try bench.nextClick()
    case .memory: try bench.memory()
    case .vectors: try bench.nearestVectors()
    case .inserts: try bench.inserts()
    case .churn: try bench.churn()
    case .nearest: try bench.nearestSource()
    case .ials: try bench.factors()
    case .ranker: try bench.ranker()
    case .trees: try bench.forests()
    case .indexOpen: try bench.indexOpen()
    }
  }
}

/// What the measurements share.
struct Bench {
  let console: Console
  /// Everything a tenth as large: shows that the measurements run, not what they would show.
  let isQuick: Bool
  /// Two files of clicks: the first teaches, the second is judged.
  let globo: (warmup: String, evaluate: String)?
  /// The folder of the sets of vectors `titles-minilm` and `sift-5k`, and of `ml-100k`.
  let vectors: String?
  /// The folder of LightGBM's lambdarank sample.
  let rank: String?

  /// A size, or a tenth of it.
  func size(_ full: Int) -> Int { isQuick ? max(1, full / 10) : full }

  /// What is done right now, where a person watches.
  func say(_ text: String) { console.isWatched ? console.status(text) : console.note(text) }

  /// What to say of work on one thread that had only a share of a core.
  static func hint(_ share: Double) -> String {
    share < 0.9 ? "; had \(Figures.decimal(share * 100, 0)) % of a core" : ""
  }

  /// The middle one of a few.
  static func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}
