/// The area under the ROC curve where each request counts as often as it was drawn: rows are sorted
/// once, and then one pass a sample does.
struct WeightedAUC {
  private let order: [Int]
  private let groupOf: [Int]
  private let labels: [Bool]
  private let scores: [Float]

  /// - Parameter groups: those that counts are given for.
  init(_ table: TrainingTable, groups: [Int], scores: [Float]) {
    var groupOf = [Int](repeating: 0, count: table.count)
    for (place, group) in groups.enumerated() {
      for row in table.starts[group]..<table.starts[group + 1] { groupOf[row] = place }
    }
    let finite = scores.map { $0.isFinite ? $0 : -.infinity }
    order = finite.indices.sorted { finite[$0] < finite[$1] }
    (self.groupOf, self.scores) = (groupOf, finite)
    labels = table.grades.map { $0 > 0 }
  }

  /// The chance that a positive row scores above a negative one, ties counting half; nil unless
  /// there are both.
  /// - Complexity: O(rows).
  func value(_ counts: [UInt16]) -> Double? {
    var (positives, negatives, wins) = (0.0, 0.0, 0.0)
    var at = 0
    while at < order.count {
      let score = scores[order[at]]
      var (tiedPositives, tiedNegatives) = (0.0, 0.0)
      while at < order.count, scores[order[at]] == score {
        let row = order[at]
        let count = Double(counts[groupOf[row]])
        if labels[row] { tiedPositives += count } else { tiedNegatives += count }
        at += 1
      }
      wins += tiedPositives * (negatives + tiedNegatives / 2)
      positives += tiedPositives
      negatives += tiedNegatives
    }
    return positives > 0 && negatives > 0 ? wins / (positives * negatives) : nil
  }
}
