/// Removes items that the user hid, and those that the surface's policy calls seen: acted on, or
/// shown. What the reader made has been seen too, so it goes unless the policy is off.
package struct SeenFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    let own = context.seen == .off ? nil : context.user?.index
    let seen = context.marks.seen
    let rows = batch.rows.span
    if seen.count > 0 {
      for index in rows.indices where seen.contains(rows[index]) { verdicts.remove(index) }
    }
    guard let own else { return }
    let facts = batch.facts.span
    for index in facts.indices where facts[index].author == own { verdicts.remove(index) }
  }
}
