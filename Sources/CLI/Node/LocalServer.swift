internal import Feed
internal import Server
internal import Settings
internal import Stores

/// A server for the time of one command.
enum LocalServer {
  /// Calls `body` with the server that the options name, or with one of its own over the folder,
  /// which listens to this machine only, on a free port, and is asked with a key that ends with it.
  static func with(
    _ arguments: Arguments, _ body: (RemoteServer) throws -> ExitCode
  ) throws -> ExitCode {
    if let remote = try RemoteServer(arguments) { return try body(remote) }
    guard let path = arguments.text(.data) else {
      throw Failure.usage("name a folder with --data, or a running server with --server and --key")
    }
    var configuration = try ConfigurationLoader.load(arguments).value
    configuration.server.listen = "127.0.0.1:0"
    guard Files.facts(path) != nil else {
      throw Failure("log-unavailable", "\(path): there is no such folder; check --data")
    }
    let node = try Node(path, configuration) { _ in }
    try node.requireServersSettings()
    let key = try node.access.keys.create(scope: .admin, label: "one command")
    defer { try? revoke(key, node) }
    let server = Server(
      engine: node.engine, access: node.access, models: node.models,
      neighbours: node.neighbours, version: VersionCommand.number)
    try server.start()
    defer { server.stop() }
    try server.waitUntilReady()
    let exit = try body(RemoteServer("http://\(server.address)", key: key, place: path))
    server.stop()
    try node.close()
    return exit
  }

  private static func revoke(_ key: String, _ node: Node) throws {
    for known in try node.access.keys.list() where key.hasPrefix("uk_\(known.id)_") {
      try node.access.keys.revoke(id: known.id)
    }
  }
}
