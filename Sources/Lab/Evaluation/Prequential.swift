public import Feed

/// The prequential test of the next click: every click is predicted from all clicks before it, then
/// learned. It goes through the fold and the pipeline that serve traffic, on the surface `news`.
///
/// The online part learns each judged click, and each that would be one in the files that only
/// teach, right after its page was ranked.
///
/// A session is a visitor; what a page knows of the visit is what its click before said. A click is
/// judged when it is neither its session's first nor a repeat inside the session; items already
/// clicked in the session are left out of the page of 20.
public struct Prequential: Sendable {
  /// What was measured.
  public struct Result: Equatable, Sendable {
    /// Judged clicks.
    public var n = 0
    /// The share of judged clicks whose item stood among the first 5, 10 and 20.
    public var hitRate5 = 0.0
    /// See `hitRate5`.
    public var hitRate10 = 0.0
    /// See `hitRate5`.
    public var hitRate20 = 0.0
    /// The mean of 1 / rank over judged clicks, 0 beyond rank 20.
    public var meanReciprocalRank20 = 0.0
    /// Clicks of the judged part.
    public var clicks = 0
    /// Seconds that the judged part took, without reading the file.
    public var seconds = 0.0

    /// Clicks of the judged part in a second, ranked and learned.
    public var clicksPerSecond: Double { seconds > 0 ? Double(clicks) / seconds : 0 }
  }

  /// Files that only teach.
  public var warmup: [String]
  /// Files whose clicks are judged.
  public var evaluate: [String]
  /// World settings and the surface `news`.
  public var configuration: Configuration

  private static let page = 20

  /// An evaluation over files of the Globo format, gzip or not.
  public init(
    warmup: [String], evaluate: [String], configuration: Configuration = .news
  ) {
    self.warmup = warmup
    self.evaluate = evaluate
    self.configuration = configuration
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - time: measures the duration.
  ///   - progress: called about every 10,000 clicks with how many are done and how many there are.
  /// - Throws: `LabError` naming file and line when a file can't be read.
  public func run(
    time: any TimeSource, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(LabError) -> Result {
    var log = ClickLog()
    for path in warmup { try log.read(globo: path) }
    let judgedFrom = log.clicks.count
    for path in evaluate { try log.read(globo: path) }
    guard !log.clicks.isEmpty else { throw LabError(.format, "no clicks to evaluate") }
    var outcome: Result
    do throws(PageError) {
      outcome = try run(log, judgedFrom: judgedFrom, time: time, progress)
    } catch {
      throw LabError(.option, "the configuration has no surface that can rank: \(error)")
    }
    outcome.clicks = log.clicks.count - judgedFrom
    return outcome
  }

  /// Runs it over clicks in memory; the first `judgedFrom` only teach.
  ///
  /// - Parameter ranked: called with the index of each judged click and the page that was made.
  package func run(
    _ log: ClickLog, judgedFrom: Int, time: any TimeSource,
    _ progress: (Int, Int) -> Void = { _, _ in },
    ranked: ((Int, [String]) -> Void)? = nil
  ) throws(PageError) -> Result {
    var run = Run(log, configuration)
    var start = time.ticks
    for (index, click) in log.clicks.enumerated() {
      if index == judgedFrom { start = time.ticks }
      if index % 10_000 == 0 { progress(index, log.clicks.count) }
      let counts = index >= judgedFrom
      if counts || run.isLearning, run.isJudged(click) {
        let rank = try run.rank(of: click)
        if counts {
          run.note(rank)
          ranked?(index, run.lastPage)
        }
        run.learnChoice(click)
      }
      run.learn(click)
    }
    progress(log.clicks.count, log.clicks.count)
    var result = run.result
    result.seconds = Double(time.ticks &- start) / 1e9
    return result
  }

  /// A World that learns, and what it got right.
  private struct Run: ~Copyable {
    private var world: World
    private let pipeline: Pipeline
    private let workspace = Workspace()
    private let clock = StoppedTime()
    private var batch = EventBatch()
    private let log: ClickLog
    /// Distinct items of each session.
    private var past: [[UInt32]]
    /// The context of each session's last click.
    private var contexts: [UInt32]
    private var online: OnlineModel?
    private var hits = (five: 0, ten: 0, twenty: 0)
    private var reciprocal = 0.0
    private var judged = 0
    private var lastSet: RankedSet?

    init(_ log: ClickLog, _ configuration: Configuration) {
      self.log = log
      world = World(settings: configuration.world)
      pipeline = Pipeline(configuration)
      past = Array(repeating: [], count: log.sessions.count)
      contexts = Array(repeating: 0, count: log.sessions.count)
      let settings = configuration.surfaces["news"]?.online
      online = settings.flatMap { $0.enabled ? OnlineModel($0) : nil }
    }

    /// Whether pages teach something.
    var isLearning: Bool { online != nil }

    func isJudged(_ click: ClickLog.Click) -> Bool {
      let past = self.past[Int(click.session)]
      return !past.isEmpty && !past.contains(click.item)
    }

    /// The rank of the click's item on the page, from 1; nil when it is not there.
    mutating func rank(of click: ClickLog.Click) throws(PageError) -> Int? {
      var request = PageRequest(surface: "news")
      request.user = log.sessions[Int(click.session)]
      request.limit = Prequential.page
      request.context = log.contexts[Int(contexts[Int(click.session)])]
      let set = try pipeline.rank(
        request, world, now: Timestamp(milliseconds: click.time), time: clock, number: 1,
        online: online?.weights, workspace)
      lastSet = set
      guard let target = world.item(log.items[Int(click.item)]) else { return nil }
      for place in 0..<min(Prequential.page, set.count) where set.row(at: place) == target {
        return place + 1
      }
      return nil
    }

    /// The items of the page that was ranked last.
    var lastPage: [String] {
      guard let lastSet else { return [] }
      return (0..<min(Prequential.page, lastSet.count)).map { world.id(lastSet.row(at: $0)) }
    }

    mutating func note(_ rank: Int?) {
      judged += 1
      guard let rank else { return }
      if rank <= 5 { hits.five += 1 }
      if rank <= 10 { hits.ten += 1 }
      hits.twenty += 1
      reciprocal += 1 / Double(rank)
    }

    /// Learns which of the candidates of the page that was ranked last was chosen.
    mutating func learnChoice(_ click: ClickLog.Click) {
      guard online != nil, let target = world.item(log.items[Int(click.item)]),
        let index = workspace.index(of: target)
      else { return }
      online?.learn(&workspace.online, chosen: index)
    }

    mutating func learn(_ click: ClickLog.Click) {
      let session = log.sessions[Int(click.session)]
      let time = Timestamp(milliseconds: click.time)
      var interaction = Interaction(
        user: session, action: .click, target: log.items[Int(click.item)], time: time)
      interaction.session = session
      interaction.createsItem = true
      batch.removeAll()
      batch.append(.interaction(interaction), received: time)
      let offset = Offset(world.offset.value + 1)
      RecordView.over(batch.bytes, batch.range(0)) { record in
        _ = world.apply(offset, record)
      }
      contexts[Int(click.session)] = click.context
      if !past[Int(click.session)].contains(click.item) {
        past[Int(click.session)].append(click.item)
      }
    }

    var result: Result {
      var result = Result()
      let n = Double(max(1, judged))
      result.n = judged
      result.hitRate5 = Double(hits.five) / n
      result.hitRate10 = Double(hits.ten) / n
      result.hitRate20 = Double(hits.twenty) / n
      result.meanReciprocalRank20 = reciprocal / n
      return result
    }
  }
}

/// A clock that stands still: no deadline ever passes, so that pages follow from the log alone.
struct StoppedTime: TimeSource {
  var now: Timestamp { .zero }
  var ticks: UInt64 { 0 }
}
