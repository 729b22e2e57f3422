/// Whom a server believes: its secret, the tokens signed with it, and the service keys.
public struct Access: Sendable {
  /// Signs tokens, cursors and sessions.
  public let secret: Secret
  /// Tokens of users.
  public let tokens: Tokens
  /// Keys of services.
  public let keys: KeyStore

  /// Whom to believe.
  public init(secret: Secret, tokens: Tokens, keys: KeyStore) {
    self.secret = secret
    self.tokens = tokens
    self.keys = keys
  }
}
