internal import Feed
internal import Sync

/// A clock that a simulation moves. Its ticks stand still, so no deadline ever passes and pages
/// follow from the log alone.
final class SteppedTime: TimeSource, @unchecked Sendable {
  // Sendable: the time is only touched under the lock.
  private let lock = Lock()
  private var current: Timestamp

  init(_ now: Timestamp) { current = now }

  var now: Timestamp {
    get { lock.withLock { current } }
    set { lock.withLock { current = newValue } }
  }

  var ticks: UInt64 { 0 }
}
