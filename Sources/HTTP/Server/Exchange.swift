/// One request and the right to answer it, once, from any thread.
///
/// The handler answers at once, which costs least, or keeps the exchange and answers later: the
/// connection then waits without holding a thread. An exchange that nobody answers and nobody holds
/// any more answers itself with 500.
public final class Exchange: Sendable {
  private let head: RequestHead
  private let connection: HTTPConnection
  private let sequence: UInt64
  /// The body, inflated if it came as gzip.
  public let body: [UInt8]
  /// The client's `X-Request-ID` if it is 1 to 64 of `A-Z a-z 0-9 . _ -`, otherwise one made here.
  public let requestID: String

  init(
    _ head: RequestHead, body: [UInt8], requestID: String, _ connection: HTTPConnection,
    sequence: UInt64
  ) {
    self.head = head
    self.body = body
    self.requestID = requestID
    self.connection = connection
    self.sequence = sequence
  }

  deinit {
    guard connection.isOpen(sequence) else { return }
    connection.refuse(
      sequence, .unanswered, "the request was dropped without an answer: try again",
      requestID: requestID)
  }

  /// The method.
  public var method: Method { head.method }

  /// The path, decoded once, as UTF-8 without control bytes and without `..` segments.
  public var path: String { head.path }

  /// The query's parameters in their order, decoded; nil if one is not percent-encoded UTF-8.
  public var parameters: [(name: String, value: String)]? { head.parameters() }

  /// The first query parameter of that exact name, decoded; nil if there is none.
  public func query(_ name: String) -> String? {
    head.query.isEmpty ? nil : head.parameters()?.first { $0.name == name }?.value
  }

  /// The query as sent, without `?`.
  public var rawQuery: String { String(decoding: head.bytes[head.query], as: UTF8.self) }

  /// The value of the first header field of that name, found without case.
  public func header(_ name: String) -> String? { head.field(name) }

  /// What the handler kept of this head when the connection sent the same bytes before.
  public var note: (any AnyObject & Sendable)? { head.note }

  /// Keeps what follows from the method, the target and the header fields alone, for the next
  /// request of this connection if its head has the same bytes. Only the first note is kept.
  public func keep(_ note: any AnyObject & Sendable) { head.keep(note) }

  /// The client's address without its port.
  public var remoteAddress: String { connection.address.description }

  /// Whether somebody has answered.
  public var isAnswered: Bool { !connection.isOpen(sequence) }

  /// Answers; only the first answer counts.
  ///
  /// - Returns: whether this answer was the first.
  @discardableResult
  public func respond(_ response: consuming Response) -> Bool {
    if response.varies, head.acceptsGzip { response.compress() }
    return connection.answer(sequence, .own(response))
  }

  /// Answers with what others get too; only the first answer counts.
  ///
  /// - Returns: whether this answer was the first.
  @discardableResult
  public func respond(_ shared: SharedResponse) -> Bool {
    let isSmall = head.acceptsGzip && shared.response.varies
    return connection.answer(sequence, .shared(isSmall ? shared.gzip : shared))
  }
}
