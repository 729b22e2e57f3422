internal import Index

/// Computes the features of a batch, column after column, from what the World knows now.
struct FeatureExtractor {
  /// What a co-engagement counts as when it was never seen.
  static let coEngagedFloor: Float = 0.001
  private static let engagementMean: Float = 0.05
  private static let negativeMean: Float = 0.01
  private static let impressionsWeight: Float = 20
  private static let healthMean: Float = 0.8
  private static let healthWeight: Float = 10

  private var dots: [Float] = []
  private var visit = Visit()

  private static let counted = FeatureSet([
    .engagementRate, .negativeRate, .popularity, .burst, .velocity,
  ])
  private static let windowed = FeatureSet([
    .impressionsDay, .clicks5Minutes, .clicks30Minutes, .clicksHour, .clicksDay, .clickRateHour,
    .clickRateDay, .likeRateDay, .shareRateDay, .commentRateDay, .saveRateDay, .completeRateDay,
  ])
  private static let similar = FeatureSet([
    .similarity, .sessionSimilarity, .tasteFirst, .tasteSecond, .tasteThird,
  ])
  private static let lifetime = FeatureSet([.clickRate, .impressions])
  private static let dwelt = FeatureSet([.dwellMedian, .dwellLong])
  private static let received = FeatureSet([.creatorHealth, .authorReception])
  private static let visited = FeatureSet([.sessionAuthor, .sessionTopic])

  /// Fills the columns that `needed` names, of a batch that has begun.
  ///
  /// - Parameter total: how many candidates the request has; the batch may be a part of them.
  mutating func extract(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, total: Int, into matrix: inout FeatureMatrix
  ) {
    if needed.intersects(Self.counted) { counters(world, context, candidates, &matrix) }
    if needed.intersects(Self.windowed) { windows(world, context, candidates, &matrix) }
    if needed.intersects(Self.lifetime) { totals(world, candidates, &matrix) }
    if needed.intersects(Self.dwelt) { dwell(world, candidates, &matrix) }
    if needed.intersects(Self.similar) { similarity(needed, world, context, candidates, &matrix) }
    if needed.intersects(Self.received) {
      authors(world, context, candidates, &matrix)
    }
    if needed.contains(.authorFollowers) {
      matrix.fill(.authorFollowers) {
        Self.grown(Float(world.graph.followerCount(of: candidates.facts[$0].author)))
      }
    }
    personal(needed, context, candidates, &matrix)
    if needed.intersects(Self.visited) {
      visit.read(world, context)
      visit.fill(candidates, &matrix)
    }
    own(needed, world, context, candidates, &matrix)
    bySource(needed, candidates, &matrix)
    if needed.intersects(.ofRequest) {
      RequestFeatures.fill(world, context, candidates: total, &matrix)
      matrix.filled = matrix.filled.union(.ofRequest)
    }
    matrix.filled = matrix.filled.union(needed)
  }

  /// ln(1 + n).
  @inline(__always)
  static func grown(_ count: Float) -> Float { Logarithm.natural(1 + count) }

  /// ln((v + floor) / floor): 0 for what was never seen together.
  @inline(__always)
  private static func lift(_ value: Float) -> Float {
    Logarithm.natural((value + coEngagedFloor) / coEngagedFloor)
  }

  /// What comes from the item's decayed counters, in one pass over them.
  private func counters(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let rates = Rates(world.settings)
    for index in candidates.rows.indices {
      let row = Int(candidates.rows[index])
      let now = rates.now(world.engagement.stats[row], second: context.second)
      matrix[.engagementRate, index] = Rates.smoothed(
        now.longEngagement, of: now.longImpressions, mean: Self.engagementMean,
        weight: Self.impressionsWeight)
      matrix[.negativeRate, index] = Rates.smoothed(
        now.longNegative, of: max(now.longImpressions, now.longEngagement + now.longNegative),
        mean: Self.negativeMean, weight: Self.impressionsWeight)
      matrix[.popularity, index] = Logarithm.natural(1 + now.shortClicks)
      matrix[.burst, index] = Logarithm.natural(1 + now.burstClicks)
      matrix[.velocity, index] = now.velocity
    }
  }

  /// What comes from the sliding windows.
  private func windows(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let second = context.second
    let share = Self.impressionsWeight
    let mean = Self.engagementMean
    for index in candidates.rows.indices {
      let row = candidates.rows[index]
      let shown = world.engagement.windows.sliding(row, .impression, second: second)
      let clicks = world.engagement.windows.sliding(row, .click, second: second)
      matrix[.impressionsDay, index] = Self.grown(shown.day)
      matrix[.clicks5Minutes, index] = Self.grown(clicks.minutes5)
      matrix[.clicks30Minutes, index] = Self.grown(clicks.minutes30)
      matrix[.clicksHour, index] = Self.grown(clicks.hour)
      matrix[.clicksDay, index] = Self.grown(clicks.day)
      matrix[.clickRateHour, index] = Rates.smoothed(
        clicks.hour, of: shown.hour, mean: mean, weight: share)
      matrix[.clickRateDay, index] = Rates.smoothed(
        clicks.day, of: shown.day, mean: mean, weight: share)
      for (channel, feature) in Self.dayRates {
        let count = Float(world.engagement.windows.day(row, channel, second: second))
        matrix[feature, index] = Rates.smoothed(
          count, of: shown.day, mean: Self.negativeMean, weight: share)
      }
    }
  }

  private static let dayRates: [(Channel, Feature)] = [
    (.like, .likeRateDay), (.share, .shareRateDay), (.comment, .commentRateDay),
    (.save, .saveRateDay), (.complete, .completeRateDay),
  ]

  private func totals(
    _ world: borrowing World, _ candidates: borrowing CandidateSet,
    _ matrix: inout FeatureMatrix
  ) {
    for index in candidates.rows.indices {
      let row = candidates.rows[index]
      let shown = Float(world.engagement.total(row, .impression))
      let clicks = Float(world.engagement.total(row, .click))
      matrix[.impressions, index] = Self.grown(shown)
      matrix[.clickRate, index] = Rates.smoothed(
        clicks, of: shown, mean: Self.engagementMean, weight: Self.impressionsWeight)
    }
  }

  private func dwell(
    _ world: borrowing World, _ candidates: borrowing CandidateSet,
    _ matrix: inout FeatureMatrix
  ) {
    for index in candidates.rows.indices {
      let (median, long) = world.engagement.dwell.spread(candidates.rows[index])
      matrix[.dwellMedian, index] = Self.grown(median / 1000)
      matrix[.dwellLong, index] = Self.grown(long / 1000)
    }
  }

  /// The cosine to the page's item, or to the visit and to each taste, the strongest first; 0 where
  /// a vector is missing.
  private mutating func similarity(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    for feature in Self.similar.features where needed.contains(feature) {
      matrix.fill(feature) { _ in 0 }
    }
    var dots: [Float] = []
    swap(&dots, &self.dots)
    defer { swap(&dots, &self.dots) }
    if let item = context.item {
      world.vectors.withVector(row: item.index) { vector in
        world.vectors.dots(query: vector, rows: candidates.rows.span, into: &dots)
        matrix.fill(.similarity) { dots[$0] }
      }
      return
    }
    var tastes: [Feature] = [.tasteFirst, .tasteSecond, .tasteThird]
    var isFirst = true
    let ranked = context.queries.indices.sorted {
      (context.queries[$1].share, $0) < (context.queries[$0].share, $1)
    }
    for place in ranked {
      let query = context.queries[place]
      world.vectors.dots(query: query.vector.span, rows: candidates.rows.span, into: &dots)
      if query.isVisit {
        if needed.contains(.sessionSimilarity) { matrix.fill(.sessionSimilarity) { dots[$0] } }
      } else if !tastes.isEmpty {
        let taste = tastes.removeFirst()
        if needed.contains(taste) { matrix.fill(taste) { dots[$0] } }
      }
      if needed.contains(.similarity) {
        for index in dots.indices where isFirst || dots[index] > matrix[.similarity, index] {
          matrix[.similarity, index] = dots[index]
        }
      }
      isFirst = false
    }
  }

  /// How the author's items were received.
  private func authors(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let halfLife = world.settings.tasteHalfLifeMs
    for index in candidates.facts.indices {
      let author = Int(candidates.facts[index].author)
      guard author < world.engagement.traces.count else {
        matrix[.creatorHealth, index] = Self.healthMean
        matrix[.authorReception, index] = 0
        continue
      }
      let updated = world.engagement.traces[author].receivedUpdated
      let elapsed = context.second > updated ? Int64(context.second - updated) * 1000 : 0
      let factor = Decay.factor(elapsed: elapsed, halfLife: halfLife)
      let positive = world.engagement.traces[author].receivedPositive * factor
      let negative = world.engagement.traces[author].receivedNegative * factor
      matrix[.creatorHealth, index] = Rates.smoothed(
        positive, of: positive + negative, mean: Self.healthMean, weight: Self.healthWeight)
      matrix[.authorReception, index] = Self.grown(positive + negative)
    }
  }

  /// What comes from the user's own tables.
  private func personal(
    _ needed: FeatureSet, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    if needed.contains(.followed) {
      matrix.fill(.followed) { context.marks.followees.float(candidates.facts[$0].author) }
    }
    if needed.contains(.authorAffinity) {
      matrix.fill(.authorAffinity) { context.marks.authors.float(candidates.facts[$0].author) }
    }
    if needed.contains(.topicAffinity) {
      matrix.fill(.topicAffinity) {
        context.marks.topics.float(UInt32(candidates.facts[$0].topic))
      }
    }
    if needed.contains(.typeAffinity) {
      matrix.fill(.typeAffinity) { context.marks.types.float(UInt32(candidates.facts[$0].type)) }
    }
    if needed.contains(.interest) {
      matrix.fill(.interest) {
        context.marks.interests.contains(UInt32(candidates.facts[$0].topic)) ? 1 : 0
      }
    }
    if needed.contains(.sameLanguage) {
      let own = context.state.language
      matrix.fill(.sameLanguage) {
        own != 0 && candidates.facts[$0].language == own ? 1 : 0
      }
    }
  }

  /// What the item's own facts say.
  private func own(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    if needed.contains(.recency) {
      matrix.fill(.recency) {
        Rates.recency(created: candidates.facts[$0].created, now: context.second)
      }
    }
    if needed.contains(.age) {
      matrix.fill(.age) { Self.hours(since: candidates.facts[$0].created, context.second) }
    }
    if needed.contains(.quiet) {
      matrix.fill(.quiet) {
        let touched = world.engagement.stats[Int(candidates.rows[$0])].updated
        return Self.hours(since: max(touched, candidates.facts[$0].created), context.second)
      }
    }
    if needed.contains(.hasVector) {
      matrix.fill(.hasVector) { world.placed.contains(candidates.rows[$0]) ? 1 : 0 }
    }
    if needed.contains(.sameCategory) {
      let category =
        context.item.map { world.items.facts[Int($0.index)].category } ?? context.category
      matrix.fill(.sameCategory) {
        category != 0 && candidates.facts[$0].category == category ? 1 : 0
      }
    }
  }

  /// What the sources said.
  private func bySource(
    _ needed: FeatureSet, _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    if needed.contains(.trend) {
      matrix.fill(.trend) { candidates.value(.trending, at: $0) }
    }
    if needed.contains(.coEngaged) {
      matrix.fill(.coEngaged) { Self.lift(candidates.value(.coEngaged, at: $0)) }
    }
    if needed.contains(.next) {
      matrix.fill(.next) { Self.lift(candidates.value(.next, at: $0)) }
    }
    if needed.contains(.sourceCount) {
      matrix.fill(.sourceCount) { Float(candidates.sources[$0].nonzeroBitCount) }
    }
  }

  /// ln(1 + hours) from a second to a later one; 0 when it is not later.
  @inline(__always)
  private static func hours(since second: UInt32, _ now: UInt32) -> Float {
    now > second ? grown(Float(now &- second) / 3_600) : 0
  }
}
