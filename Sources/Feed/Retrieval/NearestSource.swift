internal import Index

/// Items whose vectors lie nearest to the item that the page is about, or else to each of the
/// user's interests and to the running visit, with the quota split between them.
///
/// Unavailable while the probes of the index find too little. The value is the cosine. The item
/// that pulled a row in is the page's item, or the newest item of the interest.
package struct NearestSource: Source {
  package let name = SourceName.nearest

  /// Of a page that is limited to a category, so many times the quota is searched for.
  private static let categoryFactor = 8

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    if world.nearest.isFailing { throw .unavailable }
    var search = Search(allowed: world.placed, effort: context.nearestEffort)
    context.marks.seen.forEach { search.allowed.remove($0) }
    if let item = context.item {
      search.allowed.remove(item.index)
      world.vectors.withVector(row: item.index) { vector in
        search.run(world, context, vector, k: quota, about: item.index, into: &candidates)
      }
    } else {
      for query in context.queries {
        let share = Int((Float(quota) * query.share).rounded(.up))
        search.run(
          world, context, query.vector.span, k: min(quota, share), about: query.item,
          into: &candidates)
        if search.isOutOfTime { break }
      }
    }
    if search.isOutOfTime { throw .deadline }
    try gatherOthers(world, context, into: &candidates)
  }

  /// What the searches of one request share.
  private struct Search {
    var allowed: RowSet
    let effort: Int
    var isOutOfTime = false
    var hits: [Hit] = []

    init(allowed: RowSet, effort: Int) {
      self.allowed = allowed
      self.effort = effort
    }

    mutating func run(
      _ world: borrowing World, _ context: RankingContext, _ query: Span<Float>, k: Int,
      about item: UInt32, into candidates: inout CandidateSet
    ) {
      guard k > 0 else { return }
      var isLate = false
      let wanted = context.category == 0 ? k : k * NearestSource.categoryFactor
      // Of hundreds of candidates nobody misses one in fifty: a narrow beam.
      let report = world.vectors.search(
        query: query, k: wanted, effort: effort > 0 ? effort : wanted + wanted / 8 + 8,
        allowed: allowed,
        keepGoing: {
          isLate = context.isSourceTimeOver
          return !isLate
        }, into: &hits)
      world.nearest.note(report, query, second: context.second)
      isOutOfTime = isLate
      candidates.add(hits, about: item, world, context, most: k)
    }
  }
}
