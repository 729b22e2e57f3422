internal import Sync

/// One query to all shards, and what came back so far.
final class ShardTask: @unchecked Sendable {
  // Sendable: what changes is only touched under the lock.
  private let graphs: [GraphIndex]
  private let map: ShardMap
  private let query: [Float]
  private let k: Int
  private let effort: Int
  private let allowed: RowSet?
  private let lock = Lock()
  private var reports: [SearchReport] = []
  private var top: TopK
  private var isStopped = false

  init(
    graphs: [GraphIndex], map: ShardMap, query: [Float], k: Int, effort: Int, allowed: RowSet?
  ) {
    self.graphs = graphs
    self.map = map
    self.query = query
    self.k = k
    self.effort = effort
    self.allowed = allowed
    top = TopK(k: k)
  }

  /// Searches one shard, until `keepGoing` or anybody's `stop` ends it.
  func search(_ shard: Int, _ keepGoing: () -> Bool) {
    var hits: [Hit] = []
    let query = query
    let report = graphs[shard].search(
      query: query.span, k: k, effort: effort,
      allowed: allowed.map { map.part(of: $0, shard: shard) },
      keepGoing: {
        if !keepGoing() { stop() }
        return !lock.withLock { isStopped }
      }, into: &hits)
    lock.withLock {
      reports.append(report)
      for hit in hits { top.insert(row: map.row(shard: shard, local: hit.row), score: hit.score) }
    }
  }

  /// Ends the searches of all shards with what they have found.
  func stop() { lock.withLock { isStopped = true } }

  /// Puts the best of all into `hits`; every shard has been searched.
  func merge(into hits: inout [Hit]) -> SearchReport {
    lock.withLock {
      top.drain(into: &hits)
      var sum = SearchReport(visited: 0, complete: true)
      var visits: [SearchStrategy: Int] = [:]
      var allowedVisits = 0.0
      for report in reports {
        sum.visited += report.visited
        sum.effort += report.effort
        sum.complete = sum.complete && report.complete
        visits[report.strategy, default: 0] += report.visited
        allowedVisits += report.allowedShare * Double(report.visited)
      }
      let order: [SearchStrategy] = [.graphThenScan, .filteredGraph, .graph, .scan]
      sum.strategy = order.max { (visits[$0] ?? 0) < (visits[$1] ?? 0) } ?? .scan
      if sum.visited > 0 { sum.allowedShare = allowedVisits / Double(sum.visited) }
      return sum
    }
  }
}

/// Hits of many queries, by shard.
final class ShardFindings: @unchecked Sendable {
  // Sendable: what changes is only touched under the lock.
  private let lock = Lock()
  private var shards: [[[Hit]]] = []

  /// What one shard found, a list a query.
  func add(_ lists: [[Hit]]) { lock.withLock { shards.append(lists) } }

  /// The `k` best of every query.
  func best(_ k: Int, queries: Int) -> [[Hit]] {
    lock.withLock {
      var top = TopK(k: k)
      return (0..<queries).map { query in
        top.reset(k: k)
        for shard in shards {
          for hit in shard[query] { top.insert(row: hit.row, score: hit.score) }
        }
        var hits: [Hit] = []
        top.drain(into: &hits)
        return hits
      }
    }
  }
}
