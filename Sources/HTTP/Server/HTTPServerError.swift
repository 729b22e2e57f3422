/// Why a server did not start.
public enum HTTPServerError: Error, Equatable, CustomStringConvertible {
  /// The listen text is not `ADDRESS:PORT` with a literal IPv4 or bracketed IPv6 address.
  case badAddress(String)
  /// Another socket listens there.
  case addressInUse(String)
  /// The process may not listen there (a port below 1024, usually).
  case notPermitted(String)
  /// No interface of this machine has the address.
  case addressNotAvailable(String)
  /// Another system call failed, with its error number.
  case system(call: String, code: Int32)

  /// A stable code for scripts.
  public var code: String {
    switch self {
    case .badAddress: "bad-listen-address"
    case .addressInUse: "address-in-use"
    case .notPermitted: "listen-not-permitted"
    case .addressNotAvailable: "address-not-available"
    case .system: "listen-failed"
    }
  }

  /// What happened, where, and what to do.
  public var description: String {
    switch self {
    case .badAddress(let text):
      "listen address '\(text)': expected ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080"
    case .addressInUse(let text):
      "listen address \(text) is in use: stop the other program or choose another port"
    case .notPermitted(let text):
      "listen address \(text) is not permitted: choose a port of 1024 or above"
    case .addressNotAvailable(let text):
      "listen address \(text) is not one of this machine's: try 127.0.0.1 or 0.0.0.0"
    case .system(let call, let code):
      "cannot listen: \(call) failed with error \(code)"
    }
  }
}
