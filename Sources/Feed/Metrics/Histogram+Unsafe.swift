internal import Synchronization

/// Counts of durations in fixed buckets; any thread may observe, none waits.
///
/// Safe because the cells are allocated once, are atomic, and go only with the object.
@safe public final class Histogram: @unchecked Sendable {
  // Sendable: all mutable state is atomic.
  /// The upper bounds in seconds, rising; one more bucket holds what is above the last.
  public let bounds: [Double]
  private let cells: UnsafeMutablePointer<Atomic<UInt64>>
  private let microseconds = Atomic<UInt64>(0)

  /// From 50 us to 10 s, about three bounds a decade.
  public static let durations: [Double] = [
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// A histogram with bounds in seconds.
  public init(bounds: [Double] = Histogram.durations) {
    self.bounds = bounds
    unsafe cells = .allocate(capacity: bounds.count + 1)
    for index in 0...bounds.count { unsafe (cells + index).initialize(to: Atomic(0)) }
  }

  deinit { unsafe cells.deallocate() }

  /// Counts one duration.
  public func observe(seconds: Double) {
    var bucket = 0
    while bucket < bounds.count, seconds > bounds[bucket] { bucket += 1 }
    unsafe cells[bucket].add(1, ordering: .relaxed)
    let whole = min(max(seconds, 0), 1e6) * 1e6
    microseconds.add(UInt64(whole), ordering: .relaxed)
  }

  /// Counts one duration between two readings of `TimeSource.ticks`.
  public func observe(from start: UInt64, to end: UInt64) {
    observe(seconds: Double(end &- min(start, end)) / 1e9)
  }

  /// The counts of the buckets, not cumulated, and the sum of all durations in seconds.
  public func snapshot() -> (counts: [UInt64], sum: Double) {
    let counts = (0...bounds.count).map { unsafe cells[$0].load(ordering: .relaxed) }
    return (counts, Double(microseconds.load(ordering: .relaxed)) / 1e6)
  }

  /// The quantile in seconds, interpolated in its bucket; 0 when nothing was observed.
  public func quantile(_ share: Double) -> Double {
    let counts = snapshot().counts
    let total = counts.reduce(0, &+)
    guard total > 0 else { return 0 }
    let rank = share * Double(total)
    var below = 0.0
    for (bucket, count) in counts.enumerated() where count > 0 {
      if below + Double(count) >= rank {
        let low = bucket == 0 ? 0 : bounds[bucket - 1]
        let high = bucket < bounds.count ? bounds[bucket] : low * 2
        return low + (high - low) * (rank - below) / Double(count)
      }
      below += Double(count)
    }
    return bounds.last ?? 0
  }
}

/// A count that any thread may raise.
public final class Counter: Sendable {
  private let cell = Atomic<UInt64>(0)

  /// Starts at 0.
  public init() {}

  /// Adds to the count.
  public func add(_ amount: UInt64 = 1) { cell.add(amount, ordering: .relaxed) }

  /// The count.
  public var value: UInt64 { cell.load(ordering: .relaxed) }
}
