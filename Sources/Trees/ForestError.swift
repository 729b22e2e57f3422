/// Why a model was refused: what, where, and what to do.
public struct ForestError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable code of a reason.
  public enum Code: String, Sendable {
    /// The bytes are no model file, or end too early.
    case format
    /// A model file, of a kind that is not evaluated here.
    case unsupported
    /// Trees that can't be walked: a cycle, a node or a feature that is not there.
    case structure
    /// A number that is not finite.
    case number
    /// Larger than what is taken.
    case limit
  }

  /// What kind of reason.
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
