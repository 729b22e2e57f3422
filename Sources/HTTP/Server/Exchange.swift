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

  /// The client's address without its port.
  public var remoteAddress: String { connection.address.description }

  /// Whether somebody has answered.
  public var isAnswered: Bool { !connection.isOpen(sequence) }

  /// Answers; only the first answer counts.
  ///
  /// - Returns: whether this answer was the first.
  @discardableResult
  public func respond(_ response: consuming Response) -> Bool {
    if response.varies, acceptsGzip { response.compress() }
    return connection.answer(sequence, response)
  }

  /// Whether `Accept-Encoding` allows gzip: named with a weight above zero.
  private var acceptsGzip: Bool {
    guard let accepted = head.field("accept-encoding") else { return false }
    for coding in accepted.utf8.split(separator: UInt8(ascii: ",")) {
      let parts = coding.split(separator: UInt8(ascii: ";"))
      guard let name = parts.first, String(Substring(name)).trimmed == "gzip" else { continue }
      guard parts.count > 1 else { return true }
      let weight = String(Substring(parts[1])).trimmed
      return !(weight.hasPrefix("q=0") && weight.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" })
    }
    return false
  }
}

extension String {
  /// In lower case, without blanks at either end.
  fileprivate var trimmed: String {
    let end = reversed().drop { $0 == " " || $0 == "\t" }
    return String(String(end.reversed()).drop { $0 == " " || $0 == "\t" }).lowercased()
  }
}
