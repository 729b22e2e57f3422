internal import Index

/// Items whose vectors lie nearest to the item that the page is about, or else to each of the
/// user's tastes, with the quota split by the tastes' weights.
///
/// The value is the cosine. The item that pulled a row in is the page's item, or the newest item
/// of the taste.
package struct NearestSource: Source {
  package let name = SourceName.nearest

  /// Of a page that is limited to a category, so many times the quota is searched for.
  private static let categoryFactor = 8

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    var search = Search(allowed: world.vectors.rows, rowsMax: context.nearestRowsMax)
    context.marks.seen.forEach { search.allowed.remove($0) }
    if let item = context.item {
      search.allowed.remove(item.index)
      world.vectors.withVector(row: item.index) { vector in
        search.run(world, context, vector, k: quota, about: item.index, into: &candidates)
      }
    } else {
      gatherTastes(world, context, quota, &search, into: &candidates)
    }
    if search.isOutOfTime { throw .deadline }
  }

  private func gatherTastes(
    _ world: borrowing World, _ context: RankingContext, _ quota: Int,
    _ search: inout Search, into candidates: inout CandidateSet
  ) {
    let taste = context.state.taste
    let dimension = world.vectors.dimension
    let weights = taste.interests.indices.map {
      max(0, taste.value($0, context.second, world.settings.tasteHalfLifeMs))
    }
    let total = weights.reduce(0, +)
    guard total > 0, taste.vectors.count >= taste.interests.count * dimension else { return }
    search.rowsMax = max(1, search.rowsMax / weights.count { $0 > 0 })
    for index in weights.indices where weights[index] > 0 {
      let share = Int((Float(quota) * weights[index] / total).rounded(.up))
      let range = index * dimension..<(index + 1) * dimension
      search.run(
        world, context, taste.vectors.span.extracting(range), k: min(quota, share),
        about: taste.interests[index].item, into: &candidates)
      if search.isOutOfTime { return }
    }
  }

  /// What the searches of one request share.
  private struct Search {
    var allowed: RowSet
    var rowsMax: Int
    var isOutOfTime = false
    var hits: [Hit] = []

    init(allowed: RowSet, rowsMax: Int) {
      self.allowed = allowed
      self.rowsMax = rowsMax
    }

    mutating func run(
      _ world: borrowing World, _ context: RankingContext, _ query: Span<Float>, k: Int,
      about item: UInt32, into candidates: inout CandidateSet
    ) {
      guard k > 0 else { return }
      var isLate = false
      _ = world.vectors.search(
        query: query, k: context.category == 0 ? k : k * NearestSource.categoryFactor, effort: 0,
        allowed: allowed, newestFirst: rowsMax,
        keepGoing: {
          isLate = context.isSourceTimeOver
          return !isLate
        }, into: &hits)
      isOutOfTime = isLate
      var left = k
      for hit in hits where left > 0 && context.wants(hit.row, world.items.facts) {
        candidates.add(hit.row, .nearest, value: hit.score, pulledBy: item)
        left -= 1
      }
    }
  }
}
