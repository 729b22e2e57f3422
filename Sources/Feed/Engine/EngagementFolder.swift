internal import Sync

/// Makes the changes of a World's engagement on a thread of its own, in the order in which they
/// were handed over, beside the fold of everything else.
///
/// One thread lends the engagement, hands changes over, and takes it back; `stop` ends the thread.
final class EngagementFolder: @unchecked Sendable {
  // Sendable: `full`, `empty`, `isFolding` and `isStopping` are only touched under `lock`, `thread`
  // only by the one that makes and stops. `engagement` belongs to the folder's own thread while
  // something is queued or `isFolding`, and otherwise to the one who lends.
  private static let batchesMax = 16

  private let lock = Lock()
  private var engagement: Engagement
  private var full: [[Engagement.Change]] = []
  private var empty: [[Engagement.Change]] = []
  private var isFolding = false
  private var isStopping = false
  private var thread: Thread?

  /// Begins to wait for changes.
  ///
  /// - Parameter place: what is kept here while nothing is lent.
  init(place: Engagement) {
    engagement = place
    thread = Thread { [self] in run() }
  }

  /// Swaps the engagement with what is kept here, once every change is made.
  func exchange(_ other: inout Engagement) {
    lock.withLock { while isFolding || !full.isEmpty { lock.wait() } }
    // Nobody else touches it now, and the lock has made what the thread wrote visible.
    swap(&engagement, &other)
  }

  /// Queues changes when there is room, and empties the list.
  func hand(over changes: inout [Engagement.Change]) {
    lock.withLock {
      while full.count >= Self.batchesMax { lock.wait() }
      full.append(changes)
      changes = empty.popLast() ?? []
      lock.signalAll()
    }
  }

  /// Ends the thread and waits until it has ended; changes that are queued are not made.
  func stop() {
    lock.withLock {
      isStopping = true
      lock.signalAll()
    }
    thread?.join()
    thread = nil
  }

  private func run() {
    while var changes = next() {
      engagement.apply(changes)
      changes.removeAll(keepingCapacity: true)
      lock.withLock {
        isFolding = false
        empty.append(changes)
        lock.signalAll()
      }
    }
  }

  /// The next changes; nil when nobody wants more.
  private func next() -> [Engagement.Change]? {
    lock.withLock {
      while full.isEmpty, !isStopping { lock.wait() }
      if isStopping { return nil }
      isFolding = true
      lock.signalAll()
      return full.removeFirst()
    }
  }
}
