/// The examples of a log: its pages with their labels, in the order of the log.
///
/// ```swift
/// let examples = JoinedExamples(log, configuration)
/// let report = try examples.forEach { example in
///   for (entry, labels) in zip(example.page.entries, example.labels) { … }
///   return true
/// }
/// ```
///
/// Equal logs, settings and ranges give equal examples, byte for byte, whether a server runs beside
/// it or was restarted in between. Pages of users who were erased later are left out. Pages whose
/// windows are still open at the log's end are left out too, unless `includesOpen`: a longer log
/// then only adds to what a shorter one gave.
public struct JoinedExamples {
  /// A page and what came of it.
  public struct Example: Equatable, Sendable {
    /// Where the page stands in the log.
    public var offset: Offset
    /// The page.
    public var page: PageServed
    /// What came of each shown item, in the order of `page.entries`.
    public var labels: [EntryLabels]
    /// Whether its windows were still open, or it was emitted early for want of room.
    public var isIncomplete: Bool
  }

  /// What a run over the log came to.
  public struct Report: Equatable, Sendable {
    /// What became of pages and interactions, all of the log.
    public internal(set) var tally = JoinTally()
    /// The running hash of the pages with labels, as the live joiner has it.
    public internal(set) var digest: UInt64 = 0
    /// Examples that were handed out.
    public internal(set) var examples = 0
    /// Pages left out because their user was erased.
    public internal(set) var erased = 0
    /// Pages left out because their windows are still open.
    public internal(set) var open = 0
    /// The items shown on these.
    public internal(set) var openItems = 0
    /// When the windows of the first of these close, and of the last, in the time of the log: an
    /// event that is taken in later closes them.
    public internal(set) var openUntil: ClosedRange<Timestamp>?
    /// The last event that was read.
    public internal(set) var end = Offset.zero

    /// Nothing was read.
    public init() {}

    fileprivate mutating func note(open page: PageServed, until close: Timestamp) {
      open += 1
      openItems += page.entries.count
      let (first, last) = (openUntil?.lowerBound ?? close, openUntil?.upperBound ?? close)
      openUntil = min(first, close)...max(last, close)
    }
  }

  /// The first time at which a page may have been served.
  public var from = Timestamp(milliseconds: .min)
  /// The time before which it must have been served.
  public var to = Timestamp(milliseconds: .max)
  /// The last event that is read; nil = the log's end.
  public var through: Offset?
  /// Whether pages are handed out whose windows are still open at the end.
  public var includesOpen = false
  private let log: any EventLog
  private let settings: LearningSettings
  private let world: WorldSettings

  /// The examples of a log.
  public init(_ log: any EventLog, _ configuration: Configuration) {
    self.log = log
    settings = configuration.learning
    world = configuration.world
  }

  /// Hands every example out until `body` returns false.
  ///
  /// - Parameters:
  ///   - after: pages up to this offset are passed over, and so are events before it: for who
  ///     follows the log and has the pages up to there already.
  ///   - progress: called about every 65,536 events with the offset reached.
  public func forEach(
    after: Offset = .zero, progress: (Offset) -> Void = { _ in },
    _ body: (Example) -> Bool
  ) throws(LogError) -> Report {
    let end = through ?? log.end
    let erasures = try erasures(through: end)
    var joiner = LabelJoiner(settings, world: world)
    var report = Report()
    var goesOn = true
    let horizonMs = settings.horizonMs
    func emit(_ joined: JoinedPage, isOpen: Bool) {
      guard goesOn, let page = try? joined.page() else { return }
      if isOpen, !includesOpen {
        report.note(open: page, until: joined.received.advanced(milliseconds: horizonMs))
        return
      }
      guard page.time >= from, page.time < to else { return }
      if let erased = erasures[page.user], erased > joined.offset {
        report.erased += 1
        return
      }
      report.examples += 1
      goesOn = body(
        Example(
          offset: joined.offset, page: page, labels: joined.labels,
          isIncomplete: joined.isEarly))
    }
    var count: UInt64 = 0
    try log.scan(after: after) { offset, record in
      guard offset <= end else { return false }
      joiner.take(offset, record) { emit($0, isOpen: false) }
      report.end = offset
      count += 1
      if count & 0xFFFF == 0 { progress(offset) }
      return goesOn
    }
    report.tally = joiner.tally
    report.digest = joiner.digest
    if goesOn { joiner.flush { emit($0, isOpen: true) } }
    return report
  }

  /// The newest erasure of each user who was erased.
  private func erasures(through end: Offset) throws(LogError) -> [String: Offset] {
    var erasures: [String: Offset] = [:]
    try log.scan(after: .zero) { offset, record in
      guard offset <= end else { return false }
      if (try? record.kind()) == .userErased,
        case .userErased(let erasure)? = try? Event.decode(record)
      {
        erasures[erasure.user] = offset
      }
      return true
    }
    return erasures
  }
}
