/// A row that a search found.
public struct Hit: Sendable, Equatable {
  /// The row.
  public var row: UInt32
  /// How well it fits, higher is better; for `Metric.squaredEuclidean` the negative distance.
  public var score: Float

  /// Makes a hit.
  public init(row: UInt32, score: Float) {
    self.row = row
    self.score = score
  }
}
