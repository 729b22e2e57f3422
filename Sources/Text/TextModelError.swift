/// Why a text model was not loaded: what, where, what to do.
public struct TextModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable name of a fault.
  public enum Code: String, Sendable, CaseIterable {
    /// A file of the folder is absent, can't be read or is too large.
    case file = "model-file"
    /// A configuration file says what no model can be, or is not JSON.
    case config = "model-config"
    /// The header of the weights is wrong: sizes, offsets, types, names.
    case header = "model-header"
    /// Weights are absent, have another shape than the configuration says, or are not numbers.
    case tensor = "model-tensor"
    /// The vocabulary lacks a word that the model needs, or has more words than the model.
    case vocabulary = "model-vocabulary"
    /// A sound model of a kind that is not built in.
    case unsupported = "model-unsupported"
  }

  /// What went wrong.
  public let code: Code
  /// File, place, reason and what to do, on one line.
  public let description: String

  /// An error.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
