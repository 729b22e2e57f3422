extension Engine {
  /// Fills the joiner of labels from the log's tail; nothing is done unless learning is on.
  ///
  /// - Complexity: O(records that were taken in within the joiner's horizon).
  func startLearning() throws(LogError) {
    guard let learning else { return }
    let limit = world.received.advanced(milliseconds: -configuration.learning.horizonMs)
      .advanced(milliseconds: -Self.setBackMs)
    let start = try lastOffset(receivedBefore: limit, through: world.offset)
    try learning.fill(from: log, after: start, now: world.received)
  }

  /// The log is searched by the time at which records were taken in, which falls where the clock
  /// was set back: by this much it may have been.
  private static let setBackMs: Int64 = 3_600_000
}
