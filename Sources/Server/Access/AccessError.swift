/// What can go wrong with keys and tokens outside of a request.
public enum AccessError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The table of keys can't be used.
  case keys(String)
  /// The public key of another issuer can't be used.
  case publicKey(String)
  /// A token can't be made for this user.
  case subject(String)

  /// A stable code.
  public var code: String {
    switch self {
    case .keys: "keys"
    case .publicKey: "public-key"
    case .subject: "subject"
    }
  }

  /// The code, what happened, where, and what to do.
  public var description: String {
    switch self {
    case .keys(let text), .publicKey(let text), .subject(let text):
      "\(code): \(text)"
    }
  }
}
