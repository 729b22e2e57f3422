internal import Feed

/// How good an order of rows is, request by request, with intervals.
public struct RankingFigures: Equatable, Sendable {
  /// A measure and the interval that its value would stay in with other requests of the kind.
  public struct Figure: Equatable, Sendable {
    /// "ndcg@10", "map", "mrr", "auc", "gauc".
    public var name: String
    /// The value.
    public var value: Double
    /// The 2.5th percentile of a bootstrap over requests.
    public var low: Double
    /// The 97.5th.
    public var high: Double
  }

  /// What was measured, in the order of printing; a measure that has no value is left out.
  public private(set) var figures: [Figure] = []

  /// Measures an order.
  ///
  /// NDCG is over grades with gains of 2^grade - 1, a request without a relevant row counting 1, as
  /// LightGBM and XGBoost have it. The others ask whether a grade is above 0; MAP and MRR leave out
  /// requests where none is. `auc` is over all rows, `gauc` the mean of that of each request.
  ///
  /// - Parameters:
  ///   - table: the rows.
  ///   - scores: what they are ordered by, one a row.
  ///   - samples: of the bootstrap, requests drawn with replacement (Efron, 1979,
  ///     doi:10.1214/aos/1176344552), fewer where there are millions of rows; 0 = intervals are the
  ///     value itself.
  public init(
    _ table: TrainingTable, scores: [Float], cutoffs: [Int] = [1, 3, 5, 10], samples: Int = 1_000,
    seed: UInt64 = 0
  ) {
    precondition(scores.count == table.count, "a score a row")
    let groups = table.groups.indices.filter { table.groups[$0] > 0 }
    let columns = Self.columns(table, groups, scores, cutoffs)
    let curve = WeightedAUC(table, groups: groups, scores: scores)
    let values = { (counts: [UInt16]) -> [Double?] in
      columns.map { Self.mean($0.values, counts) } + [curve.value(counts)]
    }
    let all = values([UInt16](repeating: 1, count: groups.count))
    var drawn = [[Double]](repeating: [], count: all.count)
    var chance = SplitMix(seed: seed)
    for _ in 0..<min(samples, max(100, 200_000_000 / max(1, table.count))) {
      var counts = [UInt16](repeating: 0, count: groups.count)
      for _ in groups {
        let at = chance.below(groups.count)
        if counts[at] < .max { counts[at] += 1 }
      }
      for (place, value) in values(counts).enumerated() {
        if let value { drawn[place].append(value) }
      }
    }
    for (place, name) in (columns.map(\.name) + ["auc"]).enumerated() {
      guard let value = all[place] else { continue }
      let sorted = drawn[place].sorted()
      figures.append(
        Figure(
          name: name, value: value, low: Self.quantile(sorted, 0.025) ?? value,
          high: Self.quantile(sorted, 0.975) ?? value))
    }
  }

  /// The value of a measure; nil where it has none.
  public subscript(_ name: String) -> Double? { figures.first { $0.name == name }?.value }

  /// The measures that are means over requests, a value a request or none.
  private static func columns(
    _ table: TrainingTable, _ groups: [Int], _ scores: [Float], _ cutoffs: [Int]
  ) -> [(name: String, values: [Double?])] {
    var columns: [(name: String, values: [Double?])] = cutoffs.map { ("ndcg@\($0)", []) }
    columns += [("map", []), ("mrr", []), ("gauc", [])]
    for group in groups {
      let rows = table.starts[group]..<table.starts[group + 1]
      let (grades, scores) = (table.grades[rows], Array(scores[rows]))
      for (place, k) in cutoffs.enumerated() {
        columns[place].values.append(
          RankingMetrics.ndcg(grades: grades, scores: scores, k: k) ?? 1)
      }
      let relevant = grades.map { $0 > 0 }
      let hits = RankingMetrics.order(of: scores).map { relevant[$0] }
      let count = hits.count { $0 }
      columns[cutoffs.count].values.append(
        count > 0
          ? RankingMetrics.averagePrecision(hits: hits, relevant: count, k: rows.count) : nil)
      columns[cutoffs.count + 1].values.append(
        count > 0 ? RankingMetrics.reciprocalRank(hits: hits, k: rows.count) : nil)
      columns[cutoffs.count + 2].values.append(
        RankingMetrics.auc(labels: relevant, scores: scores))
    }
    return columns
  }

  /// The mean over the requests that have a value, each as often as it counts.
  private static func mean(_ values: [Double?], _ counts: [UInt16]) -> Double? {
    var (sum, weight) = (0.0, 0.0)
    for (value, count) in zip(values, counts) where count > 0 {
      guard let value else { continue }
      sum += Double(count) * value
      weight += Double(count)
    }
    return weight > 0 ? sum / weight : nil
  }

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
    guard !sorted.isEmpty else { return nil }
    return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }
}
