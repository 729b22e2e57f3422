/// How a model in the shadow agrees with what was served.
public struct ShadowMeters: Sendable {
  /// Pages that it scored.
  public let pages = Counter()
  /// Pages on which it gave something that is not a number.
  public let failed = Counter()
  /// Places of the served first ten that are in its first ten too, and places compared.
  public let topShared = Counter()
  /// See `topShared`.
  public let topCompared = Counter()
  /// Spearman's rank correlation between its scores and those that served, plus 1, in thousandths:
  /// 0 = opposite, 2,000 = equal.
  public let correlation = Counter()

  init() {}
}
