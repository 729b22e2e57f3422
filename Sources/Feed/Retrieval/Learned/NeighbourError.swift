/// What can go wrong with a table of neighbours.
public struct NeighbourError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable code of a failure.
  public enum Code: String, Sendable {
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

  /// What kind of failure.
  public let code: Code
  /// What, where, and what to do.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message.
  public var description: String { "\(code.rawValue): \(message)" }
}
