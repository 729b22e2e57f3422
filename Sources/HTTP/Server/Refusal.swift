/// A request that the HTTP layer does not let through, for the one who renders the answer.
public struct Refusal: Sendable, Equatable {
  /// Why; the raw value is a stable code.
  public enum Kind: String, Sendable, CaseIterable {
    /// Malformed or ambiguous HTTP, a target that cannot be decoded or that climbs with `..`.
    case malformed = "malformed-request"
    /// The target is longer than `HTTPLimits.urlBytes`.
    case urlTooLong = "url-too-long"
    /// The head is longer than `HTTPLimits.headBytes`.
    case headTooLarge = "head-too-large"
    /// There are more header fields than `HTTPLimits.headers`.
    case tooManyHeaders = "too-many-headers"
    /// The body is longer than `HTTPLimits.bodyBytes`.
    case bodyTooLarge = "body-too-large"
    /// The body inflates to more than `HTTPLimits.inflatedBytes`.
    case inflatedTooLarge = "inflated-body-too-large"
    /// The `Content-Encoding` is neither gzip nor identity.
    case unsupportedEncoding = "unsupported-content-encoding"
    /// The body says gzip and is not.
    case malformedBody = "malformed-gzip"
    /// The request was not complete within `HTTPLimits.readMilliseconds`.
    case readTimeout = "read-timeout"
    /// The answer was not taken within `HTTPLimits.writeMilliseconds`: closed, never rendered.
    case writeTimeout = "write-timeout"
    /// More than `HTTPLimits.connections` connections.
    case tooManyConnections = "too-many-connections"
    /// More than `HTTPLimits.connectionsPerAddress` connections of one address.
    case tooManyConnectionsFromAddress = "too-many-connections-from-address"
    /// The exchange was dropped without an answer.
    case unanswered = "unanswered"
    /// The server is stopping.
    case stopping = "stopping"

    /// The HTTP status of the answer.
    public var status: Int {
      switch self {
      case .malformed, .malformedBody: 400
      case .readTimeout, .writeTimeout: 408
      case .bodyTooLarge, .inflatedTooLarge: 413
      case .urlTooLong: 414
      case .unsupportedEncoding: 415
      case .headTooLarge, .tooManyHeaders: 431
      case .unanswered: 500
      case .tooManyConnections, .tooManyConnectionsFromAddress, .stopping: 503
      }
    }

    /// Position in the counters.
    var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// Why the request is refused.
  public let kind: Kind
  /// What was wrong and what to do, for a person; holds nothing that the client sent.
  public let detail: String
  /// The request's identifier, as it goes out in `X-Request-ID`.
  public let requestID: String

  /// The HTTP status of the answer.
  public var status: Int { kind.status }

  /// The answer when the server is given no hook: the code and the detail as plain text.
  public static func plain(_ refusal: Refusal) -> Response {
    Response(
      status: refusal.status, contentType: "text/plain; charset=utf-8",
      bytes: Array("\(refusal.kind.rawValue): \(refusal.detail)\n".utf8))
  }
}
