/// Where the engine's time comes from; a parameter, so that a run follows from its inputs.
public protocol TimeSource: Sendable {
  /// The time of day.
  var now: Timestamp { get }

  /// Nanoseconds that only ever grow, for durations and deadlines.
  var ticks: UInt64 { get }
}
