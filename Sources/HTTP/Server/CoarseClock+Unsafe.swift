internal import Glibc

// Safe because the clock is written to a place of its own.

/// The coarse clocks: a few milliseconds of error, a few nanoseconds to read.
enum CoarseClock {
  /// The monotonic clock.
  static var milliseconds: UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    return UInt64(now.tv_sec) &* 1000 &+ UInt64(now.tv_nsec) / 1_000_000
  }

  /// The clock of the time of day, in seconds since 1970.
  static var secondsOfDay: Int {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
    return now.tv_sec
  }
}
