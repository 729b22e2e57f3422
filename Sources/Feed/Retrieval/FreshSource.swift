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
    var left = quota
    for age in 0..<world.fresh.count where left > 0 {
      let row = world.fresh[newest: age]
      guard context.wants(row, world.items.facts) else { continue }
      candidates.add(
        row, .fresh,
        value: Rates.recency(created: world.items.facts[Int(row)].created, now: context.second))
      left -= 1
    }
  }
}
