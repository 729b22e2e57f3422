internal import Index

/// Computes the features of a batch, column after column, from what the World knows now.
struct FeatureExtractor {
  /// What a co-engagement counts as when it was never seen.
  static let coEngagedFloor: Float = 0.001
  static let engagementMean: Float = 0.05
  static let negativeMean: Float = 0.01
  static let impressionsWeight: Float = 20

  private var dots: [Float] = []
  private var visit = Visit()
  private var events = EventFeatures()
  private var authors = AuthorFeatures()
  private var terms = TermColumn()
  /// A column that is no feature each: seconds, and what they leave on each scale.
  private var elapsed: [UInt32] = []
  private var byBurst: [Float] = []
  private var byShort: [Float] = []
  private var byLong: [Float] = []
  /// What rates are rates of.
  private var trials: [Float] = []
  private var trialsHour: [Float] = []

  private static let counted = FeatureSet([
    .engagementRate, .negativeRate, .popularity, .burst, .velocity,
  ])
  private static let similar = FeatureSet([
    .similarity, .sessionSimilarity, .tasteFirst, .tasteSecond, .tasteThird,
  ])
  private static let visited = FeatureSet([.sessionAuthor, .sessionTopic])

  /// Fills the columns that `needed` names, of a batch that has begun.
  ///
  /// - Parameter total: how many candidates the request has; the batch may be a part of them.
  mutating func extract(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, total: Int, into matrix: inout FeatureMatrix
  ) {
    if needed.intersects(Self.counted) { counters(world, context, candidates, &matrix) }
    let rounded = events.fill(needed, world, second: context.second, candidates, &matrix)
    if needed.intersects(Self.similar) { similarity(needed, world, context, candidates, &matrix) }
    if needed.intersects(Self.visited) { visit.read(world, context) }
    authors.fill(needed, world, context, visit, candidates, &matrix)
    personal(needed, context, candidates, &matrix)
    own(needed, world, context, candidates, &matrix)
    bySource(needed, candidates, &matrix)
    if needed.intersects(.ofRequest) {
      RequestFeatures.fill(world, context, candidates: total, &matrix)
      matrix.filled = matrix.filled.union(.ofRequest)
    }
    matrix.filled = matrix.filled.union(needed)
    // Columns that come in one pass may have been written again.
    matrix.halve(matrix.filled.subtracting(rounded))
  }

  /// How far ahead of a row the memory of another is asked for.
  static let ahead = 16

  /// ln(1 + n).
  @inline(__always)
  static func grown(_ count: Float) -> Float { Logarithm.natural(1 + count) }

  /// (v + floor) / floor, whose logarithm is 0 for what was never seen together.
  @inline(__always)
  private static func lift(_ value: Float) -> Float { (value + coEngagedFloor) / coEngagedFloor }

  /// What comes from the item's decayed counters: read in one pass, then column by column.
  private mutating func counters(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let count = candidates.rows.count
    elapsed.fit(count, 0)
    trials.fit(count, 0)
    Self.read(
      world.engagement.stats.span, context.second, candidates.rows.span, &elapsed, &trials,
      &matrix)
    let rates = Rates(world.settings)
    Decay.factors(elapsed: elapsed, steps: rates.burst, into: &byBurst)
    Decay.factors(elapsed: elapsed, steps: rates.short, into: &byShort)
    Decay.factors(elapsed: elapsed, steps: rates.long, into: &byLong)
    matrix.scale(.burst, by: byBurst)
    matrix.scale(.popularity, by: byShort)
    matrix.scale(.velocity, by: byShort)
    matrix.scale(.engagementRate, by: byLong)
    matrix.scale(.negativeRate, by: byLong)
    trialsHour.fit(count, 0)
    Self.balance(rates, byLong, &trials, &trialsHour, &matrix)
    matrix.logarithm(.velocity)
    matrix.grow(.burst)
    matrix.grow(.popularity)
    matrix.rate(
      .engagementRate, of: trials, mean: Self.engagementMean, weight: Self.impressionsWeight)
    matrix.rate(
      .negativeRate, of: trialsHour, mean: Self.negativeMean, weight: Self.impressionsWeight)
    let most = Rates.velocityMax
    let start = matrix.start(.velocity)
    var values = matrix.values.mutableSpan
    for place in start..<start + count { values[place] = min(most, max(-most, values[place])) }
  }

  /// Reads the counters of every row, as they were when they were last changed.
  private static func read(
    _ stats: Span<ItemStats>, _ second: UInt32, _ rows: Span<UInt32>, _ elapsed: inout [UInt32],
    _ trials: inout [Float], _ matrix: inout FeatureMatrix
  ) {
    let burst = matrix.start(.burst)
    let popularity = matrix.start(.popularity)
    let velocity = matrix.start(.velocity)
    let engagement = matrix.start(.engagementRate)
    let negative = matrix.start(.negativeRate)
    var values = matrix.values.mutableSpan
    var elapsed = elapsed.mutableSpan
    var trials = trials.mutableSpan
    for index in rows.indices {
      Prefetch.element(stats, Int(rows[min(index &+ Self.ahead, rows.count &- 1)]))
      let item = stats[Int(rows[index])]
      elapsed[index] = second > item.updated ? second &- item.updated : 0
      values[burst &+ index] = item.burstClicks
      values[popularity &+ index] = item.shortClicks
      values[velocity &+ index] = item.shortEngagement
      values[engagement &+ index] = item.longEngagement
      values[negative &+ index] = item.longNegative
      trials[index] = item.longImpressions
    }
  }

  /// What velocities are logarithms of, and what rates are rates of.
  private static func balance(
    _ rates: Rates, _ factors: borrowing [Float], _ trials: inout [Float],
    _ negatives: inout [Float], _ matrix: inout FeatureMatrix
  ) {
    let velocity = matrix.start(.velocity)
    let engagement = matrix.start(.engagementRate)
    let negative = matrix.start(.negativeRate)
    var values = matrix.values.mutableSpan
    var trials = trials.mutableSpan
    var negatives = negatives.mutableSpan
    let factors = factors.span
    for index in factors.indices {
      let long = values[engagement &+ index]
      let shown = trials[index] * factors[index]
      trials[index] = shown
      negatives[index] = max(shown, long + values[negative &+ index])
      let short = values[velocity &+ index]
      values[velocity &+ index] = (short + 1) / (long * rates.steady + 1)
    }
  }

  /// The cosine to the page's item, or to the visit and to each taste, the strongest first; 0 where
  /// a vector is missing.
  private mutating func similarity(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    for feature in Self.similar.features where needed.contains(feature) {
      matrix.fill(feature, all: 0)
    }
    var dots: [Float] = []
    swap(&dots, &self.dots)
    defer { swap(&dots, &self.dots) }
    let rows = candidates.rows.span
    if let item = context.item {
      world.vectors.withVector(row: item.index) { vector in
        world.vectors.dots(query: vector, rows: rows, into: &dots)
        matrix.copy(.similarity, from: dots.span)
      }
      return
    }
    var tastes: [Feature] = [.tasteFirst, .tasteSecond, .tasteThird]
    let ranked = context.queries.indices.sorted {
      (context.queries[$1].share, $0) < (context.queries[$0].share, $1)
    }
    world.vectors.dots(queries: ranked.map { context.queries[$0].vector }, rows: rows, into: &dots)
    for (number, place) in ranked.enumerated() {
      let products = dots.span.extracting(number * rows.count..<(number + 1) * rows.count)
      if context.queries[place].isVisit {
        if needed.contains(.sessionSimilarity) { matrix.copy(.sessionSimilarity, from: products) }
      } else if !tastes.isEmpty {
        let taste = tastes.removeFirst()
        if needed.contains(taste) { matrix.copy(taste, from: products) }
      }
      guard needed.contains(.similarity) else { continue }
      if number == 0 {
        matrix.copy(.similarity, from: products)
      } else {
        matrix.raise(.similarity, to: products)
      }
    }
  }

  /// What comes from the user's own tables, but for those of authors.
  private mutating func personal(
    _ needed: FeatureSet, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let facts = candidates.facts.span
    let marks = context.marks
    if needed.contains(.topicAffinity) {
      terms.read(marks.topics) { marks.topics.float($0) }
      terms.fill(.topicAffinity, &matrix) { facts[$0].topic }
    }
    if needed.contains(.typeAffinity) {
      terms.read(marks.types) { marks.types.float($0) }
      terms.fill(.typeAffinity, &matrix) { facts[$0].type }
    }
    if needed.contains(.interest) {
      terms.read(marks.interests) { _ in 1 }
      terms.fill(.interest, &matrix) { facts[$0].topic }
    }
    if needed.contains(.sessionTopic) {
      let topics = visit.topics
      terms.read(topics) { Float(topics[$0] ?? 0) }
      terms.fill(.sessionTopic, &matrix) { facts[$0].topic }
      matrix.grow(.sessionTopic)
    }
    if needed.contains(.sameLanguage) {
      let own = context.state.language
      matrix.fill(.sameLanguage) {
        own != 0 && facts[$0].language == own ? 1 : 0
      }
    }
  }

  /// What the item's own facts say.
  private mutating func own(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    let facts = candidates.facts.span
    let second = context.second
    if needed.contains(.recency) {
      elapsed.fit(facts.count, 0)
      var seconds = elapsed.mutableSpan
      for index in facts.indices {
        seconds[index] = second > facts[index].created ? second &- facts[index].created : 0
      }
    }
    if needed.contains(.recency) {
      matrix.decay(.recency, after: elapsed, steps: Rates.recencySteps)
    }
    if needed.contains(.age) {
      matrix.fill(.age) { Self.hours(since: facts[$0].created, second) }
      matrix.grow(.age)
    }
    if needed.contains(.quiet) {
      let stats = world.engagement.stats.span
      matrix.fill(.quiet) {
        let touched = stats[Int(candidates.rows[$0])].updated
        return Self.hours(since: max(touched, facts[$0].created), second)
      }
      matrix.grow(.quiet)
    }
    if needed.contains(.hasVector) {
      matrix.fill(.hasVector) { world.placed.contains(candidates.rows[$0]) ? 1 : 0 }
    }
    if needed.contains(.sameCategory) {
      let category =
        context.item.map { world.items.facts[Int($0.index)].category } ?? context.category
      matrix.fill(.sameCategory) {
        category != 0 && facts[$0].category == category ? 1 : 0
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
      matrix.logarithm(.coEngaged)
    }
    if needed.contains(.next) {
      matrix.fill(.next) { Self.lift(candidates.value(.next, at: $0)) }
      matrix.logarithm(.next)
    }
    if needed.contains(.sourceCount) {
      matrix.fill(.sourceCount) { Float(candidates.sources[$0].nonzeroBitCount) }
    }
  }

  /// Hours from a second to a later one; 0 when it is not later.
  @inline(__always)
  private static func hours(since second: UInt32, _ now: UInt32) -> Float {
    now > second ? Float(now &- second) / 3_600 : 0
  }
}
