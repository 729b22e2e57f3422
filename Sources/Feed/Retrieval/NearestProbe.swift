internal import Index
internal import Sync
internal import Synchronization

/// How the searches for nearest items go: what they did, and, for a few real queries a minute, how
/// much of the exact answer they found.
public final class NearestProbe: @unchecked Sendable {
  // Sendable: counters are atomic, everything else is only touched under `lock`.

  /// The hits of a probed query.
  private static let k = 10
  /// Seconds between two probes.
  private static let everySeconds: UInt32 = 15
  /// The weight of the newest probe in the recall that counts.
  private static let weight = 0.2
  /// Probes before a verdict, and the least recall then.
  private static let probesLeast = 5
  private static let recallLeast = 0.7

  private let searchCounts = SearchStrategy.allCases.map { _ in Counter() }
  private let visitedCount = Counter()
  private let effortCount = Counter()
  private let metCount = Counter()
  private let allowedCount = Counter()
  private let due = Atomic<UInt32>(0)
  private let failing = Atomic<Bool>(false)
  private let lock = Lock()
  private var query: [Float]?
  private var mean: Double?
  private var count = 0

  init() {}

  /// Searches by what they did, in the order of their names.
  public var searches: [(strategy: String, count: UInt64)] {
    zip(SearchStrategy.allCases, searchCounts).map { ($0.rawValue, $1.value) }
  }

  /// Vectors compared by all searches.
  public var visited: UInt64 { visitedCount.value }

  /// Vectors that all walks kept in view, added up.
  public var effort: UInt64 { effortCount.value }

  /// Of the vectors met on walks with a filter, the share that it let through; 1 before the first.
  public var allowedShare: Double {
    metCount.value == 0 ? 1 : Double(allowedCount.value) / Double(metCount.value)
  }

  /// The recall@10 of the probes, newer ones weighing more; nil before the first.
  public var recall: Double? { lock.withLock { mean } }

  /// Queries that were answered exactly too.
  public var probes: Int { lock.withLock { count } }

  /// Whether the probes find too little for pages to use the index.
  public var isFailing: Bool { failing.load(ordering: .relaxed) }

  /// Notes a search, and now and then its query.
  func note(_ report: SearchReport, _ query: Span<Float>, second: UInt32) {
    searchCounts[report.strategy.place].add()
    visitedCount.add(UInt64(report.visited))
    effortCount.add(UInt64(report.effort))
    metCount.add(UInt64(report.visited))
    allowedCount.add(UInt64(Double(report.visited) * report.allowedShare))
    guard second >= due.load(ordering: .relaxed) else { return }
    due.store(second &+ Self.everySeconds, ordering: .relaxed)
    var copy: [Float] = []
    copy.reserveCapacity(query.count)
    for i in query.indices { copy.append(query[i]) }
    lock.withLock { self.query = copy }
  }

  /// Answers a noted query both ways.
  ///
  /// - Returns: whether there was one.
  @discardableResult
  func probe(_ index: GraphIndex) -> Bool {
    let query = lock.withLock {
      defer { self.query = nil }
      return self.query
    }
    guard let query, query.count == index.dimension else { return false }
    var (walked, exact): ([Hit], [Hit]) = ([], [])
    _ = index.scan(query: query.span, k: Self.k, allowed: nil, into: &exact)
    _ = index.search(
      query: query.span, k: Self.k, effort: 0, allowed: nil, keepGoing: { true }, into: &walked)
    guard let least = exact.last?.score else { return false }
    // Rows of equal score stand for each other; rounding differs in the last bits.
    let bound = least - 1e-5 * max(1, least.magnitude)
    let recall = Double(min(exact.count, walked.count { $0.score >= bound })) / Double(exact.count)
    lock.withLock {
      mean = mean.map { $0 + Self.weight * (recall - $0) } ?? recall
      count += 1
      let isBad = count >= Self.probesLeast && (mean ?? 1) < Self.recallLeast
      failing.store(isBad, ordering: .relaxed)
    }
    return true
  }
}

extension SearchStrategy {
  /// Its place among all.
  fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
