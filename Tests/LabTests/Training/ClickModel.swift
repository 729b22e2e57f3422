import Feed
import Foundation
import Lab
import TestKit

/// Pages whose clicks follow a known examination curve: a place is looked at with a known chance,
/// and what is looked at is clicked with a chance that its features decide.
struct ClickModel {
  static let places = 10
  static let features = ["quality", "fit", "old_score", "noise"]

  /// The chance that a place is looked at.
  static func examination(_ place: Int) -> Double { pow(Double(place + 1), -0.8) }

  /// Pages, and how well each row truly pleases.
  ///
  /// - Parameters:
  ///   - drawn: the share of pages whose order is drawn; the others stand in the order of an old
  ///     score that knows a part of what pleases.
  static func pages(
    _ count: Int, drawn: Double, seed: UInt64
  ) throws -> (table: TrainingTable, pleases: [Double]) {
    var chance = SeededGenerator(seed: seed)
    var (values, labels, grades) = ([Float](), [UInt16](), [Float]())
    var (positions, propensities, pleases) = ([UInt16](), [Float](), [Double]())
    for _ in 0..<count {
      var items = (0..<places).map { _ in
        let quality = Double.random(in: -1...1, using: &chance)
        let fit = Double.random(in: -1...1, using: &chance)
        let noise = Double.random(in: -1...1, using: &chance)
        return (quality, fit, old: quality + 1.5 * noise, Double.random(in: -1...1, using: &chance))
      }
      let isDrawn = Double.random(in: 0..<1, using: &chance) < drawn
      if isDrawn { items.shuffle(using: &chance) } else { items.sort { $0.old > $1.old } }
      for (place, item) in items.enumerated() {
        let pleased = 1 / (1 + exp(-(1.5 * item.0 + 2 * item.1 - 0.5)))
        let isSeen = Double.random(in: 0..<1, using: &chance) < examination(place)
        let isClicked = isSeen && Double.random(in: 0..<1, using: &chance) < pleased
        values += [item.0, item.1, item.old, item.3].map(Float.init)
        labels.append(isClicked ? Objective.click.bit : 0)
        grades.append(isClicked ? 1 : 0)
        positions.append(UInt16(place))
        propensities.append(isDrawn ? 1 / Float(places) : 1)
        pleases.append(pleased)
      }
    }
    let table = try TrainingTable(
      features: features, values: values, groups: .init(repeating: places, count: count),
      grades: grades, labels: labels,
      times: (0..<count).map { Timestamp(milliseconds: Int64($0)) }, positions: positions,
      propensities: propensities)
    return (table, pleases)
  }

  /// The largest difference between a curve and the truth.
  static func error(_ bias: PositionBias) -> Double {
    (0..<places).map { abs(Double(bias.chance(UInt16($0))) - examination($0)) }.max() ?? 1
  }
}
