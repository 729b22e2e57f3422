/// What the user liked in the running visit, by author and by topic.
struct Visit {
  /// How many of an author.
  private(set) var authors = RowTable()
  /// How many of a topic.
  private(set) var topics = RowTable()

  /// Counts the positive deeds of the visit.
  mutating func read(_ world: borrowing World, _ context: RankingContext) {
    authors.removeAll()
    topics.removeAll()
    guard context.isVisitOpen(world.settings) else { return }
    let deeds = context.state.deeds
    for age in 0..<deeds.count {
      let deed = deeds[newest: age]
      guard deed.session == context.state.session else { break }
      guard world.strengths[Int(deed.action)] > 0, world.items.isLive(deed.item) else { continue }
      let facts = world.items.facts[Int(deed.item)]
      if facts.author != .max { authors.set(facts.author, (authors[facts.author] ?? 0) &+ 1) }
      let topic = UInt32(facts.topic)
      if topic != 0 { topics.set(topic, (topics[topic] ?? 0) &+ 1) }
    }
  }
}
