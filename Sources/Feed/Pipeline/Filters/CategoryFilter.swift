/// Removes items of other categories than the one asked for.
package struct CategoryFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    guard context.category != 0 else { return }
    for index in batch.facts.indices where batch.facts[index].category != context.category {
      verdicts.remove(index)
    }
  }
}
