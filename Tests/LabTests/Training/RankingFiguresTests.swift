import Feed
import Lab
import TestKit
import Testing

@Suite struct RankingFiguresTests {
  @Test(arguments: 0..<10)
  func figuresAreThoseOfTheMetrics(_ seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let groups = [3, 0, 20, 1, 16]
    let grades = (0..<40).map { _ in Float(Int.random(in: 0...2, using: &chance)) }
    let scores = (0..<40).map { _ in Float(Int.random(in: 0...20, using: &chance)) }
    let table = try TrainingTable(
      features: ["a"], values: scores, groups: groups, grades: grades,
      labels: .init(repeating: 0, count: 40))
    let figures = RankingFigures(table, scores: scores, samples: 200, seed: seed)
    let relevant = grades.map { $0 > 0 }
    let full = [3, 20, 1, 16]
    for k in [1, 3, 5, 10] {
      let expected = RankingMetrics.ndcg(grades: grades, scores: scores, groups: full, k: k)
      #expect(abs((figures["ndcg@\(k)"] ?? 0) - (expected ?? 1)) < 1e-12, "seed \(seed)")
    }
    let auc = RankingMetrics.auc(labels: relevant, scores: scores)
    #expect(abs((figures["auc"] ?? 0) - (auc ?? 1)) < 1e-12, "seed \(seed)")
    let grouped = RankingMetrics.groupedAUC(labels: relevant, scores: scores, groups: full)
    #expect(abs((figures["gauc"] ?? 0) - (grouped ?? 1)) < 1e-12, "seed \(seed)")
    for figure in figures.figures {
      #expect(figure.low <= figure.value && figure.value <= figure.high, "\(figure.name)")
    }
  }

  @Test func aMeasureWithoutAValueIsLeftOut() throws {
    let table = try TrainingTable(
      features: ["a"], values: [1, 2], groups: [2], grades: [0, 0], labels: [0, 0])
    let figures = RankingFigures(table, scores: [.nan, 1])
    #expect(figures["auc"] == nil && figures["map"] == nil && figures["ndcg@1"] == 1)
  }

  @Test func profilesSayHowAFeatureIsSpread() {
    let even = FeatureProfile.profile("even", (0..<1_000).map(Float.init))
    #expect(even.edges.count == 9 && even.shares.allSatisfy { abs($0 - 0.1) < 1e-9 })
    #expect(abs(even.mean - 499.5) < 1e-6 && abs(even.deviation - 288.675) < 1e-3)
    let holes = FeatureProfile.profile("holes", [.nan, 1, 1, .nan, 2, 1, 1, 1])
    #expect(holes.missing == 0.25 && holes.edges == [1] && holes.shares == [0.625, 0.125])
    let flat = FeatureProfile.profile("flat", [3, 3, 3])
    #expect(flat.edges.isEmpty && flat.shares == [1] && flat.deviation == 0)
    let none = FeatureProfile.profile("none", [.nan, .nan])
    #expect(none.missing == 1 && none.shares == [0] && none.edges.isEmpty)
  }
}
