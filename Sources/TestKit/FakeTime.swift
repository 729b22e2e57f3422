public import Feed
internal import Sync

/// A clock that stands still until it is moved.
public final class FakeTime: TimeSource, @unchecked Sendable {
  // Sendable: both properties are read and written under `lock`.
  private let lock = Lock()
  private var current: Timestamp
  private var elapsed: UInt64 = 0

  /// A clock that shows `now`; by default 2026-01-01T00:00:00Z.
  public init(now: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) { current = now }

  /// What the clock shows.
  public var now: Timestamp { lock.withLock { current } }

  /// Nanoseconds by which the clock was moved forward.
  public var ticks: UInt64 { lock.withLock { elapsed } }

  /// Moves the clock forward.
  public func advance(milliseconds: Int64) {
    lock.withLock {
      current = current.advanced(milliseconds: milliseconds)
      elapsed &+= UInt64(clamping: milliseconds) &* 1_000_000
    }
  }

  /// Sets the time of day, forward or back; `ticks` stays.
  public func set(_ now: Timestamp) { lock.withLock { current = now } }
}
