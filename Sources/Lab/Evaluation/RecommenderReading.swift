/// How good the lists of a recommender were. Means over the judged users.
public struct RecommenderReading: Sendable {
  /// Places of a list.
  public let k: Int
  /// Judged users.
  public let users: Int
  /// See `RankingMetrics.averagePrecision`, over all that is relevant.
  public let map: Double
  /// See `RankingMetrics.ndcg(hits:relevant:k:)`.
  public let ndcg: Double
  /// See `RankingMetrics.precision`.
  public let precision: Double
  /// See `RankingMetrics.recall`.
  public let recall: Double
  /// See `RankingMetrics.hitRate`.
  public let hitRate: Double
  /// See `RankingMetrics.reciprocalRank`.
  public let reciprocalRank: Double
  /// The area under the ROC curve of the whole ranking.
  public let auc: Double
  /// See `RankingMetrics.coverage`, of the items of the training.
  public let coverage: Double
  /// See `RankingMetrics.novelty`, in bits.
  public let novelty: Double
  /// See `RankingMetrics.gini`.
  public let gini: Double
  /// All users, and parts of them or of what they were to find.
  public let segments: [Segment]

  /// The figures of one user.
  struct Sample: Sendable {
    var ndcg: Double
    var recall: Double
    var hitRate: Double
  }

  /// A mean, and where it lies in 95 of 100 resamplings of the users (Efron, 1979).
  public struct Interval: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The 2.5th percentile.
    public let low: Double
    /// The 97.5th percentile.
    public let high: Double
  }

  /// A part, judged for itself.
  public struct Segment: Sendable {
    /// `all`; `new users`, whose past is at most the median long, and `old users`; `head items`,
    /// the fewest with half of the training's interactions, and `tail items`.
    public let name: String
    /// Users with something to find there.
    public let users: Int
    /// Of the lists of length k.
    public let ndcg: Interval
    /// Of the lists of length k.
    public let recall: Interval
    /// Of the lists of length k.
    public let hitRate: Interval

    init(name: String, samples: [Sample], seed: UInt64) {
      self.name = name
      users = samples.count
      ndcg = Interval(of: samples.map(\.ndcg), seed: seed)
      recall = Interval(of: samples.map(\.recall), seed: seed)
      hitRate = Interval(of: samples.map(\.hitRate), seed: seed)
    }
  }
}

extension RecommenderReading.Interval {
  /// The bootstrap: means of as many draws with replacement, 1,000 times, or fewer of very many.
  init(of values: [Double], seed: UInt64) {
    guard !values.isEmpty else {
      self.init(mean: 0, low: 0, high: 0)
      return
    }
    var chance = SplitMix(seed: seed)
    let times = min(1_000, max(100, 5_000_000 / values.count))
    let means = (0..<times).map { _ in
      var sum = 0.0
      for _ in values.indices {
        // The upper half of a draw times the count: a uniform place without a division.
        let place = Int(((chance.next() >> 32) &* UInt64(values.count)) >> 32)
        sum += values[place]
      }
      return sum / Double(values.count)
    }.sorted()
    self.init(
      mean: values.reduce(0, +) / Double(values.count), low: means[times * 25 / 1_000],
      high: means[min(times - 1, times * 975 / 1_000)])
  }
}
