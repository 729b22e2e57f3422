public import Feed

/// The engine one step after another on the caller's thread: the same fold, the same maker of pages
/// and the same records, with a clock that is moved and a log in memory. What comes of it follows
/// from what is put in.
public final class SteppedEngine: SimulatedEngine {
  /// Everything that happened, with the pages as they were served.
  public let log: any EventLog = MemoryLog()
  /// The settings.
  public let configuration: Configuration
  /// Which models serve: those of the surfaces whose `ranker` is `model`.
  public let models = ModelBoard()
  private let time: SteppedTime
  private let maker: PageMaker
  private var world: World
  private var learner: OnlineLearner
  private let board = OnlineBoard()
  private var published = Timestamp.zero

  /// An engine to which nothing has happened.
  public init(_ configuration: Configuration, now: Timestamp) {
    self.configuration = configuration
    time = SteppedTime(now)
    world = World(settings: configuration.world)
    maker = PageMaker(
      configuration: configuration, freshness: world.freshness, time: time, models: models,
      online: board)
    learner = OnlineLearner(configuration)
    learner.open(board)
  }

  /// The time of day.
  public var now: Timestamp {
    get { time.now }
    set { time.now = newValue }
  }

  /// The digest of the World.
  public var digest: UInt64 { world.digest() }

  /// Takes records in as they are.
  public func take(_ batch: EventBatch) throws(LogError) {
    guard !batch.isEmpty else { return }
    let first = try log.append(batch)
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        let offset = Offset(first.value + UInt64(index))
        _ = world.apply(offset, record)
        if learner.isNeeded { learner.take(offset, record) }
      }
    }
  }

  /// Makes the page of a request; one that was ranked goes to the log.
  ///
  /// - Throws: `PageError`, or `LogError` when the log takes no more.
  public func page(_ request: PageRequest) throws -> Page {
    // About once a second, as a server does; visits overlap, so the clock may go back.
    if abs(now.milliseconds - published.milliseconds) >= 1_000 {
      learner.publish(to: board)
      published = now
    }
    let (page, set) = try maker.make(request, world: world)
    // A kept page was logged when it was ranked.
    if !page.stages.isEmpty, set.evidence != nil {
      let share = configuration.engine.pageLogShare
      var batch = EventBatch()
      batch.append(
        .pageServed(PageServed(page, of: set, time: now, sampleRate: share)), received: now)
      try take(batch)
    }
    return page
  }
}
