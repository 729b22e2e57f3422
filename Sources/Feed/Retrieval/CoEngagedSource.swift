internal import Index

/// Items that followed, inside other sessions, the item that the page is about, or else the last
/// items of the user's running session; and items that a model learned to come after those.
///
/// With b1, b2, b3 the last distinct items, w(b→x) the decayed weight of "x follows b", o(b) the
/// decayed sum of all such weights of b, p(b→x) the learned share of x after b, and κ how many live
/// successions that is worth (0 where nothing was learned for b), the value of x is
/// Σ (w(b_d→x) + κ p(b_d→x))/d ÷ (Σ (o(b_d) + κ)/d + ½), and `next` is
/// (w(b1→x) + κ p(b1→x)) ÷ (o(b1) + κ + ½): an estimate of the probability that x comes next, which
/// begins at what was learned, follows what is seen as soon as there is more of that than of κ, and
/// is pulled towards 0 while little is known at all.
package struct CoEngagedSource: Source {
  package let name = SourceName.coEngaged

  private static let reach = 3
  private static let prior: Float = 0.5

  private let neighbours: NeighbourBoard

  /// - Parameter neighbours: where the learned table stands.
  package init(_ neighbours: NeighbourBoard = NeighbourBoard()) { self.neighbours = neighbours }

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var sums = Sums()
    let trust = Float(context.surface.settings.learnedNeighbours)
    let table = trust > 0 ? neighbours.table : nil
    for (place, item) in items(world, context).enumerated() {
      sums.add(world, context, item, distance: Float(place + 1))
      if let table {
        sums.add(table, trust: trust, world, context, item, distance: Float(place + 1))
      }
    }
    guard !sums.entries.isEmpty else { return }
    if sums.entries.count <= quota {
      // There is nothing to choose from.
      for entry in sums.entries { sums.hand(entry, to: &candidates) }
      return
    }
    var best = TopK(k: quota)
    for entry in sums.entries { best.insert(row: entry.row, score: entry.value) }
    var hits: [Hit] = []
    best.drain(into: &hits)
    for hit in hits { sums.hand(sums.entries[Int(sums.table[hit.row] ?? 0)], to: &candidates) }
  }

  /// The items whose successors are wanted, nearest first.
  private func items(
    _ world: borrowing World, _ context: RankingContext
  ) -> [UInt32] {
    if let item = context.item { return [item.index] }
    var items: [UInt32] = []
    let deeds = context.state.deeds
    for age in 0..<deeds.count where items.count < Self.reach {
      let deed = deeds[newest: age]
      guard deed.session == context.state.session else { break }
      guard world.strengths[Int(deed.action)] > 0, !items.contains(deed.item) else { continue }
      items.append(deed.item)
    }
    return items
  }

  /// One successor.
  private struct Entry {
    var row: UInt32
    var value: Float = 0
    var next: Float = 0
    /// The item that adds most, and what it adds.
    var strongest: UInt32
    var most: Float = 0
  }

  /// Sums over the items, by successor.
  private struct Sums {
    var table = RowTable(room: 256)
    var entries: [Entry] = []
    var total: Float = 0
    var nextTotal: Float = 0

    /// Adds a row to the candidates.
    func hand(_ entry: Entry, to candidates: inout CandidateSet) {
      let added = candidates.add(
        entry.row, .coEngaged, value: entry.value / (total + CoEngagedSource.prior),
        pulledBy: entry.strongest)
      if let added {
        candidates.setNext(entry.next / (nextTotal + CoEngagedSource.prior), at: added)
      }
    }

    /// Adds what was seen after an item.
    mutating func add(
      _ world: borrowing World, _ context: RankingContext, _ item: UInt32,
      distance: Float
    ) {
      guard let list = world.engagement.coEngaged.successors(of: item) else { return }
      let factor = world.engagement.coEngaged.factor(list, second: context.second)
      reserve(list.entries.count)
      total += list.total * factor / distance
      if distance == 1 { nextTotal += list.total * factor }
      let facts = world.items.facts.span
      for entry in list.entries where context.wants(entry.row, facts) {
        add(entry.row, entry.weight * factor, item, distance: distance)
      }
    }

    /// Adds what was learned to come after an item.
    mutating func add(
      _ table: NeighbourTable, trust: Float, _ world: borrowing World, _ context: RankingContext,
      _ item: UInt32, distance: Float
    ) {
      guard let number = table.ids.row(of: item, in: world.items.ids) else { return }
      let range = table.range(number)
      guard !range.isEmpty else { return }
      reserve(range.count)
      total += trust / distance
      if distance == 1 { nextTotal += trust }
      for place in range {
        guard let row = world.items.ids.row(of: table.numbers[place], in: table.ids),
          context.wants(row, world.items.facts.span)
        else { continue }
        add(row, trust * table.shares[place], item, distance: distance)
      }
    }

    private mutating func reserve(_ count: Int) {
      if entries.isEmpty { entries.reserveCapacity(count * CoEngagedSource.reach) }
    }

    @inline(__always)
    private mutating func add(_ row: UInt32, _ weight: Float, _ item: UInt32, distance: Float) {
      let index = Int(table.number(of: row, orSet: UInt32(entries.count)))
      if index == entries.count { entries.append(Entry(row: row, strongest: item)) }
      let part = weight / distance
      entries[index].value += part
      if distance == 1 { entries[index].next += weight }
      if part > entries[index].most {
        entries[index].most = part
        entries[index].strongest = item
      }
    }
  }
}
