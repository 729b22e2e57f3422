/// The joiner at work in a running engine: what was committed goes in, meters come out.
///
/// It is fed by the writer's thread behind each commit, outside the World's lock. It keeps no page,
/// only who finds it; examples are made from the log (`JoinedExamples`).
///
/// After a restart it is filled from the log's tail: what was taken in within `horizonMs` before
/// the end is all that pages which still wait can depend on. Meters begin there; the digest covers
/// the pages behind `LearningReading.after`, and a replay of the log gives the same for them.
public final class LearningTap: @unchecked Sendable {
  // Sendable: `joiner` is touched by the thread that starts the engine and then by its
  // writer's alone; meters are Sendable themselves.

  /// What any thread may read.
  public let meters = LearningMeters()
  private let settings: LearningSettings
  private var joiner: LabelJoiner

  init(_ configuration: Configuration) {
    settings = configuration.learning
    joiner = LabelJoiner(
      configuration.learning, world: configuration.world, keepsRecords: false)
  }

  /// Takes in what is in the log already.
  ///
  /// - Parameters:
  ///   - start: the last offset that nothing depends on any more.
  ///   - now: the newest time at which a record was taken in.
  func fill(from log: any EventLog, after start: Offset, now: Timestamp) throws(LogError) {
    try log.scan(after: start) { offset, record in
      joiner.take(offset, record)
      return true
    }
    joiner.advance(to: now)
    // What was complete before is not of this run.
    joiner.startDigest(after: max(start, joiner.through))
    publish()
  }

  /// Takes in a commit.
  func observe(_ batch: EventBatch, from first: Offset) {
    guard !batch.isEmpty else { return }
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        joiner.take(Offset(first.value + UInt64(index)), record)
      }
    }
    publish()
  }

  private func publish() {
    var reading = LearningReading()
    reading.counts = joiner.counts
    reading.tally = joiner.tally
    reading.digest = joiner.digest
    reading.after = joiner.after
    reading.through = joiner.through
    reading.pendingBytes = joiner.pendingBytes
    meters.publish(reading)
  }
}
