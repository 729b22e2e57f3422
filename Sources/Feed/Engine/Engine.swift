internal import Sync

/// Events in, pages out.
///
/// One thread writes: it takes what waits, appends it to the log in one commit, folds it into the
/// World, and only then answers. Any number of threads read the World meanwhile.
public final class Engine: @unchecked Sendable {
  // Sendable: `world` is written by the writer thread under `worldLock`; `phase`, `notices`,
  // `writer`, `linking` and `maker` under `statusLock`; everything else is immutable or Sendable
  // itself.

  /// What the engine was made with.
  public let configuration: Configuration
  /// What the engine measures.
  public let meters = Meters()
  /// Joins labels to pages as events come in; nil unless `learning.enabled`.
  public let learning: LearningTap?
  /// Learns what corrects pages between trainings; nil unless a surface has an online part.
  public let online: OnlineFollower?
  /// Where its time comes from.
  public let time: any TimeSource
  let log: any EventLog
  /// Where snapshots go; nil = every start folds the whole log.
  public let snapshots: (any SnapshotStore)?
  /// Where graphs go; nil = every start links them anew.
  let graphs: (any GraphStore)?
  /// Which models serve; set it and the next pages are theirs.
  public let models = ModelBoard()
  /// Which learned neighbours serve; set it and the next pages that are ranked read them.
  public let neighbours = NeighbourBoard()
  let desk: PageDesk
  let queue: WriterQueue
  let linker = Linker()
  let notice: @Sendable (String) -> Void

  let worldLock = ReadWriteLock()
  var world: World
  private let statusLock = Lock()
  private var phase = EngineStatus.Phase.starting(applied: 0, total: 0)
  private var notices: [String] = []
  private var writer: Thread?
  private var linking: Thread?
  private var maker: PageMaker?
  // Of the writer thread alone.
  var snapshotOffset = Offset.zero
  var snapshotTicks: UInt64 = 0
  // Of the thread that links alone, once it runs.
  var savedGraphs: [GraphName: SavedGraph] = [:]

  /// Events folded in between two moments at which readers may enter.
  private static let applyChunk = 128

  /// An engine over a log; `start` brings it to life.
  ///
  /// - Parameters:
  ///   - snapshots: where snapshots go; nil = every start folds the whole log.
  ///   - graphs: where the graphs of vectors go; nil = every start links them anew.
  ///   - notice: called with each line that an operator should see.
  public init(
    configuration: Configuration, log: any EventLog, snapshots: (any SnapshotStore)?,
    graphs: (any GraphStore)? = nil, time: any TimeSource,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.log = log
    self.snapshots = snapshots
    self.graphs = graphs
    self.time = time
    self.notice = notice
    learning = configuration.learning.enabled ? LearningTap(configuration) : nil
    online = OnlineFollower(configuration, log)
    world = World(settings: configuration.world)
    desk = PageDesk(models: models, meters: meters)
    queue = WriterQueue(
      eventsMax: configuration.log.queueEventsMax, commitMax: configuration.log.commitEventsMax)
  }

  // MARK: State

  /// Where the engine stands; any thread may ask, also while `start` runs.
  public var status: EngineStatus {
    statusLock.withLock { EngineStatus(phase: phase, notices: notices) }
  }

  /// What makes pages; nil until the World is complete.
  var pages: PageMaker? { statusLock.withLock { maker } }

  /// Events that wait for a commit.
  public var queueDepth: Int { queue.depth }

  func enter(_ phase: EngineStatus.Phase) { statusLock.withLock { self.phase = phase } }

  func say(_ line: String) {
    statusLock.withLock { notices.append(line) }
    notice(line)
  }

  /// Looks at the World beside other readers; keep it short, the writer waits.
  public func read<Result, Failure: Error>(
    _ body: (borrowing World) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try worldLock.reading { () throws(Failure) in try body(world) }
  }

  // MARK: Life

  /// Loads the newest sound snapshot, folds in the log behind it, and starts to write.
  ///
  /// - Throws: `LogError` when the log can't be read; the phase is then `.failed`.
  public func start() throws(LogError) {
    do {
      try recover()
      try startLearning()
    } catch {
      enter(.failed(error.description))
      throw error
    }
    snapshotTicks = time.ticks
    let pages = PageMaker(
      configuration: configuration, freshness: world.freshness, time: time, models: models,
      online: online?.board ?? OnlineBoard(), neighbours: neighbours)
    let thread = Thread { [self] in writeLoop() }
    let links = Thread { [self] in linkLoop() }
    statusLock.withLock {
      writer = thread
      linking = links
      maker = pages
    }
    enter(.ready)
    desk.start { [self] batch, count in
      submit(batch) { [meters] result in
        if case .failure = result { meters.pagesUnlogged.add(UInt64(count)) }
      }
    }
    online?.start { [self] in say($0) }
  }

  /// Takes nothing new in, finishes what waits, snapshots, and stops the writer.
  public func stop() {
    // Pages that were served while the engine was ready are taken in before it stops taking.
    desk.stop()
    let threads = statusLock.withLock {
      if case .failed = phase {} else { phase = .draining }
      defer { (writer, linking) = (nil, nil) }
      return (writer, linking)
    }
    queue.stop()
    threads.0?.join()
    online?.stop()
    linker.stop()
    threads.1?.join()
  }

  // MARK: Events

  /// Takes events in; `then` is called once, when they are durable and applied or none of them is.
  /// It is called on the writer's thread, or on the caller's when nothing could be queued.
  public func submit(
    _ batch: EventBatch, then: @escaping @Sendable (Result<[Receipt], SubmitError>) -> Void
  ) {
    switch status.phase {
    case .ready: break
    case .failed(let reason): return then(.failure(.failed(reason)))
    case .starting, .draining: return then(.failure(.unavailable))
    }
    let submission = WriterQueue.Submission(batch: batch, submitted: time.ticks, then: then)
    if let refusal = queue.submit(submission) { then(.failure(refusal)) }
  }

  /// Takes events in and waits until they are durable and applied.
  public func submit(_ batch: EventBatch) throws(SubmitError) -> [Receipt] {
    let box = ResultBox<Result<[Receipt], SubmitError>>()
    submit(batch) { box.put($0) }
    return try box.take().get()
  }

  /// Keeps an event that could not be taken in.
  public func addDeadLetter(_ letter: DeadLetter) throws(LogError) {
    try log.addDeadLetter(letter)
  }

  /// The dead letters after the one numbered `id`, oldest first.
  public func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try log.deadLetters(after: id, limit: limit)
  }

  /// Removes a dead letter.
  public func removeDeadLetter(id: Int64) throws(LogError) -> Bool {
    try log.removeDeadLetter(id: id)
  }

  /// Takes a snapshot now and waits for it; nil when there is no store or nothing is new.
  public func snapshot() throws(SnapshotError) -> SnapshotInfo? {
    let box = ResultBox<Result<SnapshotInfo?, SnapshotError>>()
    guard queue.request(.snapshot { box.put($0) }) else {
      throw SnapshotError(.unavailable, "the engine is stopping")
    }
    return try box.take().get()
  }

  /// The World's digest between two commits, noted in the log for `replay --verify`; nil once the
  /// engine stops.
  public func digest() -> DigestMark? {
    let box = ResultBox<DigestMark>()
    guard queue.request(.digest { box.put($0) }) else { return nil }
    return box.take()
  }

  // MARK: The writer's thread

  private func writeLoop() {
    while true {
      switch queue.next(milliseconds: 1_000) {
      case .commit(let submissions): commit(submissions)
      case .snapshot(let then): then(takeSnapshot())
      case .digest(let then): then(takeDigest())
      case .idle: break
      case .stop:
        _ = takeSnapshot()
        _ = takeDigest()
        return
      }
      if isSnapshotDue { _ = takeSnapshot() }
    }
  }

  private func commit(_ submissions: [WriterQueue.Submission]) {
    var batch = EventBatch()
    var known: [[Outcome?]] = []
    for submission in submissions { known.append(admit(submission.batch, into: &batch)) }
    var first = Offset.zero
    if !batch.isEmpty {
      let start = time.ticks
      do {
        first = try log.append(batch)
      } catch {
        return refuse(submissions, error)
      }
      meters.append.observe(from: start, to: time.ticks)
      meters.commits.add()
      meters.events.add(UInt64(batch.count))
    }
    let outcomes = apply(batch, from: first)
    learning?.observe(batch, from: first)
    let now = time.ticks
    var index = 0
    for (submission, known) in zip(submissions, known) {
      var receipts: [Receipt] = []
      receipts.reserveCapacity(known.count)
      for outcome in known {
        if let outcome {
          receipts.append(Receipt(offset: nil, outcome: outcome))
          continue
        }
        let offset = Offset(first.value + UInt64(index))
        receipts.append(Receipt(offset: offset, outcome: outcomes[index]))
        index += 1
      }
      meters.eventToVisible.observe(from: submission.submitted, to: now)
      submission.then(.success(receipts))
    }
  }

  /// Copies the records that are worth keeping; for the others, tells why not.
  private func admit(_ batch: EventBatch, into kept: inout EventBatch) -> [Outcome?] {
    var outcomes: [Outcome?] = []
    outcomes.reserveCapacity(batch.count)
    for index in 0..<batch.count {
      let outcome: Outcome? = RecordView.over(batch.bytes, batch.range(index)) { record in
        switch world.foresee(record) {
        case .duplicate: return .duplicate
        case .poison(let error): return .poison(error)
        default:
          kept.appendRecord { record.append(to: &$0) }
          return nil
        }
      }
      if outcome == .duplicate { meters.duplicates.add() }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Folds a commit in, a chunk at a time, so that no reader waits long.
  private func apply(_ batch: EventBatch, from first: Offset) -> [Outcome] {
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(batch.count)
    let start = time.ticks
    var index = 0
    while index < batch.count {
      let end = min(batch.count, index + Self.applyChunk)
      worldLock.writing {
        for place in index..<end {
          let offset = Offset(first.value + UInt64(place))
          let outcome = RecordView.over(batch.bytes, batch.range(place)) { record in
            world.apply(offset, record, breathe: { worldLock.breathe() })
          }
          outcomes.append(outcome)
        }
      }
      index = end
    }
    if batch.count > 0 {
      meters.apply.observe(from: start, to: time.ticks)
      if world.isAwaitingLinks { linker.wake() }
    }
    return outcomes
  }

  private func refuse(_ submissions: [WriterQueue.Submission], _ error: LogError) {
    let refusal: SubmitError
    if error.code == .full {
      refusal = .full
    } else {
      refusal = .failed(error.description)
      enter(.failed(error.description))
      say(error.description)
    }
    for submission in submissions { submission.then(.failure(refusal)) }
  }
}

/// Hands one value from one thread to another that waits for it.
private final class ResultBox<Value: Sendable>: @unchecked Sendable {
  // Sendable: `value` is only touched under `lock`.
  private let lock = Lock()
  private var value: Value?

  func put(_ value: Value) {
    lock.withLock {
      self.value = value
      lock.signalAll()
    }
  }

  func take() -> Value {
    lock.withLock {
      while true {
        if let value { return value }
        lock.wait()
      }
    }
  }
}
