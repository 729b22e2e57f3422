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

  /// The reason, and the item that it is about when it is about one.
  static func find(
    _ context: RankingContext, _ candidates: borrowing CandidateSet,
    _ matrix: borrowing FeatureMatrix, at index: Int
  ) -> (reason: Reason, item: UInt32?) {
    let sources = candidates.sources[index]
    var reason: Reason?
    // An empty matrix: scored by the sources alone.
    if matrix.count > 0 {
      let scorer = context.surface.scorer
      var most: Float = 0
      let known = scorer.features.intersection(matrix.filled)
      for rule in rules where known.contains(rule.feature) {
        if let source = rule.source, sources & source.bit == 0 { continue }
        if rule.reason == .fresh, sources != SourceName.fresh.bit { continue }
        let part = scorer.contribution(rule.feature, matrix[rule.feature, index])
        if part > most {
          most = part
          reason = rule.reason
        }
      }
    }
    let found = reason ?? bySource(sources)
    switch found {
    case .nearTaste:
      if let item = context.item { return (.similar, item.index) }
      return (.nearTaste, candidates.pull(.nearest, at: index) ?? newestTaste(context))
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
  private static func newestTaste(_ context: RankingContext) -> UInt32? {
    let best = context.state.taste.interests.max { $0.weight < $1.weight }
    guard let best, best.item != .max else { return nil }
    return best.item
  }
}
