/// What the online part of a surface has done.
public struct OnlineCounts: Equatable, Sendable {
  /// Choices that were learned.
  public internal(set) var steps: UInt64 = 0
  /// Pages that it had a hand in.
  public internal(set) var pages: UInt64 = 0
  /// Items shown on them.
  public internal(set) var places: UInt64 = 0
  /// The sum of what was added to or taken from their scores, without signs: by `places`, the mean
  /// correction.
  public internal(set) var correction = 0.0

  /// Nothing yet.
  public init() {}

  /// Counts a page as it was served.
  mutating func note(_ page: PageServed) {
    guard let online = page.online else { return }
    pages &+= 1
    places &+= UInt64(online.corrections.count)
    for value in online.corrections where value.isFinite { correction += Double(abs(value)) }
  }
}
