/// The server's secret, from which every signing key is made.
///
/// Its bytes are the key of HS256 tokens as they stand, so that another program can sign tokens for
/// users with any JWT library; cursors and sessions are signed with keys derived from it.
public struct Secret: Sendable, Equatable, CustomStringConvertible {
  let bytes: [UInt8]

  /// The fewest bytes that a secret may have.
  public static let bytesMin = 32

  /// A secret of random bytes; nil when there are fewer than `bytesMin` or more than 1,024.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= Self.bytesMin, bytes.count <= 1024 else { return nil }
    self.bytes = bytes
  }

  /// The key for one purpose.
  func key(for purpose: String) -> [UInt8] { Crypto.hmac(key: bytes, Array(purpose.utf8)) }

  /// Never the secret itself.
  public var description: String { "(secret)" }
}
