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

  /// Fills the columns that `needed` names.
  mutating func extract(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, into matrix: inout FeatureMatrix
  ) {
    matrix.begin(count: candidates.count)
    let counted: [Feature] = [.engagementRate, .negativeRate, .popularity, .burst, .velocity]
    if needed.intersects(counted) { counters(world, context, candidates, &matrix) }
    if needed.contains(.similarity) { similarity(world, context, candidates, &matrix) }
    if needed.contains(.creatorHealth) { creatorHealth(world, context, candidates, &matrix) }
    personal(needed, context, candidates, &matrix)
    if needed.contains(.recency) {
      matrix.fill(.recency) {
        Rates.recency(created: candidates.facts[$0].created, now: context.second)
      }
    }
    if needed.contains(.trend) {
      matrix.fill(.trend) { candidates.value(.trending, at: $0) }
    }
    if needed.contains(.coEngaged) {
      matrix.fill(.coEngaged) { Self.lift(candidates.value(.coEngaged, at: $0)) }
    }
    if needed.contains(.next) {
      matrix.fill(.next) { Self.lift(candidates.value(.next, at: $0)) }
    }
    if needed.contains(.sameCategory) {
      let category =
        context.item.map { world.items.facts[Int($0.index)].category } ?? context.category
      matrix.fill(.sameCategory) {
        category != 0 && candidates.facts[$0].category == category ? 1 : 0
      }
    }
  }

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

  /// The cosine to the page's item, or the best one to a taste; 0 where a vector is missing.
  private mutating func similarity(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    matrix.fill(.similarity) { _ in 0 }
    if let item = context.item {
      var dots: [Float] = []
      swap(&dots, &self.dots)
      world.vectors.withVector(row: item.index) { vector in
        world.vectors.dots(query: vector, rows: candidates.rows.span, into: &dots)
        matrix.fill(.similarity) { dots[$0] }
      }
      swap(&dots, &self.dots)
      return
    }
    var isFirst = true
    for query in context.queries {
      world.vectors.dots(query: query.vector.span, rows: candidates.rows.span, into: &dots)
      for index in dots.indices where isFirst || dots[index] > matrix[.similarity, index] {
        matrix[.similarity, index] = dots[index]
      }
      isFirst = false
    }
  }

  /// How the author's items were received.
  private func creatorHealth(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let halfLife = world.settings.tasteHalfLifeMs
    for index in candidates.facts.indices {
      let author = Int(candidates.facts[index].author)
      guard author < world.engagement.traces.count else {
        matrix[.creatorHealth, index] = Self.healthMean
        continue
      }
      let updated = world.engagement.traces[author].receivedUpdated
      let elapsed = context.second > updated ? Int64(context.second - updated) * 1000 : 0
      let factor = Decay.factor(elapsed: elapsed, halfLife: halfLife)
      let positive = world.engagement.traces[author].receivedPositive * factor
      let negative = world.engagement.traces[author].receivedNegative * factor
      matrix[.creatorHealth, index] = Rates.smoothed(
        positive, of: positive + negative, mean: Self.healthMean, weight: Self.healthWeight)
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
  }
}
