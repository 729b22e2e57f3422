/// What a log on a disk tells operators of itself.
public struct LogHealth: Sendable {
  /// Bytes of its files.
  public var bytes = 0
  /// Bytes that the file system still has.
  public var freeBytes = 0
  /// Events known to be damaged or missing.
  public var corruptRecords: UInt64 = 0
  /// Flipped bits at its end that were put right when it was opened.
  public var repairs = 0
  /// Dead letters that are kept.
  public var deadLetters = 0
  /// Dead letters that went because there were too many.
  public var deadLettersDropped: UInt64 = 0
  /// How long bringing commits to the disk took; nothing is observed where the system decides when.
  public var syncs: Histogram

  /// A log of which nothing is known but its syncs.
  public init(syncs: Histogram) { self.syncs = syncs }
}

extension EventLog {
  /// Nothing: the log is not on a disk.
  public var health: LogHealth? { nil }
}
