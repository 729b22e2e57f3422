extension Engine {
  /// Fills the joiner of labels from the log's tail; nothing is done unless learning is on.
  ///
  /// - Complexity: the records that were taken in within the joiner's horizon.
  func startLearning() throws(LogError) {
    guard let learning else { return }
    let limit = world.received.advanced(milliseconds: -configuration.learning.horizonMs)
    let start = try lastOffset(receivedBefore: limit, through: world.offset)
    try learning.fill(from: log, after: start, now: world.received)
  }
}
