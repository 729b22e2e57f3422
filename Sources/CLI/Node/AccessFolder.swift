internal import Feed
internal import Server
internal import Stores

/// Whom the server of a data folder believes; the same for the server and for commands beside it.
enum AccessFolder {
  /// The name of the secret that signs tokens, cursors and sessions.
  private static let secretName = "server"

  /// Refuses a folder that is not there, unless the command is told to make it: a mistyped name
  /// would be a new, empty world.
  static func require(_ path: String, _ arguments: Arguments) throws {
    guard Files.facts(path) == nil, !arguments.has(.create) else { return }
    throw Failure(
      "no-folder", "\(path): there is no such folder; check --data, or make it with --create")
  }

  /// The folder to look into; it is made when it is missing and the command is told to.
  static func open(_ arguments: Arguments) throws -> DataDirectory {
    let path = try arguments.required(.data)
    try require(path, arguments)
    if Files.facts(path) == nil {
      do {
        // The lock is let go at once: a server may start meanwhile.
        _ = try DataDirectory(path, access: .write)
      } catch  where error.code == .locked {}
    }
    return try DataDirectory(path, access: .read)
  }

  /// The service keys of a folder.
  static func keys(_ directory: DataDirectory) throws -> KeyStore {
    try KeyStore(path: directory.keys, time: SystemTime())
  }

  /// Secret, tokens and keys of a folder.
  static func access(_ directory: DataDirectory, _ settings: ServerSettings) throws -> Access {
    guard let secret = Secret(bytes: try directory.secret(secretName)) else {
      throw Failure("secret", "\(directory.path)/secrets/\(secretName) is too short to be a secret")
    }
    let publicKey = settings.tokenPublicKey
    let tokens = try Tokens(
      secret: secret, settings: settings,
      publicKey: publicKey.isEmpty ? [] : try Files.read(publicKey, limit: 1 << 16))
    return Access(secret: secret, tokens: tokens, keys: try keys(directory))
  }
}

extension Option {
  static let create = Option("create", "Make the folder when it is missing.")
}
