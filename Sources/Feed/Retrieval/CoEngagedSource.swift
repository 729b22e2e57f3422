internal import Index

/// Items that followed, inside other sessions, the item that the page is about, or else the last
/// items of the user's running session.
///
/// With b1, b2, b3 the last distinct items, w(b→x) the decayed weight of "x follows b" and o(b) the
/// decayed sum of all such weights of b, the value of x is
/// Σ w(b_d→x)/d ÷ (Σ o(b_d)/d + ½), and `next` is w(b1→x) ÷ (o(b1) + ½): an estimate of the
/// probability that x comes next, pulled towards 0 while little is known.
package struct CoEngagedSource: Source {
  package let name = SourceName.coEngaged

  private static let reach = 3
  private static let prior: Float = 0.5

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var sums = Sums()
    for (place, item) in items(world, context).enumerated() {
      sums.add(world, context, item, distance: Float(place + 1))
    }
    guard !sums.rows.isEmpty else { return }
    if sums.rows.count <= quota {
      // There is nothing to choose from.
      for index in sums.rows.indices { sums.hand(index, to: &candidates) }
      return
    }
    var best = TopK(k: quota)
    for index in sums.rows.indices { best.insert(row: sums.rows[index], score: sums.values[index]) }
    var hits: [Hit] = []
    best.drain(into: &hits)
    for hit in hits { sums.hand(Int(sums.table[hit.row] ?? 0), to: &candidates) }
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

  /// Sums over the items, by successor.
  private struct Sums {
    var table = RowTable()
    var rows: [UInt32] = []
    var values: [Float] = []
    var next: [Float] = []
    /// The item that adds most to each row, and what it adds.
    var strongest: [UInt32] = []
    var most: [Float] = []
    var total: Float = 0
    var nextTotal: Float = 0

    /// Adds a row to the candidates.
    func hand(_ index: Int, to candidates: inout CandidateSet) {
      let added = candidates.add(
        rows[index], .coEngaged, value: values[index] / (total + CoEngagedSource.prior),
        pulledBy: strongest[index])
      if let added {
        candidates.setNext(next[index] / (nextTotal + CoEngagedSource.prior), at: added)
      }
    }

    mutating func add(
      _ world: borrowing World, _ context: RankingContext, _ item: UInt32,
      distance: Float
    ) {
      guard let list = world.engagement.coEngaged.successors(of: item) else { return }
      let factor = world.engagement.coEngaged.factor(list, second: context.second)
      if rows.isEmpty {
        let room = list.rows.count * CoEngagedSource.reach
        rows.reserveCapacity(room)
        values.reserveCapacity(room)
        next.reserveCapacity(room)
        strongest.reserveCapacity(room)
        most.reserveCapacity(room)
      }
      total += list.total * factor / distance
      if distance == 1 { nextTotal = list.total * factor }
      for place in list.rows.indices where context.wants(list.rows[place], world.items.facts) {
        let weight = list.weights[place] * factor
        let index = Int(table.number(of: list.rows[place], orSet: UInt32(rows.count)))
        if index == rows.count {
          rows.append(list.rows[place])
          values.append(0)
          next.append(0)
          strongest.append(item)
          most.append(0)
        }
        values[index] += weight / distance
        if distance == 1 { next[index] = weight }
        if weight / distance > most[index] {
          most[index] = weight / distance
          strongest[index] = item
        }
      }
    }
  }
}
