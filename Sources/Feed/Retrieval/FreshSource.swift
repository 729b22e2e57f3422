/// The newest items of all, so that a new item gets seen before anybody has acted on it.
///
/// The value halves with each day of age.
package struct FreshSource: Source {
  package let name = SourceName.fresh

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    let most = max(0, min(quota, world.fresh.count))
    var rows = [UInt32](repeating: 0, count: most)
    var elapsed = [UInt32](repeating: 0, count: most)
    let found = Self.find(world, context, &rows, &elapsed)
    var values: [Float] = []
    Decay.factors(elapsed: elapsed, steps: Rates.recencySteps, into: &values)
    rows.removeLast(most - found)
    candidates.add(rows, .fresh, values: values)
  }

  /// Finds the newest items that the request wants, and how many seconds old each is.
  ///
  /// - Returns: how many there are, at most as many as `rows` holds.
  private static func find(
    _ world: borrowing World, _ context: RankingContext, _ rows: inout [UInt32],
    _ elapsed: inout [UInt32]
  ) -> Int {
    var rows = rows.mutableSpan
    var elapsed = elapsed.mutableSpan
    let facts = world.items.facts.span
    var found = 0
    for age in 0..<world.fresh.count where found < rows.count {
      let ahead = min(age &+ FeatureExtractor.ahead, world.fresh.count &- 1)
      context.fetch(world.fresh[newest: ahead], facts)
      let row = world.fresh[newest: age]
      guard context.wants(row, facts) else { continue }
      let created = facts[Int(row)].created
      rows[found] = row
      elapsed[found] = context.second > created ? context.second &- created : 0
      found += 1
    }
    return found
  }
}
