/// Removes items in another language than the reader's: "en" reads "en-US", and the other way
/// round. Items without a language pass, and everything passes for a reader without one.
package struct LanguageFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    guard context.state.language != 0 else { return }
    let own = Self.primary(world.languages.text(context.state.language))
    // Pages hold few languages: each is compared as text once.
    var known: [(number: UInt16, isRead: Bool)] = [(0, true), (context.state.language, true)]
    for index in batch.facts.indices {
      let number = batch.facts[index].language
      var place = 0
      while place < known.count, known[place].number != number { place += 1 }
      if place == known.count {
        known.append((number, Self.primary(world.languages.text(number)) == own))
      }
      if !known[place].isRead { verdicts.remove(index) }
    }
  }

  private static func primary(_ tag: String) -> String {
    (tag.split(separator: "-", maxSplits: 1).first.map(String.init) ?? "").lowercased()
  }
}
