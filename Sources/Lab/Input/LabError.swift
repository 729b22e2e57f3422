/// Why an import, an evaluation or a run of the simulator could not go on.
public struct LabError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable code of a failure.
  public enum Code: String, Sendable {
    /// A file can't be opened, read or written.
    case file = "input-file"
    /// A file is not what its name or the options say.
    case format = "input-format"
    /// An option makes no sense.
    case option = "option"
    /// The server, or the engine, did not take events in.
    case refused = "refused"
    /// A model can't be trained from what there is.
    case training = "training"
    /// Whoever asked for it wants it no longer.
    case cancelled = "cancelled"
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
