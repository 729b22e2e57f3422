internal import Feed
internal import Sync

/// Something that turns texts into vectors of one dimension.
public protocol TextEmbedder: Sendable {
  /// Components of a vector.
  var dimension: Int { get }
  /// A name that changes with the vectors: two encoders of one name give equal vectors.
  var name: String { get }
  /// The vectors of texts, in their order.
  func embed(_ texts: [String]) -> [[Float]]
  /// The vector of what somebody looks for; nil when it takes longer than `milliseconds`.
  func embed(query: String, within milliseconds: Int) -> [Float]?
}

/// Gives every item a vector by a text encoder, off the request path: first all that the log holds,
/// as a new version of the text space that takes over once it is complete and sound, then each new
/// item as it comes.
final class TextFiller: @unchecked Sendable {
  // Sendable: the variables are only touched under `lock`.
  private let engine: Engine
  private let embedder: any TextEmbedder
  private let notice: @Sendable (String) -> Void
  private let lock = Lock()
  private var filled = Offset.zero
  private var isTailing = false
  private var hasNews = false
  private var isStopping = false
  private var waiting: [Waiter] = []
  private var thread: Thread?

  private struct Waiter {
    let offset: Offset
    let end: UInt64
    let then: @Sendable () -> Void
  }

  /// Texts that are embedded together.
  private static let batch = 32
  /// How long an answer waits for an item's vector.
  private static let waitMs: UInt64 = 2_000

  init(
    _ engine: Engine, _ embedder: any TextEmbedder, notice: @escaping @Sendable (String) -> Void
  ) {
    self.engine = engine
    self.embedder = embedder
    self.notice = notice
  }

  /// Starts to fill.
  func start() {
    let thread = Thread { [self] in
      do {
        try run()
      } catch {
        notice("text-model: \(error); new items get no vector until a restart")
      }
      let left = lock.withLock {
        isTailing = false
        defer { waiting = [] }
        return waiting
      }
      for waiter in left { waiter.then() }
    }
    lock.withLock { self.thread = thread }
  }

  /// Stops; answers that wait are given.
  func stop() {
    let thread = lock.withLock {
      isStopping = true
      lock.signalAll()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  /// Calls `then` once the item written at `offset` has its vector, or after a while anyhow.
  func whenFilled(_ offset: Offset, then: @escaping @Sendable () -> Void) {
    let isAtOnce = lock.withLock {
      guard isTailing, !isStopping, offset > filled else { return true }
      let end = engine.time.ticks &+ Self.waitMs * 1_000_000
      waiting.append(Waiter(offset: offset, end: end, then: then))
      hasNews = true
      lock.signalAll()
      return false
    }
    if isAtOnce { then() }
  }

  /// The vector of what somebody looks for in the text space; nil when it takes too long, or when
  /// another encoder made the space that serves.
  func vector(of query: String) -> [Float]? {
    guard engine.textSpace.serving.encoder == embedder.name else { return nil }
    return embedder.embed(query: query, within: Self.queryMs)
  }

  private static let queryMs = 200

  /// Events of the log that are not looked at yet.
  var lag: UInt64 {
    let end = engine.logEnd.value
    let done = lock.withLock { filled.value }
    return end > done ? end - done : 0
  }

  private var hasStopped: Bool { lock.withLock { isStopping } }

  // MARK: The thread

  private func run() throws {
    let space = engine.textSpace
    if space.serving.encoder == embedder.name {
      let through = try fill(version: space.serving.number)
      lock.withLock { (filled, isTailing) = (through, true) }
      return try tail(from: through, version: space.serving.number)
    }
    let numbers = [space.serving, space.next, space.previous].compactMap { $0?.number }
    let version = (numbers.max() ?? 0) + 1
    notice("text-model: filling version \(version) of the text space with \(embedder.name)")
    let through = try fill(version: version)
    if !hasStopped { try takeOver(version, from: through) }
  }

  private func takeOver(_ version: UInt32, from start: Offset) throws {
    let verdict = engine.judge(space: "text", version: version)
    guard verdict.isSound else {
      return notice(
        "text-model: version \(version) does not take over: \(verdict.description); "
          + "the old one serves")
    }
    try submit([
      .spaceSwitched(
        SpaceSwitch(
          space: "text", version: version, encoder: embedder.name,
          dimension: UInt32(embedder.dimension), time: engine.time.now))
    ])
    notice("text-model: version \(version) serves: \(verdict.description)")
    lock.withLock { (filled, isTailing) = (start, true) }
    try tail(from: start, version: version)
  }

  /// Embeds every item of the log that has no vector of its present text; returns how far.
  private func fill(version: UInt32) throws -> Offset {
    var texts: [String: Offset] = [:]
    let last = engine.logEnd
    try engine.scan(after: .zero) { offset, event in
      switch event {
      case .itemPublished(let item), .itemChanged(let item): texts[item.id] = offset
      case .itemVector(let vector) where vector.space == "text" && vector.version == version:
        texts[vector.item] = nil
      case .itemDeleted(let deletion): texts[deletion.id] = nil
      default: break
      }
      return offset < last && !hasStopped
    }
    var offset = Offset.zero
    var done = 0
    let total = texts.count
    while offset < last, !hasStopped {
      var items: [Item] = []
      try engine.scan(after: offset) { at, event in
        offset = at
        switch event {
        case .itemPublished(let item), .itemChanged(let item):
          if texts[item.id] == at { items.append(item) }
        default: break
        }
        return at < last && items.count < Self.batch * 8
      }
      try embed(items, version: version)
      done += items.count
      if done * 10 / max(1, total) > (done - items.count) * 10 / max(1, total) {
        notice("text-model: \(done) of \(total) items have a vector")
      }
    }
    return last
  }

  /// Embeds what comes, until the end.
  private func tail(from start: Offset, version: UInt32) throws {
    var offset = start
    while !hasStopped {
      var items: [Item] = []
      var read = offset
      try engine.scan(after: offset) { at, event in
        read = at
        switch event {
        case .itemPublished(let item), .itemChanged(let item):
          if item.embedding.count != embedder.dimension { items.append(item) }
        default: break
        }
        return items.count < Self.batch
      }
      try embed(items, version: version)
      offset = read
      release(through: offset)
      lock.withLock {
        if !hasNews, !isStopping, items.count < Self.batch { lock.wait(milliseconds: 200) }
        hasNews = false
      }
    }
  }

  private func release(through offset: Offset) {
    let now = engine.time.ticks
    let ready = lock.withLock {
      filled = max(filled, offset)
      let ready = waiting.filter { $0.offset <= offset || $0.end <= now }
      waiting.removeAll { $0.offset <= offset || $0.end <= now }
      return ready
    }
    for waiter in ready { waiter.then() }
  }

  private func embed(_ items: [Item], version: UInt32) throws {
    let present = engine.read { world in items.filter { world.item($0.id) != nil } }
    for start in stride(from: 0, to: present.count, by: Self.batch) {
      if hasStopped { return }
      let part = present[start..<min(present.count, start + Self.batch)]
      let vectors = embedder.embed(part.map(Self.text))
      try submit(
        zip(part, vectors).map { item, vector in
          let isOwn = item.embedding.count == embedder.dimension
          return .itemVector(
            ItemVector(
              item: item.id, space: "text", version: version,
              vector: isOwn ? item.embedding : vector, time: engine.time.now))
        })
    }
  }

  private func submit(_ events: [Event]) throws {
    var batch = EventBatch()
    for event in events { batch.append(event, received: engine.time.now) }
    while true {
      do {
        _ = try engine.submit(batch)
        return
      } catch {
        switch error {
        case .full, .busy: if hasStopped { throw error }
        case .failed, .unavailable: throw error
        }
        lock.withLock { lock.wait(milliseconds: 50) }
      }
    }
  }

  /// What of an item is embedded: the title, then the text, then the tags.
  private static func text(_ item: Item) -> String {
    let tags = item.tags.contains(item.topic) ? item.tags : item.tags + [item.topic]
    return ([item.title, item.text] + tags + [item.category])
      .filter { !$0.isEmpty }.joined(separator: ". ")
  }
}
