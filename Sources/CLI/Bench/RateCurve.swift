internal import Glibc

/// Queries a second by recall, from readings at rising efforts.
struct RateCurve {
  /// One reading.
  struct Point {
    let recall: Double
    /// Queries a second.
    let rate: Double
    /// The share of queries with a recall under one half.
    let low: Double
  }

  /// In the order of the effort.
  var points: [Point] = []

  /// Queries a second at this recall: between the readings on both sides the logarithm of the rate
  /// is taken as linear in the recall. The first reading where that is good enough already; nil
  /// where none is.
  func rate(at recall: Double) -> Double? { value(at: recall) { log($0.rate) }.map { exp($0) } }

  /// The share of queries under one half at this recall, between readings likewise.
  func low(at recall: Double) -> Double? { value(at: recall, \.low) }

  private func value(at recall: Double, _ number: (Point) -> Double) -> Double? {
    guard let place = points.firstIndex(where: { $0.recall >= recall }) else { return nil }
    let after = points[place]
    guard place > 0, after.recall > points[place - 1].recall else { return number(after) }
    let before = points[place - 1]
    let share = (recall - before.recall) / (after.recall - before.recall)
    return number(before) + share * (number(after) - number(before))
  }
}
