/// What lists turned out to be worth, user by user, and what follows for all of them.
struct RecommenderTally {
  private typealias Sample = RecommenderReading.Sample

  private let segments: RecommenderSegments
  private var exposures: [Int]
  private var all: [Sample] = []
  private var isNew: [Bool] = []
  private var averagePrecision = 0.0
  private var precision = 0.0
  private var reciprocalRank = 0.0
  private var auc = 0.0
  /// Users that had something to find there, of the few items that most turn to, and of the rest.
  private var head: [Sample] = []
  private var tail: [Sample] = []

  init(items: Int, segments: RecommenderSegments) {
    self.segments = segments
    exposures = Array(repeating: 0, count: items)
  }

  /// Takes in one list.
  ///
  /// - Parameter relevant: ascending.
  mutating func note(
    _ user: Int, _ list: [UInt32], _ relevant: ArraySlice<UInt32>, _ k: Int, auc area: Double
  ) {
    let wanted = Set(relevant)
    let hits = list.map { wanted.contains($0) }
    for item in list { exposures[Int(item)] += 1 }
    all.append(Self.sample(hits, wanted.count, k))
    isNew.append(segments.isNew[user])
    averagePrecision += RankingMetrics.averagePrecision(hits: hits, relevant: wanted.count, k: k)
    precision += RankingMetrics.precision(hits: hits, k: k)
    reciprocalRank += RankingMetrics.reciprocalRank(hits: hits, k: k)
    auc += area
    for isHead in [true, false] {
      let part = wanted.count { segments.isHead[Int($0)] == isHead }
      guard part > 0 else { continue }
      let found = zip(list, hits).map { $1 && segments.isHead[Int($0)] == isHead }
      let sample = Self.sample(found, part, k)
      if isHead { head.append(sample) } else { tail.append(sample) }
    }
  }

  private static func sample(_ hits: [Bool], _ relevant: Int, _ k: Int) -> Sample {
    Sample(
      ndcg: RankingMetrics.ndcg(hits: hits, relevant: relevant, k: k),
      recall: RankingMetrics.recall(hits: hits, relevant: relevant, k: k),
      hitRate: RankingMetrics.hitRate(hits: hits, k: k))
  }

  /// All of it.
  func reading(k: Int, seed: UInt64, seen: SparseMatrix) -> RecommenderReading {
    let count = Double(max(1, all.count))
    let known = Array(seen.columnCounts.prefix(exposures.count))
    let users = (0..<seen.rows).count { !seen.range($0).isEmpty }
    let news = zip(all, isNew).filter(\.1).map(\.0)
    let olds = zip(all, isNew).filter { !$0.1 }.map(\.0)
    let groups = [
      ("all", all), ("new users", news), ("old users", olds), ("head items", head),
      ("tail items", tail),
    ]
    return RecommenderReading(
      k: k, users: all.count, map: averagePrecision / count,
      ndcg: all.reduce(0) { $0 + $1.ndcg } / count, precision: precision / count,
      recall: all.reduce(0) { $0 + $1.recall } / count,
      hitRate: all.reduce(0) { $0 + $1.hitRate } / count,
      reciprocalRank: reciprocalRank / count, auc: auc / count,
      coverage: RankingMetrics.coverage(exposures: exposures),
      novelty: RankingMetrics.novelty(exposures: exposures, users: known, of: users),
      gini: RankingMetrics.gini(exposures: exposures),
      segments: groups.filter { !$0.1.isEmpty }.map { name, samples in
        RecommenderReading.Segment(name: name, samples: samples, seed: seed)
      })
  }
}
