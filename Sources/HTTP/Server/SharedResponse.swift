internal import Sync

/// An answer that many requests get, made once: its gzip form too, and a connection that sends it
/// again exchanges nothing but what belongs to the request.
public final class SharedResponse: Sendable {
  /// The answer.
  public let response: Response
  private let compressed = Once<SharedResponse>()

  /// An answer for many requests.
  public init(_ response: Response) { self.response = response }

  /// What a client gets that accepts gzip.
  var gzip: SharedResponse {
    if let ready = compressed.load() { return ready }
    var small = response
    small.compress()
    return compressed.storeIfNil(SharedResponse(small))
  }
}
