internal import Glibc

/// What most turn to, for everybody alike: the line that every other model has to pass.
public struct PopularityModel: Recommender {
  private let weights: [Float]

  /// How many users turned to each item.
  public init(_ interactions: InteractionSet) {
    weights = interactions.matrix().columnCounts.map { Float($0) }
  }

  /// The same with a half-life: what was turned to lately counts more. After a split by time this
  /// is often the strongest simple rule.
  ///
  /// - Parameter halfLife: seconds after which an interaction counts half, above 0.
  public init(recent interactions: InteractionSet, halfLife: Double) {
    var sums = [Double](repeating: 0, count: interactions.items.count)
    let now = interactions.newest
    for entry in interactions.entries {
      sums[Int(entry.item)] += exp2(-Double(now - entry.time) / max(1, halfLife))
    }
    weights = sums.map { Float($0) }
  }

  /// How many items are scored.
  public var items: Int { weights.count }

  /// Writes the same scores for everybody.
  public func score(_ users: Range<Int>, into scores: inout [Float]) {
    scores.removeAll(keepingCapacity: true)
    for _ in users { scores.append(contentsOf: weights) }
  }
}
