/// Removes items that have come to their own end, or to that of the retention.
package struct ExpiredFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    for index in batch.facts.indices
    where world.isPastRetention(batch.facts[index], second: context.second) {
      verdicts.remove(index)
    }
  }
}
