/// Says why an item is on a page: the largest positive contribution among the features that people
/// can be told of, or else what its source stands for.
struct ReasonFinder {
  /// A feature that makes a reason, and the source without which it makes none. That an item is
  /// new is a reason only when nothing but the fresh source brought it.
  private static let rules: [(feature: Feature, reason: Reason, source: SourceName?)] = [
    (.followed, .followed, nil),
    (.similarity, .nearTaste, nil),
    (.coEngaged, .coEngaged, .coEngaged),
    (.next, .coEngaged, .coEngaged),
    (.authorAffinity, .author, nil),
    (.topicAffinity, .topic, nil),
    (.interest, .topic, nil),
    (.trend, .trending, .trending),
    (.velocity, .trending, .trending),
    (.burst, .trending, .trending),
    (.popularity, .popular, .popular),
    (.recency, .fresh, .fresh),
  ]

  /// A rule whose feature counts in this request.
  private struct Part {
    let reason: Reason
    /// The sources without which it is none; 0 = it needs none.
    let sources: UInt16
    let weight: Float
    /// Where the feature's column begins in the matrix, or its place among those of the request.
    let start: Int
    let isOfRequest: Bool
  }

  private let context: RankingContext
  private var parts: [Part] = []

  /// Looks up once what every candidate of a request is asked.
  init(_ context: RankingContext, _ matrix: borrowing FeatureMatrix) {
    self.context = context
    // An empty matrix: scored by the sources alone.
    guard matrix.count > 0 else { return }
    let scorer = context.surface.scorer
    let known = scorer.features.intersection(matrix.filled)
    for rule in Self.rules where known.contains(rule.feature) {
      let isOfRequest = rule.feature.isOfRequest
      parts.append(
        Part(
          reason: rule.reason, sources: rule.source?.bit ?? 0,
          weight: scorer.contribution(rule.feature, 1),
          start: isOfRequest ? Int(rule.feature.rawValue) : matrix.start(rule.feature),
          isOfRequest: isOfRequest))
    }
  }

  /// The reason, and the item that it is about when it is about one.
  func find(
    _ candidates: borrowing CandidateSet, _ matrix: borrowing FeatureMatrix, at index: Int
  ) -> (reason: Reason, item: UInt32?) {
    let sources = candidates.sources[index]
    var reason: Reason?
    var most: Float = 0
    for part in parts {
      if part.sources != 0, sources & part.sources == 0 { continue }
      if part.reason == .fresh, sources != SourceName.fresh.bit { continue }
      let value =
        part.isOfRequest ? matrix.constants[part.start] : matrix.values[part.start &+ index]
      if part.weight * value > most {
        most = part.weight * value
        reason = part.reason
      }
    }
    let found = reason ?? Self.bySource(sources)
    switch found {
    case .nearTaste:
      if let item = context.item { return (.similar, item.index) }
      return (.nearTaste, candidates.pull(.nearest, at: index) ?? newestTaste)
    case .coEngaged: return (.coEngaged, candidates.pull(.coEngaged, at: index))
    default: return (found, nil)
    }
  }

  /// The reason of the first source that brought the item.
  private static func bySource(_ sources: UInt16) -> Reason {
    for source in SourceName.allCases where sources & source.bit != 0 { return source.reason }
    return .popular
  }

  /// The item that the strongest taste is about, for an item that another source found.
  private var newestTaste: UInt32? {
    let best = context.state.taste.interests.max { $0.weight < $1.weight }
    guard let best, best.item != .max else { return nil }
    return best.item
  }
}
