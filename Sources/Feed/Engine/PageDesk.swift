internal import Sync

/// Writes served pages down after they were answered: a thread of its own turns them into records,
/// lets the model in the shadow score them, and hands them on.
///
/// At the bound it refuses, and the page is counted as unlogged: nobody waits for the log.
final class PageDesk: @unchecked Sendable {
  // Sendable: all that changes is only touched under the lock.

  /// A page to write down.
  struct Entry: Sendable {
    let page: Page
    let set: RankedSet
    /// When it was served.
    let time: Timestamp
    /// The share of pages that is written.
    let sampleRate: Double
  }

  /// Pages that wait at most.
  private static let pagesMax = 4_096
  /// Pages of one batch at most.
  private static let batchMax = 256

  private let models: ModelBoard
  private let meters: Meters
  private let lock = Lock()
  private var waiting: [Entry] = []
  private var isBusy = false
  private var isStopping = false
  private var thread: Thread?

  init(models: ModelBoard, meters: Meters) {
    self.models = models
    self.meters = meters
  }

  /// Begins to write.
  ///
  /// - Parameter submit: takes a batch of so many pages.
  func start(_ submit: @escaping @Sendable (EventBatch, Int) -> Void) {
    let thread = Thread { [self] in run(submit) }
    lock.withLock { self.thread = thread }
  }

  /// Takes a page; false when too many wait, or nobody writes.
  func put(_ entry: Entry) -> Bool {
    lock.withLock {
      guard thread != nil, !isStopping, waiting.count < Self.pagesMax else { return false }
      waiting.append(entry)
      if waiting.count == 1 { lock.signalAll() }
      return true
    }
  }

  /// Waits until everything that was put before has been handed on.
  func flush() {
    lock.withLock {
      guard thread != nil else { return }
      while !waiting.isEmpty || isBusy { lock.wait() }
    }
  }

  /// Writes what waits, then ends.
  func stop() {
    let thread = lock.withLock {
      isStopping = true
      lock.signalAll()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
  }

  private func run(_ submit: (EventBatch, Int) -> Void) {
    var shadow = ShadowScorer()
    while let entries = take() {
      let model = models.arms().shadow
      var start = 0
      while start < entries.count {
        let end = min(entries.count, start + Self.batchMax)
        var batch = EventBatch()
        for entry in entries[start..<end] {
          var record = PageServed(entry)
          if let model { shadow.score(model, entry, &record, meters.shadow) }
          batch.append(.pageServed(record), received: entry.time)
        }
        submit(batch, end - start)
        start = end
      }
    }
  }

  /// What waits, once there is something; nil at the end.
  private func take() -> [Entry]? {
    lock.withLock {
      isBusy = false
      lock.signalAll()
      while waiting.isEmpty, !isStopping { lock.wait() }
      guard !waiting.isEmpty else { return nil }
      isBusy = true
      var taken: [Entry] = []
      swap(&taken, &waiting)
      return taken
    }
  }
}
