/// Why a server does not run.
public enum ServerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It can't listen.
  case listen(String)
  /// The log can't be folded in.
  case engine(String)

  /// A stable code.
  public var code: String {
    switch self {
    case .listen: "listen"
    case .engine: "engine"
    }
  }

  /// The code, what happened, and what to do.
  public var description: String {
    switch self {
    case .listen(let text), .engine(let text): "\(code): \(text)"
    }
  }
}
