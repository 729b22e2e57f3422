/// Removes rows that hold no item (any more): deleted ones, and rows that are none.
package struct LiveFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    for index in batch.facts.indices where !batch.facts[index].isLive { verdicts.remove(index) }
  }
}
