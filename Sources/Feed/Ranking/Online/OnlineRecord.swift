/// What the online part did to a ranking: for the log, and for those who ask why.
public struct OnlineRecord: Sendable, Equatable {
  /// `OnlineWeights.version`.
  public let version: UInt64
  /// What items were crossed with.
  public let keys: [UInt64]
  /// What was added to the score of each place, from the first.
  public let corrections: [Float]
}
