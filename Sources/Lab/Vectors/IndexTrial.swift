public import Feed
public import Index
internal import Sync

/// How good and how fast an index answers, against exact answers.
///
/// Recall@k of a query is the share of its k hits whose exact score is at least that of the true
/// k-th (so that one of two equal vectors counts as well as the other); where a filter allows fewer
/// than k rows, it is the share of these that was found.
public struct IndexTrial: Sendable {
  /// What is asked.
  public struct Plan: Sendable {
    /// Hits a query.
    public var k = 10
    /// How hard the index tries, one reading each.
    public var efforts = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]
    /// Threads that search.
    public var threads = 1
    /// Queries handed over at once; 1: one at a time.
    public var batch = 1
    /// The rows allowed, one set a query in turn; empty: all rows.
    public var filters: [RowSet] = []
    /// A reading repeats all queries until so many seconds have gone by.
    public var secondsAtLeast = 0.5
    /// The first effort that reaches this recall is the last one; above 1: all are read.
    public var until = 2.0

    /// The standard plan.
    public init() {}
  }

  /// What came out at one effort.
  public struct Reading: Sendable, Equatable {
    /// How hard the index tried.
    public var effort: Int
    /// The mean over all queries, 0 to 1.
    public var recall: Double
    /// The share of queries with a recall under one half.
    public var low: Double
    /// Queries a second over all threads.
    public var rate: Double
    /// Microseconds a query; of a batch, a query's part of it.
    public var p50: Double
    /// The same, exceeded by one in a hundred.
    public var p99: Double
    /// Rows scored a query, on average.
    public var visited: Double
    /// The way that most queries were answered.
    public var strategy: String
  }

  /// The index that is judged.
  public let index: ShardedIndex
  let queries: VectorTable
  /// The exact answers.
  public let truth: ExactAnswers
  let time: any TimeSource

  /// A trial of an index over the vectors that `truth` holds too.
  public init(
    _ index: ShardedIndex, queries: VectorTable, truth: ExactAnswers, time: any TimeSource
  ) {
    self.index = index
    self.queries = queries
    self.truth = truth
    self.time = time
  }

  /// Puts all vectors into an empty index, row by row, and returns the seconds that it took.
  ///
  /// - Parameter threads: how many build.
  public static func built(
    _ vectors: VectorTable, in index: ShardedIndex, threads: Int, time: any TimeSource,
    report: (Int, Int) -> Void = { _, _ in }
  ) -> Double {
    let start = time.ticks
    for row in 0..<vectors.count {
      vectors.withVector(row) { index.load(row: UInt32(row), vector: $0) }
    }
    index.build(threads: threads, progress: report)
    return Double(time.ticks &- start) / 1e9
  }

  /// What makes a hit of each query of a plan a true one; the same for every effort.
  public func thresholds(_ plan: Plan) -> [Float] {
    truth.thresholds(queries, k: plan.k, filters: plan.filters, threads: max(2, plan.threads))
  }

  /// A reading at each effort of the plan, told as they come.
  ///
  /// - Parameter known: the thresholds, where they were asked for before.
  public func readings(_ plan: Plan, thresholds known: [Float]? = nil, each: (Reading) -> Void) {
    let thresholds = known ?? thresholds(plan)
    for effort in plan.efforts {
      let reading = reading(plan, effort: effort, thresholds)
      each(reading)
      if reading.recall >= plan.until { return }
    }
  }

  private func reading(_ plan: Plan, effort: Int, _ thresholds: [Float]) -> Reading {
    var reading = quality(plan, effort: effort, thresholds)
    let start = time.ticks
    let lock = Lock()
    let all = Durations()
    let workers = (0..<max(1, plan.threads)).map { _ in
      Thread {
        let own = self.timed(plan, effort: effort, since: start)
        lock.withLock { all.nanoseconds += own }
      }
    }
    for worker in workers { worker.join() }
    let seconds = Double(time.ticks &- start) / 1e9
    let sorted = lock.withLock { all.nanoseconds }.sorted()
    let each = Double(plan.batch)
    reading.rate = Double(sorted.count * plan.batch) / seconds
    reading.p50 = Double(sorted[sorted.count / 2]) / 1e3 / each
    reading.p99 = Double(sorted[sorted.count * 99 / 100]) / 1e3 / each
    return reading
  }

  /// How long each call took, over all queries again and again.
  private func timed(_ plan: Plan, effort: Int, since start: UInt64) -> [UInt64] {
    var durations: [UInt64] = []
    var hits: [Hit] = []
    var many: [[Hit]] = []
    let until = start &+ UInt64(plan.secondsAtLeast * 1e9)
    repeat {
      var first = 0
      while first + plan.batch <= queries.count {
        let before = time.ticks
        if plan.batch == 1 {
          answer(plan, effort, first, into: &hits)
        } else {
          answer(plan, effort, batch: first, into: &many)
        }
        durations.append(time.ticks &- before)
        first += plan.batch
      }
    } while time.ticks < until
    return durations
  }

  @discardableResult
  private func answer(
    _ plan: Plan, _ effort: Int, _ index: Int, into hits: inout [Hit]
  ) -> SearchReport {
    let allowed = plan.filters.isEmpty ? nil : plan.filters[index % plan.filters.count]
    return queries.withVector(index) { query in
      self.index.search(
        query: query, k: plan.k, effort: effort, allowed: allowed, keepGoing: { true },
        into: &hits)
    }
  }

  private func answer(_ plan: Plan, _ effort: Int, batch first: Int, into hits: inout [[Hit]]) {
    let range = first * queries.dimension..<(first + plan.batch) * queries.dimension
    index.search(
      batch: queries.values.span.extracting(range), k: plan.k, effort: effort, into: &hits)
  }

  private func quality(_ plan: Plan, effort: Int, _ thresholds: [Float]) -> Reading {
    var reading = Reading(
      effort: effort, recall: 0, low: 0, rate: 0, p50: 0, p99: 0, visited: 0, strategy: "")
    var strategies: [String: Int] = [:]
    var hits: [Hit] = []
    var many: [[Hit]] = []
    var scores: [Float] = []
    for index in 0..<queries.count {
      if plan.batch == 1 {
        let report = answer(plan, effort, index, into: &hits)
        reading.visited += Double(report.visited) / Double(queries.count)
        strategies[report.strategy.rawValue, default: 0] += 1
      } else {
        let first = min(index / plan.batch * plan.batch, queries.count - plan.batch)
        if index == first || many.isEmpty { answer(plan, effort, batch: first, into: &many) }
        if index - first >= many.count { answer(plan, effort, batch: first, into: &many) }
        hits = many[index - first]
        strategies["graph", default: 0] += 1
      }
      let possible =
        plan.filters.isEmpty
        ? min(plan.k, self.index.count)
        : min(plan.k, plan.filters[index % plan.filters.count].count)
      guard possible > 0 else { continue }
      queries.withVector(index) { truth.scores($0, hits, into: &scores) }
      // Equal up to the order of adding.
      let least = thresholds[index] - 1e-5 * max(1, thresholds[index].magnitude)
      let found = scores.prefix(possible).count { $0 >= least }
      let recall = Double(found) / Double(possible)
      reading.recall += recall
      if recall < 0.5 { reading.low += 1 }
    }
    // Divided once: a sum of shares may come out above 1.
    reading.recall /= Double(max(1, queries.count))
    reading.low /= Double(max(1, queries.count))
    reading.strategy = strategies.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    return reading
  }
}

/// What the threads of a reading measured.
private final class Durations: @unchecked Sendable {
  // Sendable: only touched inside the lock of the reading that made it.
  var nanoseconds: [UInt64] = []
}
