/// What the online part did to a ranking or to a page of it: for the log, from which it learns, and
/// for those who ask why.
public struct OnlineRecord: Sendable, Equatable {
  /// `OnlineWeights.version`.
  public let version: UInt64
  /// What items were crossed with.
  public let keys: [UInt64]
  /// What was added to the score of each place, from the first.
  public let corrections: [Float]

  /// Makes a record.
  public init(version: UInt64, keys: [UInt64], corrections: [Float]) {
    self.version = version
    self.keys = keys
    self.corrections = corrections
  }
}
