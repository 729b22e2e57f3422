/// What can go wrong with a table of neighbours.
public typealias NeighbourError = Fault<NeighbourCode>

/// The stable codes of `NeighbourError`.
public enum NeighbourCode: String, Sendable {
  /// What was sent makes no sense.
  case invalid = "neighbours-invalid"
  /// More than there may be.
  case tooMany = "neighbours-too-many"
  /// Bytes are damaged or missing.
  case corrupt = "neighbours-corrupt"
  /// Another version of the program wrote it.
  case version = "neighbours-version"
  /// What is asked for does not fit the state.
  case conflict = "neighbours-conflict"
  /// It can't be written or read.
  case unavailable = "neighbours-unavailable"
}
