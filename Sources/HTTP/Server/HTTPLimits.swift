/// Every bound of a server, with what happens at it. One beyond a bound is refused and counted in
/// `HTTPCounters` under the named `Refusal.Kind`.
public struct HTTPLimits: Sendable, Equatable {
  /// Bytes of a request body as sent; beyond: 413 `bodyTooLarge`, before the body is read if it
  /// was announced, otherwise as soon as it passes the bound. `longBody` of `HTTPServer` may let
  /// an announced one be longer.
  public var bodyBytes = 4 << 20
  /// Bytes of a gzip request body when inflated; beyond: 413 `inflatedTooLarge`.
  public var inflatedBytes = 16 << 20
  /// Bytes of the request target (path and query as sent); beyond: 414 `urlTooLong`.
  public var urlBytes = 4096
  /// Bytes of the request line and all headers; beyond: 431 `headTooLarge`.
  public var headBytes = 8192
  /// Header fields in a request; beyond: 431 `tooManyHeaders`.
  public var headers = 64
  /// Open connections; beyond: 503 and close, `tooManyConnections`.
  public var connections = 16_384
  /// Open connections of one address; beyond: 503 and close, `tooManyConnectionsFromAddress`.
  /// 0 stands for no bound but `connections`: a proxy brings everybody from one address.
  public var connectionsPerAddress = 0
  /// Seconds after an answer in which the first line of the next request must be there; beyond: the
  /// connection is closed without an answer.
  public var inactivitySeconds = 60
  /// Milliseconds in which the head and body of a request must be complete, however steadily its
  /// bytes drip; beyond: 408 `readTimeout` and close. Counted from the accept for the first request
  /// of a connection, from its first line for a later one.
  public var readMilliseconds = 15_000
  /// Milliseconds in which a client must have taken its answer; beyond: close, `writeTimeout`.
  public var writeMilliseconds = 60_000

  /// The defaults.
  public init() {}

  /// libmicrohttpd's memory for a connection: the head, a record for each header and query
  /// parameter, and the head of the answer. It is zeroed at each request, so it is kept small.
  var connectionMemory: Int { max(4096, headBytes + headers * 64 + 5120) }
}
