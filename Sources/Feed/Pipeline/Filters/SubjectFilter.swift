/// Removes the item that the page is about: nobody asks what is similar to see it again.
package struct SubjectFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    guard let item = context.item?.index else { return }
    for index in batch.rows.indices where batch.rows[index] == item { verdicts.remove(index) }
  }
}
