internal import Index

/// Reads the best rows of several top lists, a share of the quota each.
struct TopListReader {
  /// A list.
  struct Segment {
    var kind: TopLists.Segment
    var value: UInt16
  }

  private(set) var rows: [UInt32] = []
  private var hits: [Hit] = []

  /// Collects at most `quota` rows that the request wants, each list's best first.
  ///
  /// - Parameter halfLife: of the counters that the lists are ordered by, in milliseconds.
  mutating func read(
    _ lists: borrowing TopLists, _ segments: [Segment], _ world: borrowing World,
    _ context: RankingContext, halfLife: Int64, quota: Int
  ) {
    guard !segments.isEmpty else { return }
    // Keys are large and close to each other: as floats only their distance from now is exact.
    let base = Double(context.now.milliseconds) / Double(max(1, halfLife))
    let share = (quota + segments.count - 1) / segments.count
    let facts = world.items.facts.span
    var seen = RowTable(room: 256)
    var best = TopK(k: share)
    for segment in segments {
      guard let list = lists.list(segment.kind, segment.value) else { continue }
      best.reset(k: min(share, quota - rows.count))
      for index in list.rows.indices {
        context.fetch(
          list.rows[min(index &+ FeatureExtractor.ahead, list.rows.count &- 1)], facts)
        let row = list.rows[index]
        guard context.wants(row, facts), !seen.contains(row) else { continue }
        best.insert(row: row, score: Float(list.keys[index] - base))
      }
      best.drain(into: &hits)
      for hit in hits {
        rows.append(hit.row)
        seen.set(hit.row)
      }
    }
  }
}
