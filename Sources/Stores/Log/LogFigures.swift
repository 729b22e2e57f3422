public import Feed
internal import Sync

/// What the log tells the metrics.
public struct LogFigures: Equatable, Sendable {
  /// Bytes of the log's files on the disk.
  public var bytes = 0
  /// Bytes that the file system still has.
  public var freeBytes = 0
  /// Bytes in the write-ahead log, not yet copied into the database.
  public var writeAheadBytes = 0
  /// Appends since the log was opened.
  public var commits = 0
  /// Events appended since the log was opened.
  public var records = 0
  /// How long the last append took, to the disk.
  public var lastCommitMicroseconds = 0
  /// Checkpoints since the log was opened.
  public var checkpoints = 0
  /// How long the last checkpoint took.
  public var lastCheckpointMicroseconds = 0
  /// Events known to be damaged or missing.
  public var corruptRecords: UInt64 = 0
  /// The first of them; nil when there is none.
  public var firstCorrupt: UInt64?
  /// Events whose loss was accepted.
  public var acceptedLoss: UInt64 = 0
  /// Dead letters that are kept.
  public var deadLetters = 0
  /// Dead letters that went because there were too many.
  public var deadLettersDropped: UInt64 = 0
  /// Whether the log takes no more writes; its reason.
  public var refusal: String?
}

/// What the log has done since it was opened.
struct LogWork {
  var commits = 0
  var records = 0
  var lastCommitMicroseconds = 0
  var checkpoints = 0
  var lastCheckpointMicroseconds = 0
  /// Flipped bits of the write-ahead log that were put right.
  var repairs = 0
  var deadLetters = 0
  var deadLettersDropped: UInt64 = 0

  mutating func noteCommit(_ count: Int, _ microseconds: Int) {
    commits += 1
    records += count
    lastCommitMicroseconds = microseconds
  }

  mutating func noteCheckpoint(_ microseconds: Int) {
    checkpoints += 1
    lastCheckpointMicroseconds = microseconds
  }
}

/// A moment of the monotonic clock.
struct Instant {
  private let instant: ContinuousClock.Instant

  static var now: Instant { Instant(instant: ContinuousClock.now) }

  /// How long ago it was.
  var microsecondsToNow: Int {
    let (seconds, attoseconds) = (ContinuousClock.now - instant).components
    return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
  }
}

extension SQLiteLog {
  /// What the log tells the metrics; takes its turn behind the writer.
  public func figures() -> LogFigures {
    var figures = LogFigures()
    let writeAhead = File.size(file + "-wal")
    figures.bytes = File.size(file) + writeAhead
    figures.freeBytes = File.freeBytes(directory.path)
    lock.withLock {
      figures.commits = work.commits
      figures.records = work.records
      figures.lastCommitMicroseconds = work.lastCommitMicroseconds
      figures.checkpoints = work.checkpoints
      figures.lastCheckpointMicroseconds = work.lastCheckpointMicroseconds
      figures.corruptRecords = damage.count
      figures.firstCorrupt = damage.first
      figures.acceptedLoss = accepted.count
      figures.refusal = damageRefusal?.description
    }
    turn.take {
      figures.writeAheadBytes = (writer?.walFrames ?? 0) * LogWriter.frameBytes
      figures.deadLetters = letters.count
      figures.deadLettersDropped = writer?.state.droppedLetters ?? 0
      figures.refusal = refusal?.description ?? figures.refusal
    }
    return figures
  }

  /// The part that does not take its turn behind the writer.
  public var health: LogHealth? {
    var health = LogHealth(syncs: syncs)
    health.bytes = File.size(file) + File.size(file + "-wal")
    health.freeBytes = File.freeBytes(directory.path)
    lock.withLock {
      health.corruptRecords = damage.count
      health.repairs = work.repairs
      health.deadLetters = work.deadLetters
      health.deadLettersDropped = work.deadLettersDropped
    }
    return health
  }

  /// Lets `health` know of the dead letters; the caller has its turn.
  func publishLetters(_ writer: LogWriter) {
    lock.withLock {
      work.deadLetters = letters.count
      work.deadLettersDropped = writer.state.droppedLetters
    }
  }
}
