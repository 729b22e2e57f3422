/// A failure with a code that stays and a message for people.
///
/// Each boundary has its own list of codes, so that what it throws can be caught case by case:
///
/// ```swift
/// do { try log.append(batch) } catch where error.code == .full { … }
/// ```
public struct Fault<Codes>: Error, Equatable, Sendable, CustomStringConvertible
where Codes: RawRepresentable<String> & Equatable & Sendable {
  /// The stable codes that it may have.
  public typealias Code = Codes

  /// What kind of failure.
  public let code: Code
  /// What, where, and what to do.
  public let message: String

  /// Makes a failure.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message.
  public var description: String { "\(code.rawValue): \(message)" }
}
