import Foundation
import Lab
import TestKit
import Testing

@Suite struct LossTests {
  private func table(_ grades: [Float], groups: [Int]) throws -> TrainingTable {
    try TrainingTable(
      features: ["a"], values: grades.map { $0 }, groups: groups, grades: grades,
      labels: .init(repeating: 0, count: grades.count))
  }

  /// LambdaMART by its definition: all pairs of a request, places looked up one by one.
  private func naive(
    _ grades: [Double], _ margins: [Double], _ weights: [Double], truncation: Int
  ) -> (gradients: [Double], hessians: [Double]) {
    let rows = grades.indices
    func place(_ row: Int) -> Int {
      rows.count { margins[$0] > margins[row] || (margins[$0] == margins[row] && $0 < row) }
    }
    let best = grades.sorted(by: >).prefix(truncation).enumerated()
      .reduce(0.0) { $0 + (exp2($1.element) - 1) / log2(Double($1.offset) + 2) }
    var (gradients, hessians) = ([Double](repeating: 0, count: rows.count), [Double]())
    hessians = gradients
    let isSpread = Set(margins).count > 1
    var sum = 0.0
    for better in rows {
      for worse in rows where grades[better] > grades[worse] {
        guard min(place(better), place(worse)) < truncation else { continue }
        let gain = exp2(grades[better]) - exp2(grades[worse])
        let discount = abs(
          1 / log2(Double(place(better)) + 2) - 1 / log2(Double(place(worse)) + 2))
        let apart = margins[better] - margins[worse]
        let change = gain * discount / best / (isSpread ? 0.01 + abs(apart) : 1)
        let wrong = 1 / (1 + exp(apart))
        sum += 2 * change * wrong
        gradients[better] -= change * wrong * weights[better]
        gradients[worse] += change * wrong * weights[better]
        let curvature = change * wrong * (1 - wrong) * weights[better]
        hessians[better] += curvature
        hessians[worse] += curvature
      }
    }
    let scale = sum > 0 ? log2(1 + sum) / sum : 1
    return (gradients.map { $0 * scale }, hessians.map { $0 * scale })
  }

  @Test(arguments: 0..<20)
  func lambdasAreThoseOfTheirDefinition(_ seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let groups = [7, 0, 1, 12]
    let count = 20
    let grades = (0..<count).map { _ in Float(Int.random(in: 0...3, using: &chance)) }
    let margins = (0..<count).map { _ in
      // Some are equal.
      Float(Int.random(in: -6...6, using: &chance)) / 4
    }
    let weights = (0..<count).map { _ in Float.random(in: 1...5, using: &chance) }
    var loss = LambdaLoss(try table(grades, groups: groups), weights: weights, truncation: 4)
    var gradients = [Float](repeating: 9, count: count)
    var hessians = gradients
    loss.differentiate(margins, gradients: &gradients, hessians: &hessians)
    var first = 0
    for size in groups {
      let rows = first..<first + size
      first += size
      let expected = naive(
        grades[rows].map(Double.init), margins[rows].map(Double.init),
        weights[rows].map(Double.init), truncation: 4)
      for (place, row) in rows.enumerated() {
        #expect(abs(Double(gradients[row]) - expected.gradients[place]) < 1e-4, "seed \(seed)")
        #expect(abs(Double(hessians[row]) - expected.hessians[place]) < 1e-4, "seed \(seed)")
      }
    }
  }

  /// XGBoost's own logistic loss grows the same forest.
  @Test func theLogisticLossIsThatOfXGBoost() throws {
    var chance = SeededGenerator(seed: 4)
    let count = 400
    let values = (0..<count * 3).map { _ in Float.random(in: -1...1, using: &chance) }
    let labels = (0..<count).map { row in
      values[row * 3] + values[row * 3 + 1] > Float.random(in: -1...1, using: &chance)
        ? Float(1) : 0
    }
    let table = try TrainingTable(
      features: ["a", "b", "c"], values: values, groups: [count],
      grades: labels, labels: .init(repeating: 0, count: count))
    let matrix = try DMatrix(table, threads: 1)
    var settings = BoosterSettings()
    (settings.subsample, settings.columns) = (1, 1)
    let parameters =
      settings.parameters(seed: 1, threads: 1)
      + [("objective", "binary:logistic"), ("base_score", "0.5")]
    let ours = try Booster(over: matrix, stop: matrix, parameters: parameters)
    let theirs = try Booster(over: matrix, stop: matrix, parameters: parameters)
    var loss = LogisticLoss(targets: labels)
    var gradients = [Float](repeating: 0, count: count)
    var hessians = gradients
    for round in 0..<10 {
      let margins = try ours.predict(matrix, isMargin: true)
      loss.differentiate(margins, gradients: &gradients, hessians: &hessians)
      try ours.boost(matrix, gradients: &gradients, hessians: &hessians)
      try theirs.update(matrix, round: round, labels: labels)
    }
    let left = try ours.predict(matrix, isMargin: false)
    let right = try theirs.predict(matrix, isMargin: false)
    for (left, right) in zip(left, right) { #expect(abs(left - right) < 1e-5) }
  }

  @Test(arguments: [Float(-200), -3, 0, 0.5, 200])
  func gradientsAreTheSlopeOfTheLoss(_ margin: Float) {
    for target in [Float(0), 1, 3] {
      var loss = LogisticLoss(targets: [target])
      var (gradients, hessians) = ([Float(0)], [Float(0)])
      loss.differentiate([margin], gradients: &gradients, hessians: &hessians)
      let above = LogisticLoss.loss(margins: [margin + 0.01], targets: [target])
      let below = LogisticLoss.loss(margins: [margin - 0.01], targets: [target])
      #expect(abs(Double(gradients[0]) - (above - below) / 0.02) < 1e-2)
      #expect(hessians[0] > 0 && hessians[0] <= 0.25)
    }
  }

  @Test(arguments: 0..<10)
  func theWatchedMeasureIsNDCG(_ seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let grades = (0..<30).map { _ in Float(Int.random(in: 0...4, using: &chance)) }
    let scores = (0..<30).map { _ in Float(Int.random(in: 0...9, using: &chance)) }
    let measure = OrderMeasure(try table(grades, groups: [10, 20]), k: 5)
    let expected = RankingMetrics.ndcg(
      grades: grades, scores: scores, groups: [10, 20], k: 5, empty: nil)
    #expect(abs(measure.value(scores) - (expected ?? 0)) < 1e-12, "seed \(seed)")
  }
}
