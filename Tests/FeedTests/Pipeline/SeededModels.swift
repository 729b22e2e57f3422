import Feed
import TestKit
import Trees

/// Models that follow from a seed: forests of random trees over features, with thresholds where
/// values are.
enum SeededModels {
  /// A model with a head for each objective.
  static func model(
    _ chance: inout SeededGenerator, id: String, features: [Feature] = Feature.allCases,
    objectives: [Objective] = [.click, .longDwell, .hide], trees: Int = 20, hasOrder: Bool = false
  ) -> RankingModel {
    var heads: [RankingModel.Head] = []
    for objective in objectives {
      heads.append(
        RankingModel.Head(
          objective: objective,
          forest: forest(&chance, features: features.count, trees: trees, link: .logistic),
          calibration: Calibration(raw: [0.1, 0.4, 0.9], calibrated: [0.05, 0.3, 0.95])))
    }
    let order =
      hasOrder
      ? forest(&chance, features: features.count, trees: trees, link: .identity) : nil
    return RankingModel(id: id, features: features, order: order, heads: heads)
  }

  /// A forest of balanced trees of depth 4.
  static func forest(
    _ chance: inout SeededGenerator, features: Int, trees: Int, link: Forest.Link
  ) -> Forest {
    let inner = 15
    let made = (0..<trees).map { _ in
      (0..<2 * inner + 1).map { place in
        place < inner
          ? Forest.Node(
            feature: Int32(chance.below(features)),
            below: Half.rounded(Float.random(in: -0.5...2, using: &chance)),
            left: Int32(2 * place + 1), right: Int32(2 * place + 2),
            goesLeftIfMissing: chance.chance(0.5))
          : Forest.Node(leaf: Float.random(in: -0.2...0.2, using: &chance))
      }
    }
    return Forest(featureCount: features, base: 0.1, link: link, trees: made)
  }

  /// A model whose every leaf is the same number: its head says that number of everything.
  static func constant(_ id: String, probability: Float) -> RankingModel {
    let odds = -Float.logarithm(1 / probability - 1)
    let forest = Forest(
      featureCount: 1, base: 0, link: .logistic, trees: [[Forest.Node(leaf: odds)]])
    return RankingModel(
      id: id, features: [.recency], order: nil,
      heads: [
        RankingModel.Head(objective: .click, forest: forest, calibration: Calibration())
      ])
  }

  /// A model that passes every check and still says what is no number: its sums overflow.
  static func overflowing(_ id: String, reading feature: Feature = .recency) -> RankingModel {
    let leaf = [Forest.Node(leaf: .greatestFiniteMagnitude)]
    let order = Forest(featureCount: 1, base: 0, link: .identity, trees: [leaf, leaf])
    return RankingModel(id: id, features: [feature], order: order, heads: [])
  }
}

extension Float {
  /// The natural logarithm, by the engine's own.
  fileprivate static func logarithm(_ value: Float) -> Float {
    Logarithm.base2(value) * 0.693_147_18
  }
}
