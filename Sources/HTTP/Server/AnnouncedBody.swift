/// A request whose head has come, and whose body, still to come, is longer than
/// `HTTPLimits.bodyBytes`: what decides whether it may come all the same.
public struct AnnouncedBody: Sendable {
  private let head: RequestHead
  /// The body's length as the head says it.
  public let bytes: Int

  init(_ head: RequestHead, bytes: Int) {
    self.head = head
    self.bytes = bytes
  }

  /// The method.
  public var method: Method { head.method }

  /// The path; see `Exchange.path`.
  public var path: String { head.path }

  /// The value of the first header field of that name, found without case.
  public func header(_ name: String) -> String? { head.field(name) }
}
