/// A request method. Methods that the standard does not name arrive too: the handler decides.
public enum Method: Sendable, Hashable, CustomStringConvertible {
  /// The methods of RFC 9110, and PATCH.
  case get, head, post, put, delete, patch, options, trace, connect
  /// Another method, as sent: methods are case-sensitive.
  case other(String)

  init(_ name: String) {
    switch name {
    case "GET": self = .get
    case "HEAD": self = .head
    case "POST": self = .post
    case "PUT": self = .put
    case "DELETE": self = .delete
    case "PATCH": self = .patch
    case "OPTIONS": self = .options
    case "TRACE": self = .trace
    case "CONNECT": self = .connect
    default: self = .other(name)
    }
  }

  /// The name as it stands in a request.
  public var description: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .patch: "PATCH"
    case .options: "OPTIONS"
    case .trace: "TRACE"
    case .connect: "CONNECT"
    case .other(let name): name
    }
  }
}
