/// Removes items of authors that the user blocked, and of authors who blocked the user.
package struct BlockedFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    guard let user = context.user?.index else { return }
    let shunned = context.marks.shunned
    let facts = batch.facts.span
    for index in facts.indices {
      let author = facts[index].author
      if author == .max { continue }
      let mark = shunned.count > 0 ? shunned[author] ?? 0 : 0
      let isOut =
        mark & Marks.blocked != 0
        || Int(author) >= world.users.states.count
        || world.users.states[Int(author)].blocked.contains(user)
      if isOut { verdicts.remove(index) }
    }
  }
}
