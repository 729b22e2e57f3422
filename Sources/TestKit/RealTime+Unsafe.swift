public import Feed
internal import Glibc

// Safe because `clock_gettime` only writes the one value that it is given.

/// The machine's own clocks, for tests that need time to pass.
public struct RealTime: TimeSource {
  private let tickClock: clockid_t

  /// The machine's clocks.
  ///
  /// - Parameter countsWork: whether `ticks` are the time that this thread has worked, rather than
  ///   the time that has passed: what a busy machine does not blur.
  public init(countsWork: Bool = false) {
    tickClock = countsWork ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC
  }

  /// The time of day.
  public var now: Timestamp {
    let time = read(CLOCK_REALTIME)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Nanoseconds since some moment.
  public var ticks: UInt64 {
    let time = read(tickClock)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return time
  }
}
