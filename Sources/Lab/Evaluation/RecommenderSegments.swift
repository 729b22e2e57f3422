/// Which users have a short past, and which items are the few that most turn to.
struct RecommenderSegments: Sendable {
  /// By user: at most as many items in the training as the middle one of all users with any.
  let isNew: [Bool]
  /// By item: one of the fewest that have half of the training's interactions between them.
  let isHead: [Bool]

  /// Splits users and items of a training, users by items.
  init(_ seen: SparseMatrix) {
    let lengths = (0..<seen.rows).map { seen.range($0).count }
    let known = lengths.filter { $0 > 0 }.sorted()
    let middle = known.isEmpty ? 0 : known[(known.count - 1) / 2]
    isNew = lengths.map { $0 <= middle }
    let counts = seen.columnCounts
    let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    var isHead = [Bool](repeating: false, count: counts.count)
    var left = seen.count
    for item in order where left * 2 > seen.count && counts[item] > 0 {
      isHead[item] = true
      left -= counts[item]
    }
    self.isHead = isHead
  }
}
