/// What rises: the items with the most engagement on the short scale, in the World, in the region,
/// and in the topics that the user likes.
///
/// The value is ln(1 + engagement), divided by its largest among the rows found, times
/// 1 + velocity/3, so that of two equally loved items the one that gains leads; 0 to 2.
package struct TrendingSource: Source {
  package let name = SourceName.trending

  private static let topics = 3

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var reader = TopListReader()
    reader.read(
      world.engagement.trending, segments(context, world), world, context,
      halfLife: world.settings.shortHalfLifeMs, quota: quota)
    let rates = Rates(world.settings)
    let levels = reader.rows.map { row in
      rates.now(world.engagement.stats[Int(row)], second: context.second)
    }
    let most = levels.map { Logarithm.natural(1 + $0.shortEngagement) }.max() ?? 0
    let values = levels.map { level in
      let share = Logarithm.natural(1 + level.shortEngagement) / max(most, .leastNormalMagnitude)
      return share * (1 + level.velocity / Rates.velocityMax)
    }
    candidates.add(reader.rows, .trending, values: values)
  }

  private func segments(
    _ context: RankingContext, _ world: borrowing World
  ) -> [TopListReader.Segment] {
    if context.category != 0 { return [.init(kind: .category, value: context.category)] }
    if context.namesRegion, context.region != 0,
      world.engagement.trending.list(.region, context.region) != nil
    {
      return [.init(kind: .region, value: context.region)]
    }
    var segments = [TopListReader.Segment(kind: .all, value: 0)]
    if context.region != 0 { segments.append(.init(kind: .region, value: context.region)) }
    let halfLife = world.settings.tasteHalfLifeMs
    var liked: [(topic: UInt32, value: Float)] = []
    for entry in context.traces.topics.entries {
      let value = entry.value(at: context.second, halfLife: halfLife)
      if value > 0 { liked.append((entry.key, value)) }
    }
    liked.sort { $0.value == $1.value ? $0.topic < $1.topic : $0.value > $1.value }
    for entry in liked.prefix(Self.topics) {
      segments.append(.init(kind: .topic, value: UInt16(truncatingIfNeeded: entry.topic)))
    }
    return segments
  }
}
