/// The port behind which events are kept: durable, ordered, append-only.
///
/// One writer appends; any number of threads may scan meanwhile. Every implementation passes the
/// same contract suite.
public protocol EventLog: AnyObject, Sendable {
  /// The last durable event; zero when there is none.
  var end: Offset { get }

  /// The last event up to which prunable kinds may be missing; zero when the log is complete.
  var prunedThrough: Offset { get }

  /// Appends every record of the batch under consecutive offsets, or none; durable on return in
  /// the sense of the log's durability mode.
  ///
  /// - Returns: the offset of the first record.
  /// - Throws: `LogError`; after `.failed` the log refuses every further append.
  func append(_ batch: EventBatch) throws(LogError) -> Offset

  /// Visits the events after `offset` in order until `body` returns false. The view is valid only
  /// inside the call.
  func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError)

  /// Drops interactions and served pages at or before `offset`; items, users and follows stay.
  ///
  /// - Returns: how many records went.
  func prune(through offset: Offset) throws(LogError) -> Int

  /// Keeps a poison event with its reason and original bytes. Bounded: beyond the bound the oldest
  /// go, and are counted.
  func addDeadLetter(_ letter: DeadLetter) throws(LogError)

  /// The dead letters after the one numbered `id`, oldest first.
  func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter]

  /// Removes a dead letter once it was replayed or given up.
  ///
  /// - Returns: whether there was one.
  func removeDeadLetter(id: Int64) throws(LogError) -> Bool

  /// Notes the World's digest at an offset, for `replay --verify`.
  func mark(_ mark: DigestMark) throws(LogError)

  /// The newest digests, newest first.
  func marks(limit: Int) throws(LogError) -> [DigestMark]

  /// What operators should know of it, told without waiting for a commit under way; nil when it is
  /// not on a disk.
  var health: LogHealth? { get }
}

/// An event that could not be taken in, kept with its original bytes.
public struct DeadLetter: Equatable, Sendable {
  /// Its number in the table; 0 before it is stored.
  public var id: Int64
  /// When it arrived.
  public var received: Timestamp
  /// Where it came from: a route, a file and line.
  public var origin: String
  /// Why it was refused: a stable code, a colon, and a sentence.
  public var reason: String
  /// What arrived, byte for byte.
  public var bytes: [UInt8]

  /// Makes a dead letter.
  public init(
    id: Int64 = 0, received: Timestamp, origin: String, reason: String, bytes: [UInt8]
  ) {
    self.id = id
    self.received = received
    self.origin = origin
    self.reason = reason
    self.bytes = bytes
  }
}

/// The digest of the World after an offset under a configuration.
public struct DigestMark: Equatable, Sendable {
  /// The last event that the digest covers.
  public var offset: Offset
  /// The World's digest.
  public var digest: UInt64
  /// The digest of the part of the configuration that the fold reads.
  public var configuration: UInt64

  /// Makes a mark.
  public init(offset: Offset, digest: UInt64, configuration: UInt64) {
    self.offset = offset
    self.digest = digest
    self.configuration = configuration
  }
}

/// What can go wrong with a log.
public typealias LogError = Fault<LogCode>

/// The stable codes of `LogError`.
public enum LogCode: String, Sendable {
  /// Another process has the log open for writing.
  case locked = "log-locked"
  /// The log was written by a newer program.
  case newer = "log-newer"
  /// The disk is full; nothing of the batch was kept, and a later append may succeed.
  case full = "log-full"
  /// The bytes are damaged.
  case corrupt = "log-corrupt"
  /// The log can't be opened: missing folder, permissions.
  case unavailable = "log-unavailable"
  /// A write or sync failed; the log takes no more.
  case failed = "log-failed"
  /// What has left the log is only in snapshots that were made under other settings.
  case settings = "log-settings"
}
