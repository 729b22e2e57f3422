public import Feed

/// What a simulation drives: an engine with a clock that can be moved.
///
/// `SteppedEngine` works on the caller's thread. One that runs as in a server fits too, as long as
/// the page after `take` knows of what was taken.
public protocol SimulatedEngine: AnyObject {
  /// The settings.
  var configuration: Configuration { get }
  /// Everything that happened, with the pages as they were served.
  var log: any EventLog { get }
  /// Which models serve: those of the surfaces whose `ranker` is `model`.
  var models: ModelBoard { get }
  /// The time of day. Visits overlap, so it is set back by seconds now and then.
  var now: Timestamp { get set }
  /// The digest of the World.
  var digest: UInt64 { get }

  /// Takes records in as they are, and waits until they count.
  ///
  /// - Throws: when the log takes no more.
  func take(_ batch: EventBatch) throws

  /// Makes the page of a request; one that was ranked goes to the log.
  ///
  /// - Throws: when there is no such page, or the log takes no more.
  func page(_ request: PageRequest) throws -> Page
}

extension SimulatedEngine {
  /// Takes events in as received now.
  func take(_ events: [Event]) throws {
    var batch = EventBatch()
    for event in events { batch.append(event, received: now) }
    try take(batch)
  }
}
