/// Removes items that the user hid, and those that the surface's policy calls seen: acted on, or
/// shown. What the reader made has been seen too, so it goes unless the policy is off.
package struct SeenFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    let own = context.seen == .off ? nil : context.user?.index
    for index in batch.rows.indices {
      if context.marks.seen.contains(batch.rows[index]) { verdicts.remove(index) }
      if let own, batch.facts[index].author == own { verdicts.remove(index) }
    }
  }
}
