/// Why the file of a graph can't be written or was refused.
public struct GraphFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable code of a failure.
  public enum Code: String, Sendable {
    /// Bytes are damaged or missing.
    case corrupt = "graph-corrupt"
    /// Another version of the program wrote it.
    case version = "graph-version"
    /// It is not there, or the system can't read or write it.
    case unavailable = "graph-unavailable"
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
