import Feed
import Synchronization

/// A clock that moves when it is told to, or by a step whenever it is looked at.
final class ManualTime: TimeSource {
  private let milliseconds = Atomic<Int64>(1_700_000_000_000)
  private let nanoseconds = Atomic<UInt64>(1_000_000_000)
  private let step = Atomic<UInt64>(0)

  var now: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }

  var ticks: UInt64 {
    nanoseconds.add(step.load(ordering: .relaxed), ordering: .relaxed).newValue
  }

  /// Moves the time of day and the ticks.
  func advance(milliseconds delta: Int64) {
    milliseconds.add(delta, ordering: .relaxed)
    nanoseconds.add(UInt64(max(0, delta)) * 1_000_000, ordering: .relaxed)
  }

  /// Lets each look at the ticks take so long.
  func takeAtEachLook(milliseconds: UInt64) {
    step.store(milliseconds * 1_000_000, ordering: .relaxed)
  }
}
