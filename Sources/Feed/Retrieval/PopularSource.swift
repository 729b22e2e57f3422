/// What is liked for long: the items with the most engagement on the long scale, in the World, in
/// the reader's region, and in the topics of the profile. It serves users of whom nothing else is
/// known.
///
/// The value is ln(1 + engagement), divided by its largest among the rows found; 0 to 1.
package struct PopularSource: Source {
  package let name = SourceName.popular

  private static let topics = 4

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var reader = TopListReader()
    reader.read(
      world.engagement.popular, segments(context), world, context,
      halfLife: world.settings.longHalfLifeMs, quota: quota)
    let rates = Rates(world.settings)
    let levels = reader.rows.map { row in
      let now = rates.now(world.engagement.stats[Int(row)], second: context.second)
      return Logarithm.natural(1 + now.longEngagement)
    }
    let most = max(levels.max() ?? 0, .leastNormalMagnitude)
    candidates.add(reader.rows, .popular, values: levels.map { $0 / most })
  }

  private func segments(_ context: RankingContext) -> [TopListReader.Segment] {
    if context.category != 0 { return [.init(kind: .category, value: context.category)] }
    var segments = [TopListReader.Segment(kind: .all, value: 0)]
    if context.region != 0 { segments.append(.init(kind: .region, value: context.region)) }
    for topic in context.state.interests.prefix(Self.topics) where topic != 0 {
      segments.append(.init(kind: .topic, value: topic))
    }
    return segments
  }
}
