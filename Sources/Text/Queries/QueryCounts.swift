/// What became of the queries since the model was loaded.
public struct QueryCounts: Equatable, Sendable {
  /// Answered from the cache.
  public var kept = 0
  /// Embedded in time.
  public var embedded = 0
  /// Not done within their time limit.
  public var late = 0

  /// Nothing counted yet.
  public init() {}
}
