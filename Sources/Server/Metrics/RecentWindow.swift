internal import Feed
internal import Sync

/// Counts of the last seconds: the difference of two moments a little apart.
final class RecentWindow: @unchecked Sendable {
  // Sendable: the moments are only touched under `lock`.

  /// Everything counted at one moment.
  struct Moment: Sendable {
    var ticks: UInt64
    var events: UInt64
    var pages: PageMeters.Counts
    var pageTimes: [UInt64]
    var visibleTimes: [UInt64]
  }

  private let lock = Lock()
  private var moments: [Moment] = []
  private static let momentsMax = 8
  private static let apartTicks: UInt64 = 900_000_000

  /// Notes the present moment and gives one that is some seconds older; the same one at first.
  func compare(_ now: Moment) -> Moment {
    lock.withLock {
      if let last = moments.last, now.ticks &- last.ticks < Self.apartTicks {
        return moments.first ?? now
      }
      moments.append(now)
      if moments.count > Self.momentsMax { moments.removeFirst() }
      return moments.first ?? now
    }
  }

  /// A quantile of the durations between two moments, in milliseconds; 0 when there were none.
  static func quantile(
    _ share: Double, _ bounds: [Double], _ now: [UInt64], _ then: [UInt64]
  ) -> Double {
    let counts = zip(now, then).map { $0 >= $1 ? $0 - $1 : 0 }
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let rank = share * Double(total)
    var below = 0.0
    for (bucket, count) in counts.enumerated() where count > 0 {
      if below + Double(count) >= rank {
        let low = bucket == 0 ? 0 : bounds[bucket - 1]
        let high = bucket < bounds.count ? bounds[bucket] : low * 2
        return (low + (high - low) * (rank - below) / Double(count)) * 1000
      }
      below += Double(count)
    }
    return (bounds.last ?? 0) * 1000
  }
}
