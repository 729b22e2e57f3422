internal import Sync

/// One set of vectors over several graphs, searched side by side and merged exactly.
///
/// ```swift
/// let index = ShardedIndex(dimension: 128, metric: .cosine, shards: 4, threads: 2)
/// index.insert(row: 7, vector: vector.span)
/// let report = index.search(
///   query: query.span, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &hits)
/// ```
///
/// What holds for `GraphIndex` holds here: an inserted row is found by every search that starts
/// after `insert` has returned, searches take no lock of the graphs, any thread may call anything.
/// The `k` hits are the best of those that the shards found, ties by the lower row, whichever
/// thread searched which shard; a search never waits for a helper that has not begun. With one
/// shard every call goes straight to its graph.
public final class ShardedIndex: Sendable {
  /// Components of a vector.
  public var dimension: Int { graphs[0].dimension }
  /// How vectors are compared.
  public var metric: Metric { graphs[0].metric }
  /// The number of shards.
  public var shards: Int { graphs.count }

  private let graphs: [GraphIndex]
  private let map: ShardMap
  private let pool: ShardPool

  /// Makes an empty index.
  ///
  /// - Parameters:
  ///   - dimension: components of a vector, 1 to 65,536.
  ///   - metric: how vectors are compared.
  ///   - shards: graphs, at least 1; where a row lies follows from this number alone.
  ///   - threads: most shards that one search works on at once, its own thread being the first.
  ///   - settings: those of each graph, but `capacity` is that of all together.
  public init(
    dimension: Int, metric: Metric, shards: Int, threads: Int = 1,
    settings: GraphSettings = GraphSettings()
  ) {
    let map = ShardMap(shards: max(shards, 1))
    var each = settings
    if map.shards > 1 { each.capacity = map.capacity(settings.capacity) }
    graphs = (0..<map.shards).map { number in
      var own = each
      own.seed = settings.seed &+ UInt64(number)
      return GraphIndex(dimension: dimension, metric: metric, settings: own)
    }
    self.map = map
    pool = ShardPool(helpers: min(threads, map.shards) - 1)
  }

  /// Rows that have a vector.
  public var count: Int { graphs.reduce(0) { $0 + $1.count } }

  /// Rows that wait to be linked.
  public var pending: Int { graphs.reduce(0) { $0 + $1.pending } }

  /// Whether `row` has a vector.
  public func contains(row: UInt32) -> Bool {
    let (shard, local) = map.place(of: row)
    return graphs[shard].contains(row: local)
  }

  /// The rows that have a vector.
  public func rows() -> RowSet {
    guard map.shards > 1 else { return graphs[0].rows() }
    var rows = RowSet()
    for (shard, graph) in graphs.enumerated() {
      graph.rows().forEach { rows.insert(map.row(shard: shard, local: $0)) }
    }
    return rows
  }

  /// Gives `row` a vector, in place of one that it had; see `GraphIndex.insert`.
  public func insert(row: UInt32, vector: Span<Float>) {
    let (shard, local) = map.place(of: row)
    graphs[shard].insert(row: local, vector: vector)
  }

  /// Like `insert`, but leaves links and the codes' scale to `build`, which follows.
  public func load(row: UInt32, vector: Span<Float>) {
    let (shard, local) = map.place(of: row)
    graphs[shard].load(row: local, vector: vector)
  }

  /// Takes the vector of `row` away; nothing happens when it has none.
  public func remove(row: UInt32) {
    let (shard, local) = map.place(of: row)
    graphs[shard].remove(row: local)
  }

  /// Puts the vector of `row`, as it is kept, in place of `vector`'s components; false, and
  /// `vector` untouched, when the row has none.
  public func vector(row: UInt32, into vector: inout [Float]) -> Bool {
    let (shard, local) = map.place(of: row)
    return graphs[shard].vector(row: local, into: &vector)
  }

  /// Links up to `most` waiting rows of each shard, mends links around removed ones, and returns
  /// how many still wait.
  public func settle(most: Int) -> Int {
    graphs.reduce(0) { $0 + $1.settle(most: most) }
  }

  /// Links everything that waits, a shard after the other, each with several threads.
  ///
  /// - Parameters:
  ///   - threads: at least 1; with 1 the graphs follow from the seed and the order of the rows.
  ///   - progress: called on this thread now and then with the rows linked and all to link.
  public func build(threads: Int, progress: (Int, Int) -> Void = { _, _ in }) {
    let all = pending
    var before = 0
    for graph in graphs {
      let own = graph.pending
      graph.build(threads: threads) { done, _ in progress(before + done, max(all, before + done)) }
      before += own
    }
  }

  /// What the shards hold together. `reach` walks every graph.
  public func statistics(reach: Bool = false) -> GraphStatistics {
    let each = graphs.map { $0.statistics(reach: reach) }
    guard each.count > 1 else { return each[0] }
    var sum = GraphStatistics()
    for one in each {
      sum.rows += one.rows
      sum.pending += one.pending
      sum.tombstones += one.tombstones
      sum.freeSlots += one.freeSlots
      sum.bytes += one.bytes
      sum.layers = max(sum.layers, one.layers)
    }
    func mean(_ number: (GraphStatistics) -> Double) -> Double {
      each.reduce(0) { $0 + number($1) * Double($1.rows) } / Double(max(sum.rows, 1))
    }
    sum.meanLinks = mean(\.meanLinks)
    if reach { sum.unreachable = mean { $0.unreachable ?? 0 } }
    return sum
  }

  /// Puts the `k` best rows into `hits`, best first, in place of what was there: higher score
  /// first, ties by the lower row.
  ///
  /// - Parameters:
  ///   - query: what to look for.
  ///   - k: most hits wanted, of every shard too.
  ///   - effort: width of the beam in every shard; 0 for a sensible one.
  ///   - allowed: rows that may be hits, or nil for all.
  ///   - keepGoing: asked on this thread now and then; false ends the search with what was found.
  ///   - hits: the result.
  /// - Returns: the sum of what the shards visited; whether all were complete; how most of the
  ///   rows were visited.
  public func search(
    query: Span<Float>, k: Int, effort: Int, allowed: RowSet?, keepGoing: () -> Bool,
    into hits: inout [Hit]
  ) -> SearchReport {
    guard graphs.count > 1 else {
      return graphs[0].search(
        query: query, k: k, effort: effort, allowed: allowed, keepGoing: keepGoing, into: &hits)
    }
    precondition(query.count == dimension, "the query's length is not the index's dimension")
    let task = ShardTask(
      graphs: graphs, map: map, query: query.copied, k: k, effort: effort, allowed: allowed)
    pool.run(
      graphs.count,
      helper: { shard in task.search(shard) { true } },
      own: { shard in task.search(shard, keepGoing) },
      waiting: { if !keepGoing() { task.stop() } })
    return task.merge(into: &hits)
  }

  /// Puts the hits of each of several queries, which lie one after another, into `hits`, like as
  /// many searches without a filter.
  public func search(batch queries: Span<Float>, k: Int, effort: Int, into hits: inout [[Hit]]) {
    guard graphs.count > 1 else {
      return graphs[0].search(batch: queries, k: k, effort: effort, into: &hits)
    }
    precondition(queries.count % dimension == 0, "queries have the index's dimension each")
    let (graphs, map, all, found) = (graphs, map, queries.copied, ShardFindings())
    let piece: @Sendable (Int) -> Void = { shard in
      var own: [[Hit]] = []
      graphs[shard].search(batch: all.span, k: k, effort: effort, into: &own)
      found.add(own.map { map.rows(of: $0, shard: shard) })
    }
    pool.run(graphs.count, helper: piece, own: piece, waiting: {})
    hits = found.best(k, queries: queries.count / dimension)
  }
}

extension ShardMap {
  /// Hits of a shard by the rows that they are.
  func rows(of hits: [Hit], shard: Int) -> [Hit] {
    hits.map { Hit(row: row(shard: shard, local: $0.row), score: $0.score) }
  }
}

extension Span where Element == Float {
  /// The same numbers where several threads can read them.
  fileprivate var copied: [Float] {
    var copy: [Float] = []
    copy.reserveCapacity(count)
    for i in indices { copy.append(self[i]) }
    return copy
  }
}
