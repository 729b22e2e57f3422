internal import Index

extension NearestSource {
  /// Adds what lies nearest in the spaces beside the one of texts that the surface names.
  func gatherOthers(
    _ world: borrowing World, _ context: RankingContext, into candidates: inout CandidateSet
  ) throws(SourceError) {
    for (name, quota) in context.surface.nearestSpaces where quota > 0 {
      guard let space = world.spaces.first(where: { $0.name == name }) else { continue }
      try gather(world, context, space.serving.index, quota, into: &candidates)
    }
  }

  private func gather(
    _ world: borrowing World, _ context: RankingContext, _ index: GraphIndex, _ quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var query: TasteQuery?
    if let item = context.item {
      var vector: [Float] = []
      if index.vector(row: item.index, into: &vector) {
        query = TasteQuery(vector: vector, share: 1, item: item.index)
      }
    } else {
      query = TasteQuery.folded(context.state, world, index, second: context.second)
    }
    guard let query else { return }
    var allowed = index.rows()
    context.marks.seen.forEach { allowed.remove($0) }
    if let item = context.item { allowed.remove(item.index) }
    var isLate = false
    var hits: [Hit] = []
    _ = index.search(
      query: query.vector.span, k: quota, effort: context.nearestEffort, allowed: allowed,
      keepGoing: {
        isLate = context.isSourceTimeOver
        return !isLate
      }, into: &hits)
    candidates.add(hits, about: query.item, world, context, most: quota)
    if isLate { throw .deadline }
  }
}

extension CandidateSet {
  /// Adds the first rows of a search that the request wants.
  mutating func add(
    _ hits: [Hit], about item: UInt32, _ world: borrowing World, _ context: RankingContext,
    most: Int
  ) {
    let facts = world.items.facts.span
    var rows: [UInt32] = []
    var values: [Float] = []
    rows.reserveCapacity(min(hits.count, most))
    values.reserveCapacity(min(hits.count, most))
    for place in hits.indices where rows.count < most {
      context.fetch(hits[min(place &+ FeatureExtractor.ahead, hits.count &- 1)].row, facts)
      guard context.wants(hits[place].row, facts) else { continue }
      rows.append(hits[place].row)
      values.append(hits[place].score)
    }
    add(rows, .nearest, values: values, pulledBy: item)
  }
}

extension TasteQuery {
  /// The user in a space of item vectors, made anew from what the user did last: the sum of the
  /// items' vectors by strength and age, dislikes subtracted. So vectors that were learned from
  /// behaviour serve a user whom the training never saw, and follow the very last deed.
  ///
  /// - Returns: nil where no deed speaks for an item with a vector.
  static func folded(
    _ state: UserState, _ world: borrowing World, _ index: GraphIndex, second: UInt32
  ) -> TasteQuery? {
    var sum = [Float](repeating: 0, count: index.dimension)
    var newest: UInt32?
    for age in 0..<state.deeds.count {
      let deed = state.deeds[newest: age]
      let strength = world.strengths[Int(deed.action)]
      guard strength != 0, world.items.isLive(deed.item) else { continue }
      let elapsed = max(0, Int64(second) - Int64(deed.second)) * 1_000
      let weight =
        strength * Decay.factor(elapsed: elapsed, halfLife: world.settings.tasteHalfLifeMs)
      let found: Void? = index.withVector(row: deed.item) { vector in
        for i in vector.indices { sum[i] += weight * vector[i] }
      }
      if found != nil, strength > 0, newest == nil { newest = deed.item }
    }
    guard let newest, sum.contains(where: { $0 != 0 }) else { return nil }
    return TasteQuery(vector: sum, share: 1, item: newest)
  }
}
