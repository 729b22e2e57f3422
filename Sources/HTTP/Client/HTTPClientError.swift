/// Why a request brought no answer.
public enum HTTPClientError: Error, Equatable, CustomStringConvertible {
  /// No connection to the server.
  case notConnected(url: String, reason: String)
  /// No whole answer within the time allowed.
  case timedOut(url: String)
  /// Anything else that libcurl reports, with its number.
  case failed(url: String, number: Int, reason: String)

  /// A stable code for scripts.
  public var code: String {
    switch self {
    case .notConnected: "not-connected"
    case .timedOut: "timed-out"
    case .failed: "request-failed"
    }
  }

  /// What happened, where, and what to do.
  public var description: String {
    switch self {
    case .notConnected(let url, let reason):
      "\(url): no connection (\(reason)): is the server running there?"
    case .timedOut(let url): "\(url): no answer in time"
    case .failed(let url, let number, let reason): "\(url): \(reason) (libcurl error \(number))"
    }
  }
}
