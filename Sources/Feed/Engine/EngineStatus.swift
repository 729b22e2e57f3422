/// Where an engine stands.
public struct EngineStatus: Equatable, Sendable {
  /// The phases of an engine's life.
  public enum Phase: Equatable, Sendable {
    /// The log is folded in: events so far, and events in all.
    case starting(applied: UInt64, total: UInt64)
    /// Events and pages are served.
    case ready
    /// Nothing new is taken in.
    case draining
    /// The log can't be written; pages are still served.
    case failed(String)
  }

  /// The phase.
  public var phase: Phase
  /// What an operator should know: a snapshot that was refused, a log that was pruned.
  public var notices: [String]
}

/// What became of one submitted event.
public struct Receipt: Equatable, Sendable {
  /// Its place in the log; nil when it did not get there.
  public var offset: Offset?
  /// What the fold made of it.
  public var outcome: Outcome

  /// Makes a receipt.
  public init(offset: Offset?, outcome: Outcome) {
    self.offset = offset
    self.outcome = outcome
  }
}

/// Why events were not taken in. None of them was.
public enum SubmitError: Error, Equatable, Sendable {
  /// Too many events wait; try again.
  case busy(retryAfterMs: Int)
  /// The disk is full; try again when there is room.
  case full
  /// The log takes no more until a restart.
  case failed(String)
  /// The engine is starting or stopping.
  case unavailable
}
