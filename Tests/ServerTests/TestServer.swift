import Feed
import HTTP
import JSON
import Server
import Stores
import TestKit
import Testing

/// A server on a free port, with a way to talk to it as anybody.
final class TestServer {
  let folder: TemporaryFolder
  let clock: FakeTime
  let time: any TimeSource
  let keys: KeyStore
  let tokens: Tokens
  let secret: Secret
  let engine: Engine
  let server: Server
  let configuration: Configuration
  private(set) var client: HTTPClient

  init(
    log: (any EventLog)? = nil, time: (any TimeSource)? = nil,
    clock: FakeTime = FakeTime(now: Timestamp(milliseconds: 1_800_000_000_000)),
    folder: TemporaryFolder = TemporaryFolder(), tokens: Tokens? = nil, secretByte: UInt8 = 7,
    isStarted: Bool = true, isReadyAwaited: Bool = true,
    demo: (any DemoUsers)? = nil, embedder: (any TextEmbedder)? = nil, keepsModels: Bool = false,
    keepsNeighbours: Bool = false, trainer: (any ModelTrainer)? = nil,
    _ adjust: (inout Configuration) -> Void = { _ in }
  ) throws {
    self.folder = folder
    let time = time ?? clock
    self.clock = clock
    self.time = time
    var configuration = Configuration()
    configuration.server.listen = "127.0.0.1:0"
    configuration.server.userRequestsPerSecond = 0
    configuration.world.dimension = 8
    configuration.world.itemsMax = 10_000
    configuration.engine.rankingThreads = 2
    configuration.log.snapshotEvents = .max
    for name in configuration.surfaces.keys {
      // The tests' time stands still, real deadlines do not.
      configuration.surfaces[name]?.deadlineMs = 60_000
      configuration.surfaces[name]?.sourcesDeadlineMs = 60_000
    }
    adjust(&configuration)
    self.configuration = configuration
    secret = try #require(Secret(bytes: Array(repeating: secretByte, count: 32)))
    self.tokens = try tokens ?? Tokens(secret: secret, settings: configuration.server)
    keys = try KeyStore(path: folder.path + "/keys.db", time: time)
    engine = Engine(
      configuration: configuration, log: log ?? MemoryLog(), snapshots: nil, time: time)
    server = Server(
      engine: engine, access: Access(secret: secret, tokens: self.tokens, keys: keys), demo: demo,
      embedder: embedder, models: keepsModels ? try Self.registry(folder) : nil,
      neighbours: keepsNeighbours ? try Self.neighbours(folder) : nil, trainer: trainer)
    client = HTTPClient()
    guard isStarted else { return }
    try server.start()
    if isReadyAwaited { try server.waitUntilReady() }
    client = HTTPClient(base: "http://127.0.0.1:\(server.port)", timeoutMilliseconds: 20_000)
  }

  deinit { server.stop() }

  private static func registry(_ folder: TemporaryFolder) throws -> ModelRegistry {
    try ModelRegistry(DataDirectory(folder.path + "/data", access: .write))
  }

  private static func neighbours(_ folder: TemporaryFolder) throws -> FileNeighbours {
    try FileNeighbours(DataDirectory(folder.path + "/data", access: .write))
  }

  var base: String { "http://127.0.0.1:\(server.port)" }

  /// A client of its own, for another thread.
  func newClient() -> HTTPClient { HTTPClient(base: base, timeoutMilliseconds: 20_000) }

  func key(_ scope: Scope) throws -> Caller { .bearer(try keys.create(scope: scope)) }

  func user(_ name: String) throws -> Caller {
    .bearer(try tokens.issue(user: name, now: clock.now))
  }

  /// Who asks.
  enum Caller {
    case nobody
    case bearer(String)
    case session(String)

    var headers: [Response.Field] {
      switch self {
      case .nobody: []
      case .bearer(let text): [.init("Authorization", "Bearer " + text)]
      case .session(let text): [.init("X-Session", text)]
      }
    }
  }

  @discardableResult
  func send(
    _ method: String, _ target: String, as caller: Caller = .nobody, _ body: String? = nil,
    headers: [Response.Field] = []
  ) throws -> HTTPClient.Answer {
    try client.send(
      method, target, headers: caller.headers + headers, body: body.map { Array($0.utf8) })
  }

  /// Publishes items as a service.
  func publish(_ items: [String], as service: Caller) throws {
    let answer = try send(
      "POST", "/api/v1/items", as: service, "[\(items.joined(separator: ","))]")
    #expect(answer.status == 202, "\(answer.text)")
  }
}

extension HTTPClient.Answer {
  /// Reads the JSON of the body.
  func read<Result>(_ body: (JSONValue) throws -> Result) throws -> Result {
    let parser = JSONParser()
    return try body(try parser.parse(self.body))
  }

  /// The `code` of a problem; empty for another answer.
  var code: String { (try? read { try $0.require("code").string() }) ?? "" }

  /// A text member at the top.
  func text(_ name: String) -> String { (try? read { try $0.require(name).string() }) ?? "" }

  /// A number at the top.
  func number(_ name: String) -> Int? { try? read { try $0.require(name).int() } }

  /// The identifiers of a page, first place first.
  var items: [String] {
    (try? read { root in
      let list = root["posts"] ?? root["items"]
      var ids: [String] = []
      for entry in try (list ?? root).elements() {
        ids.append(try (entry["post_id"] ?? entry.require("item_id")).string())
      }
      return ids
    }) ?? []
  }
}
