import Lab
import TestKit
import Testing

/// Golden numbers are scikit-learn's (1.9): `ndcg_score`, `roc_auc_score`, `log_loss`; or by hand.
@Suite struct MetricsTests {
  static let grades: [Float] = [3, 2, 3, 0, 1, 2, 3, 2]
  static let labels = [true, false, true, true, false, false, true, false]
  static let chances: [Float] = [0.9, 0.8, 0.7, 0.7, 0.7, 0.3, 0.2, 0.1]

  @Test func gradedRankings() throws {
    let scores = (1...8).reversed().map { Float($0) }
    func value(_ k: Int, _ gain: RankingMetrics.Gain) throws -> Double {
      try #require(RankingMetrics.ndcg(grades: Self.grades, scores: scores, k: k, gain: gain))
    }
    #expect(abs(try value(8, .linear) - 0.9359086214535142) < 1e-12)
    #expect(abs(try value(5, .linear) - 0.7659228626423699) < 1e-12)
    #expect(abs(try value(5, .exponential) - 0.7357689654680095) < 1e-12)
    #expect(RankingMetrics.ndcg(grades: [0, 0], scores: [1, 2], k: 10) == nil)
  }

  @Test func groupsCountTheSameAndEmptyOnesAsAsked() throws {
    let grades: [Float] = [1, 0, 0, 0, 0, 1]
    let scores: [Float] = [2, 1, 1, 2, 2, 1]
    // The first group is in order, the second has nothing, the third has its hit on rank 2.
    let last = 1 / 1.584962500721156
    func value(_ empty: Double?) -> Double? {
      RankingMetrics.ndcg(grades: grades, scores: scores, groups: [2, 2, 0, 2], k: 5, empty: empty)
    }
    #expect(abs(try #require(value(1)) - (3 + last) / 4) < 1e-12)
    #expect(abs(try #require(value(nil)) - (1 + last) / 2) < 1e-12)
    #expect(RankingMetrics.ndcg(grades: [], scores: [], groups: [], k: 5) == nil)
  }

  @Test func classes() throws {
    #expect(RankingMetrics.auc(labels: Self.labels, scores: Self.chances) == 0.625)
    let grouped = RankingMetrics.groupedAUC(
      labels: Self.labels, scores: Self.chances, groups: [4, 3, 1])
    // A third of the pairs of the first group, none of the second; the last has one class.
    let third = 1.0 / 3
    #expect(abs(try #require(grouped) - third / 2) < 1e-12)
    let weighted = RankingMetrics.groupedAUC(
      labels: Self.labels, scores: Self.chances, groups: [4, 3, 1], weight: .rows)
    #expect(abs(try #require(weighted) - 4 * third / 7) < 1e-12)
    let loss = RankingMetrics.logLoss(labels: Self.labels, probabilities: Self.chances)
    #expect(abs(try #require(loss) - 0.7129493115407484) < 1e-7)
    #expect(RankingMetrics.auc(labels: [true, true], scores: [1, 2]) == nil)
    #expect(RankingMetrics.logLoss(labels: [true], probabilities: [.nan]) == nil)
    #expect(try #require(RankingMetrics.logLoss(labels: [false], probabilities: [1])) < 17)
  }

  /// By hand: .1 + 2 |.5 − .25| + 3 |2/3 − .7| + 2 |.5 − .85| = 1.4, over 8 rows.
  @Test func calibration() throws {
    let error = RankingMetrics.expectedCalibrationError(
      labels: Self.labels, probabilities: Self.chances, bins: 5)
    #expect(abs(try #require(error) - 0.175) < 1e-7)
    let curve = RankingMetrics.calibration(
      labels: Self.labels, probabilities: Self.chances, bins: 5)
    #expect(curve.map(\.rows) == [1, 2, 0, 3, 2])
    #expect(
      RankingMetrics.calibration(labels: [true, false], probabilities: [7, -1], bins: 2)
        .map(\.rows) == [1, 1])
    #expect(
      RankingMetrics.expectedCalibrationError(labels: [true], probabilities: [.nan]) == nil)
  }

  /// The formulas of `recommenders.evaluation.python_evaluation`, by hand.
  @Test func lists() {
    let hits = [false, true, false, true]
    #expect(RankingMetrics.precision(hits: hits, k: 10) == 0.2)
    #expect(RankingMetrics.recall(hits: hits, relevant: 5, k: 10) == 0.4)
    #expect(RankingMetrics.hitRate(hits: hits, k: 1) == 0)
    #expect(RankingMetrics.hitRate(hits: hits, k: 2) == 1)
    #expect(RankingMetrics.reciprocalRank(hits: hits, k: 10) == 0.5)
    #expect(RankingMetrics.averagePrecision(hits: hits, relevant: 5, k: 10) == 0.2)
    #expect(
      RankingMetrics.averagePrecision(hits: hits, relevant: 5, k: 4, isCapped: true) == 0.25)
    let gain = 1 / 1.584962500721156 + 1 / 2.321928094887362
    let best = 1 + 1 / 1.584962500721156 + 0.5
    #expect(abs(RankingMetrics.ndcg(hits: hits, relevant: 3, k: 4) - gain / best) < 1e-12)
    #expect(RankingMetrics.ndcg(hits: [], relevant: 0, k: 4) == 0)
  }

  @Test func exposure() {
    #expect(RankingMetrics.coverage(exposures: [0, 3, 1, 0]) == 0.5)
    #expect(RankingMetrics.gini(exposures: [2, 2, 2]) == 0)
    #expect(RankingMetrics.gini(exposures: [0, 0, 0, 8]) == 0.75)
    #expect(RankingMetrics.gini(exposures: [0, 0]) == 0)
    // Three places of an item that a quarter knows, one of an item that half know.
    #expect(RankingMetrics.novelty(exposures: [3, 1, 0], users: [2, 4, 8], of: 8) == 1.75)
  }

  /// Against the definitions, pair by pair.
  @Test func areasAndInequalityAreThoseOfTheDefinitions() throws {
    var chance = SeededGenerator.announced("metrics against definitions")
    for _ in 0..<200 {
      let count = 2 + chance.below(30)
      let labels = (0..<count).map { _ in chance.below(2) == 0 }
      let scores = (0..<count).map { _ in
        let draw = chance.below(12)
        return draw == 0 ? Float.nan : Float(draw)
      }
      var (won, pairs) = (0.0, 0.0)
      for (i, label) in labels.enumerated() where label {
        for (j, other) in labels.enumerated() where !other {
          let (a, b) = (scores[i].isNaN ? -1 : scores[i], scores[j].isNaN ? -1 : scores[j])
          won += a > b ? 1 : a == b ? 0.5 : 0
          pairs += 1
        }
      }
      let auc = RankingMetrics.auc(labels: labels, scores: scores)
      #expect((auc == nil) == (pairs == 0))
      if let auc { #expect(abs(auc - won / pairs) < 1e-12) }

      let shown = (0..<count).map { _ in chance.below(9) }
      let total = shown.reduce(0, +)
      guard total > 0 else { continue }
      let differences = shown.reduce(0) { sum, x in sum + shown.reduce(0) { $0 + abs($1 - x) } }
      let gini = Double(differences) / (2 * Double(count) * Double(total))
      #expect(abs(RankingMetrics.gini(exposures: shown) - gini) < 1e-12)
    }
  }
}
