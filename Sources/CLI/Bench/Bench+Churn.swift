internal import Index
internal import Lab
internal import Sync

extension Bench {
  /// Searches while vectors come, and whether each is found at once.
  func inserts() throws -> [BenchRow] {
    let seconds = isQuick ? 1 : 10
    let (old, new) = (size(200_000), 2_000 * seconds)
    say("inserts: building over \(Figures.grouped(old)) vectors")
    let made = SeededVectors(count: old + new, dimension: 128).made(queries: 1_000)
    let index = GraphIndex(dimension: 128, metric: .cosine)
    for row in 0..<old { made.vectors.withVector(row) { index.load(row: UInt32(row), vector: $0) } }
    index.build(threads: 2)
    say("inserts: searching, idle")
    let load = InsertLoad(index: index, vectors: made.vectors, queries: made.queries)
    let idle = load.search(seconds: Double(seconds)) { false }
    say("inserts: searching while 2,000 vectors a second come")
    let writer = Thread { load.insert(from: old, rate: 2_000) }
    let settler = Thread { load.settle() }
    let busy = load.search(seconds: .infinity) { load.isOver }
    writer.join()
    settler.join()
    let note = "p50 \(Figures.decimal(busy.p50, 1)) us, idle \(Figures.decimal(idle.p50, 1)) us"
    return [
      BenchRow(
        "search p99 while 2,000 vectors/s come", .microseconds, busy.p99,
        peer: ("idle", idle.p99), .ratioAtMost(2),
        note: note + "; came at \(Figures.grouped(Int(load.rate)))/s"),
      BenchRow(
        "inserted, then found by the next search", .tries, Double(load.found),
        .atLeast(Double(new))),
    ]
  }

  /// Recall after half of the rows were replaced, ten times over.
  func churn() throws -> [BenchRow] {
    let (count, times) = (size(50_000), 10)
    say("churn: building over \(Figures.grouped(count)) vectors")
    let made = SeededVectors(count: count + times * count / 2, dimension: 128)
      .made(queries: 1_000)
    let index = ShardedIndex(dimension: 128, metric: .cosine, shards: 1)
    var now = Array(0..<count)
    for row in 0..<count {
      made.vectors.withVector(row) { index.load(row: UInt32(row), vector: $0) }
    }
    index.build(threads: 2)
    let time = SystemTime()
    let start = time.ticks
    var next = count
    for round in 0..<times {
      say("churn: replacing half of them, \(round + 1) of \(times)")
      for i in 0..<count / 2 {
        // A prime step meets every row once, so this is another half each time.
        let row = (i * 7_919 + round * 104_729) % count
        made.vectors.withVector(next) { index.insert(row: UInt32(row), vector: $0) }
        now[row] = next
        next += 1
      }
      while index.settle(most: 1_000) > 0 {}
    }
    let seconds = Double(time.ticks - start) / 1e9
    let final = made.vectors.picking(now)
    let fresh = ShardedIndex(dimension: 128, metric: .cosine, shards: 1)
    _ = IndexTrial.built(final, in: fresh, threads: 2, time: time)
    let truth = ExactAnswers(final, metric: .cosine)
    var plan = IndexTrial.Plan()
    plan.efforts = [64]
    plan.secondsAtLeast = 0
    let recalls = [index, fresh].map { index in
      var recall = 0.0
      IndexTrial(index, queries: made.queries, truth: truth, time: time)
        .readings(plan) { recall = $0.recall }
      return recall
    }
    return [
      BenchRow(
        "recall@10 lost to ten times half replaced", .share, recalls[1] - recalls[0],
        .atMost(0.01),
        note: "\(Figures.decimal(recalls[0], 4)), a fresh build "
          + "\(Figures.decimal(recalls[1], 4)) at the same effort; replaced "
          + "\(Figures.grouped(Int(Double(next - count) / seconds)))/s on one thread")
    ]
  }
}

/// Searches, inserts and settling side by side.
private final class InsertLoad: @unchecked Sendable {
  // Sendable: what changes is only touched under the lock.
  private let index: GraphIndex
  private let vectors: VectorTable
  private let queries: VectorTable
  private let time = SystemTime()
  private let lock = Lock()
  private var ended = false
  private var visible = 0
  private var perSecond = 0.0

  init(index: GraphIndex, vectors: VectorTable, queries: VectorTable) {
    self.index = index
    self.vectors = vectors
    self.queries = queries
  }

  var isOver: Bool { lock.withLock { ended } }
  /// Inserts that the next search found.
  var found: Int { lock.withLock { visible } }
  /// Inserts a second, in fact.
  var rate: Double { lock.withLock { perSecond } }

  /// Inserts the vectors from one on, as many a second, and asks for each.
  func insert(from first: Int, rate: Double) {
    let start = time.ticks
    var hits: [Hit] = []
    var seen = 0
    for row in first..<vectors.count {
      let due = start + UInt64(Double(row - first) / rate * 1e9)
      while time.ticks < due { lock.withLock { lock.wait(milliseconds: 1) } }
      vectors.withVector(row) { vector in
        index.insert(row: UInt32(row), vector: vector)
        _ = index.search(
          query: vector, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &hits)
      }
      if hits.contains(where: { $0.row == UInt32(row) }) { seen += 1 }
    }
    let seconds = Double(time.ticks - start) / 1e9
    lock.withLock {
      visible = seen
      perSecond = Double(vectors.count - first) / seconds
      ended = true
    }
  }

  /// Links what waits, until the inserts are over.
  func settle() {
    while !isOver {
      if index.settle(most: 8) == 0 { lock.withLock { lock.wait(milliseconds: 1) } }
    }
  }

  /// Searches for so long, or until `isEnough`; microseconds a search.
  func search(seconds: Double, until isEnough: () -> Bool) -> (p50: Double, p99: Double) {
    let start = time.ticks
    var durations: [UInt64] = []
    var hits: [Hit] = []
    repeat {
      for query in 0..<queries.count {
        let before = time.ticks
        queries.withVector(query) { query in
          _ = index.search(
            query: query, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &hits)
        }
        durations.append(time.ticks - before)
      }
    } while Double(time.ticks - start) / 1e9 < seconds && !isEnough()
    durations.sort()
    return (
      Double(durations[durations.count / 2]) / 1e3,
      Double(durations[durations.count * 99 / 100]) / 1e3
    )
  }
}
