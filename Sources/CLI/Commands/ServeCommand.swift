internal import Feed
internal import JSON
internal import Server
internal import Settings
internal import Stores
internal import Sync

/// `updraft serve`: the server.
enum ServeCommand {
  static let command: Command = Command(
    "serve", "Run the server.",
    about: """
      Takes events in and serves pages over HTTP. Everything is kept in the folder, which one \
      server uses at a time; it is made when it is missing. The server listens at once, and \
      answers /livez and /readyz while it folds the log in.

      SIGTERM or SIGINT stops it: it is not ready any more, requests in flight are finished, a \
      snapshot is taken, and it exits with 0. A second signal ends it at once; nothing that was \
      acknowledged is lost by that either. It tells systemd when it is ready (Type=notify).

      It listens to this machine only, unless told otherwise; then there must be a key.
      """, options: [.data.required, .listen, .config, .set],
    examples: [
      .init("updraft serve --data ./data", "On 127.0.0.1:8080."),
      .init(
        "updraft serve --data ./data --listen 127.0.0.1:0 --json",
        "On a free port, which the first line tells."),
      .init(
        "updraft serve --data /var/lib/updraft --config /etc/updraft.yaml",
        "With a file; see updraft config default."),
    ], exits: [.failed: "the folder is in use or can't be written, or the address is taken"]
  ) { arguments, console in
    var flags: [SettingFlag] = []
    if let listen = arguments.text(.listen) {
      flags.append(SettingFlag("--listen", path: "server.listen", text: listen))
    }
    let loaded = try ConfigurationLoader.load(arguments, flags: flags)
    let path = try arguments.required(.data)
    let trainer = TrainingProcess(data: path, settings: TrainingProcess.settings(of: arguments))
    return try run(path, loaded.value, trainer, console)
  }

  private static func run(
    _ path: String, _ configuration: Configuration, _ trainer: TrainingProcess,
    _ console: Console
  ) throws -> ExitCode {
    // Before any other thread runs, so that all of them keep the signals for the one that waits.
    let signals = Signals()
    let start = ContinuousClock.now
    let isNew = Files.facts(path + "/log.db") == nil
    let notice: @Sendable (String) -> Void = { line in
      console.isJSON ? console.event("notice") { $0.member("message", line) } : console.note(line)
    }
    for doubt in configuration.doubts { notice(doubt) }
    if let doubt = ProcessorLevel.doubt(Environment.variables) { notice(doubt) }
    let embedder = try ModelEmbedder.loaded(configuration, SystemTime())
    let node = try Node(path, configuration, notice: notice)
    try mayListen(configuration.server, node, path)
    let server = Server(
      engine: node.engine, access: node.access, embedder: embedder, models: node.models,
      neighbours: node.neighbours,
      trainer: trainer, version: VersionCommand.number, notice: notice)
    try server.start()
    console.say("updraft \(VersionCommand.number) listens on http://\(server.address)", "listening")
    { $0.member("address", "http://\(server.address)") }
    if isNew {
      console.say("\(path) was empty: a new world begins there", "created") {
        $0.member("data", path)
      }
    }
    let starter = Starter(server, signals)
    let manager = ServiceManager(environment: Environment.variables)
    starter.onReady = {
      manager?.tell("READY=1", "STATUS=ready")
      tellReady(node, seconds: Progress.seconds(start.duration(to: .now)), console)
    }
    starter.begin()
    signals.wait()
    if let failure = starter.failure {
      starter.join()
      throw failure
    }
    manager?.tell("STOPPING=1", "STATUS=finishing requests")
    // Before it is ready nothing was taken in that could be lost.
    guard starter.isReady else { return .well }
    starter.join()
    console.say("stopping: finishing requests, taking a snapshot", "stopping") { _ in }
    let isIdle = server.stop()
    try node.close()
    if !isIdle { console.note("some requests were still running and got no answer") }
    console.say("stopped", "stopped") { $0.member("offset", node.log.end.value) }
    return .well
  }

  /// Whoever can reach an open address must need a key.
  private static func mayListen(
    _ settings: ServerSettings, _ node: Node, _ path: String
  ) throws {
    guard !ListenAddress.isLoopback(settings.listen), settings.tokenPublicKey.isEmpty,
      try node.access.keys.list().isEmpty
    else { return }
    throw Failure(
      "no-keys",
      "\(settings.listen) is open to other machines, and there is no key yet. Make one first: "
        + "updraft keys create --data \(path) --scope service")
  }

  private static func tellReady(_ node: Node, seconds: Double, _ console: Console) {
    let (items, users, offset) = node.engine.read { world in
      (world.itemCount, world.userCount, world.offset.value)
    }
    console.say(
      "ready after \(Figures.decimal(seconds, 1)) s: \(Figures.grouped(items)) items, "
        + "\(Figures.grouped(users)) users, offset \(offset)", "ready"
    ) { json in
      json.member("seconds", seconds)
      json.member("items", items)
      json.member("users", users)
      json.member("offset", offset)
    }
  }
}

/// Waits on a thread of its own until a server is ready.
private final class Starter: @unchecked Sendable {
  // Sendable: `onReady` is set before the thread starts, `thread` belongs to whoever starts it, the
  // rest is under `lock`.
  private let server: Server
  private let signals: Signals
  private let lock = Lock()
  private var outcome: Failure?
  private var ready = false
  private var thread: Thread?
  var onReady: @Sendable () -> Void = {}

  init(_ server: Server, _ signals: Signals) {
    self.server = server
    self.signals = signals
  }

  /// Why it never will be ready.
  var failure: Failure? { lock.withLock { outcome } }

  var isReady: Bool { lock.withLock { ready } }

  /// Waits until it has told that the server is ready, or why it never will be.
  func join() {
    thread?.join()
    thread = nil
  }

  func begin() {
    thread = Thread { [self] in
      do {
        try server.waitUntilReady()
        lock.withLock { ready = true }
        onReady()
      } catch {
        lock.withLock { outcome = Failure(explaining: error) }
        signals.end()
      }
    }
  }
}

extension Option {
  static let listen = Option(
    "listen", "ADDRESS:PORT", "Where to listen; port 0 takes a free one.",
    standard: "127.0.0.1:8080")
}

extension Console {
  /// Something that happened, for programs.
  func event(_ name: String, _ body: (inout JSONWriter) -> Void) {
    json { json in
      json.member("event", name)
      body(&json)
    }
  }

  /// Something that happened, in the form that was asked for.
  func say(_ text: String, _ event: String, _ body: (inout JSONWriter) -> Void) {
    isJSON ? self.event(event, body) : line(text)
  }
}
