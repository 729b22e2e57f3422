/// Why a JSON text was refused: what, where, in words for the one who sent it.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stable name of a fault.
  public enum Code: String, Sendable, CaseIterable {
    /// No value in the text.
    case empty
    /// Not JSON.
    case syntax
    /// A string that is not closed, holds raw control characters or a wrong escape.
    case badString = "bad_string"
    /// A number that JSON does not allow, or too large for any number type.
    case badNumber = "bad_number"
    /// The text is not UTF-8.
    case badUTF8 = "bad_utf8"
    /// More nested containers than allowed.
    case tooDeep = "too_deep"
    /// More bytes than allowed.
    case tooLarge = "too_large"
    /// More values than allowed.
    case tooManyValues = "too_many_values"
    /// A name stands twice in one object.
    case duplicateKey = "duplicate_key"
    /// A value of another type than asked for.
    case wrongType = "wrong_type"
    /// A member that must be there is not.
    case missing
    /// A member that nobody knows.
    case unknownKey = "unknown_key"
    /// A number outside of what is allowed, or with a fraction where none may be.
    case outOfRange = "out_of_range"
    /// A string or a value that is not one of those allowed.
    case invalid
    /// Memory is short.
    case noMemory = "no_memory"
  }

  /// What went wrong.
  public let code: Code
  /// Where in the value: a JSON pointer (RFC 6901) such as `/posts/3/title`; empty for the whole.
  public let pointer: String
  /// About where in the text (for a text with one value a line: in the line), in bytes from its
  /// start, where known.
  public let offset: Int?
  /// What and why in words, without the place.
  public let message: String

  /// An error at `pointer`.
  public init(_ code: Code, pointer: String = "", offset: Int? = nil, message: String) {
    self.code = code
    self.pointer = pointer
    self.offset = offset
    self.message = message
  }

  /// Place and message on one line.
  public var description: String {
    var text = pointer.isEmpty ? "" : "\(pointer): "
    text += message
    if let offset { text += " (near byte \(offset))" }
    return text
  }
}
