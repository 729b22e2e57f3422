/// Scores a served page once more by a model that nobody sees, from the features that were logged.
struct ShadowScorer {
  private static let top = 10

  private var matrix = FeatureMatrix()
  private var heads = HeadColumns()
  private var scores: [Float] = []

  /// Writes the model's scores into a record and counts how it agrees with what was served. A page
  /// without features is left as it is.
  mutating func score(
    _ model: ServedModel, _ desk: PageDesk.Entry, _ record: inout PageServed,
    _ meters: ShadowMeters
  ) {
    let all = record.entries + record.unshown
    guard !record.features.isEmpty, all.allSatisfy({ !$0.features.isEmpty }) else { return }
    let features = record.features.compactMap { Feature(rawValue: $0) }
    matrix.begin(count: all.count)
    for (feature, value) in zip(features, record.requestFeatures) { matrix.set(feature, value) }
    for (place, feature) in features.dropFirst(record.requestFeatures.count).enumerated() {
      matrix.fill(feature) { all[$0].features[place] }
    }
    matrix.filled = FeatureSet(features)
    let scorer = ModelScorer(model, desk.set.utility)
    scorer.score(matrix, &heads, into: &scores)
    meters.pages.add()
    guard ModelScorer.areFinite(scores) else { return meters.failed.add() }
    record.shadow = PageServed.digits(model.id)
    for index in record.entries.indices { record.entries[index].shadow = scores[index] }
    for index in record.unshown.indices {
      record.unshown[index].shadow = scores[record.entries.count + index]
    }
    compare(all.map(\.score), meters)
  }

  private func compare(_ served: [Float], _ meters: ShadowMeters) {
    let mine = Self.ranks(scores)
    let theirs = Self.ranks(served)
    let top = min(Self.top, served.count)
    let shared = mine.indices.count { mine[$0] < top && theirs[$0] < top }
    meters.topShared.add(UInt64(shared))
    meters.topCompared.add(UInt64(top))
    let correlation = Self.correlation(mine, theirs)
    meters.correlation.add(UInt64(((correlation + 1) * 1000).rounded()))
  }

  /// The place of each score, from 0; of equal ones the earlier comes first.
  private static func ranks(_ scores: [Float]) -> [Int] {
    let order = scores.indices.sorted {
      (scores[$1], $0) < (scores[$0], $1)
    }
    var ranks = [Int](repeating: 0, count: scores.count)
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    return ranks
  }

  /// Spearman's rank correlation, -1…1: 1 − 6 Σd²/(n(n² − 1)).
  static func correlation(_ a: [Int], _ b: [Int]) -> Double {
    let count = Double(a.count)
    guard count > 1 else { return 1 }
    let squares = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return 1 - 6 * squares / (count * (count * count - 1))
  }
}
