public import Index

extension Engine {
  /// The space of texts.
  public var textSpace: SpaceView {
    read { SpaceView($0.spaces[0]) }
  }

  /// How the searches for nearest items go.
  public var nearest: NearestProbe { read { $0.nearest } }

  /// What the graphs of the spaces hold, the version that serves first.
  public var graphViews: [GraphView] {
    read { $0.spaces }.flatMap { space in
      space.versions.map { GraphView(space.name, $0.number, $0.index.statistics()) }
    }
  }

  /// The last offset of the log.
  public var logEnd: Offset { log.end }

  /// What operators should know of the log; nil when it is not on a disk.
  public var logHealth: LogHealth? { log.health }

  /// Reads the log beside the writer, in order, until `body` returns false; records that can't be
  /// read are left out.
  public func scan(
    after offset: Offset, _ body: (Offset, Event) -> Bool
  ) throws(LogError) {
    try log.scan(after: offset) { offset, record in
      // Most of a log are interactions and pages, which are not worth decoding here.
      guard let kind = try? record.kind(), !kind.isPruned,
        let event = try? Event.decode(record)
      else { return true }
      return body(offset, event)
    }
  }

  /// Whether a version of a space is good enough to serve.
  public func judge(space name: String, version: UInt32) -> SpaceVerdict {
    let found = read { world in
      world.spaces.first { $0.name == name }.map { space in
        (space.serving.index, space.versions.first { $0.number == version }?.index)
      }
    }
    guard let (serving, candidate) = found else {
      return SpaceVerdict(failure: "there is no space \(name)")
    }
    guard let candidate else {
      return SpaceVerdict(failure: serving.count > 0 ? "it has no vectors" : nil)
    }
    candidate.build(threads: 1)
    return SpaceVerdict(candidate, beside: serving)
  }
}

/// What a version of a space is worth, by a sample of its own vectors.
public struct SpaceVerdict: Equatable, Sendable, CustomStringConvertible {
  /// Vectors asked for.
  public var sampled = 0
  /// Recall@10 of the graph against comparing every row.
  public var recall = 1.0
  /// The share of rows that no walk reaches.
  public var unreachable = 0.0
  /// The share of the rows of the version that serves that have a vector.
  public var coverage = 1.0
  /// How much the mean score of the ten nearest differs from the version that serves.
  public var drift = 0.0
  /// Why it could not be judged.
  public var failure: String?

  /// The least recall.
  public static let recallLeast = 0.9
  /// The most unreachable rows.
  public static let unreachableMost = 0.01
  /// The least coverage.
  public static let coverageLeast = 0.95
  private static let samples = 200

  init(failure: String?) { self.failure = failure }

  /// Judges a graph by itself: coverage and drift say nothing then.
  public init(_ graph: GraphIndex) { self.init(graph, beside: graph) }

  init(_ candidate: GraphIndex, beside serving: GraphIndex) {
    let rows = candidate.rows()
    unreachable = candidate.statistics(reach: true).unreachable ?? 0
    coverage = serving.count == 0 ? 1 : Double(rows.count) / Double(serving.count)
    let step = max(1, rows.count / Self.samples)
    var place = 0
    var found = 0
    var wanted = 0
    var means = (candidate: 0.0, serving: 0.0)
    var vector: [Float] = []
    var (walked, exact): ([Hit], [Hit]) = ([], [])
    rows.forEach { row in
      defer { place += 1 }
      guard place.isMultiple(of: step), candidate.vector(row: row, into: &vector) else { return }
      _ = candidate.search(
        query: vector.span, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &walked)
      _ = candidate.scan(query: vector.span, k: 10, allowed: nil, into: &exact)
      guard let least = exact.last?.score else { return }
      found += walked.count { $0.score >= least }
      wanted += exact.count
      sampled += 1
      means.candidate += Self.mean(exact)
      guard serving.vector(row: row, into: &vector) else { return }
      _ = serving.search(
        query: vector.span, k: 10, effort: 0, allowed: nil, keepGoing: { true }, into: &walked)
      means.serving += Self.mean(walked)
    }
    guard sampled > 0 else { return }
    recall = min(1, Double(found) / Double(max(1, wanted)))
    drift = (means.candidate - means.serving) / Double(sampled)
  }

  private static func mean(_ hits: [Hit]) -> Double {
    hits.isEmpty ? 0 : hits.reduce(0) { $0 + Double($1.score) } / Double(hits.count)
  }

  /// Whether it may serve.
  public var isSound: Bool {
    failure == nil && recall >= Self.recallLeast && unreachable <= Self.unreachableMost
      && coverage >= Self.coverageLeast
  }

  /// The figures in a line.
  public var description: String {
    if let failure { return failure }
    func rounded(_ number: Double) -> String { "\((number * 1000).rounded() / 1000)" }
    return "recall@10 \(rounded(recall)) (at least \(Self.recallLeast)), unreachable "
      + "\(rounded(unreachable)) (at most \(Self.unreachableMost)), coverage \(rounded(coverage)) "
      + "(at least \(Self.coverageLeast)), drift \(rounded(drift)), \(sampled) sampled"
  }
}

/// What the graph of one version of a space holds.
public struct GraphView: Equatable, Sendable {
  /// The space and the version.
  public var space: String
  /// Counts from 1.
  public var version: UInt32
  /// Items that have a vector.
  public var rows: Int
  /// Of them, those that wait to be linked.
  public var pending: Int
  /// Places of removed items that links still lead through.
  public var tombstones: Int
  /// Links of an item, on average.
  public var meanLinks: Double
  /// Memory in use.
  public var bytes: Int

  init(_ space: String, _ version: UInt32, _ statistics: GraphStatistics) {
    self.space = space
    self.version = version
    rows = statistics.rows
    pending = statistics.pending
    tombstones = statistics.tombstones
    meanLinks = statistics.meanLinks
    bytes = statistics.bytes
  }
}
