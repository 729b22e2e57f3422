/// Removes items of authors that the user muted.
package struct MutedFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    guard context.marks.shunned.count > 0 else { return }
    for index in batch.facts.indices {
      let mark = context.marks.shunned[batch.facts[index].author] ?? 0
      if mark & Marks.muted != 0 { verdicts.remove(index) }
    }
  }
}
