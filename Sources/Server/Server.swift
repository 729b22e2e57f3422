public import Feed
internal import HTTP
internal import Sync
internal import Synchronization

/// The engine behind HTTP: routes, identity, limits, probes, metrics.
///
///     let server = try Server(engine: engine, access: access)
///     try server.start()          // listens; the log is folded in meanwhile
///     try server.waitUntilReady()
///     …
///     server.stop()               // drains, then stops the engine
public final class Server: @unchecked Sendable {
  // Sendable: `http` and `starter` are only touched under `lock`.
  private let service: Service
  private let lock = Lock()
  private var http: HTTPServer?
  private var starter: Thread?
  private var outcome: Result<Void, ServerError>?
  private var isStopped = false

  /// A server over an engine that has not been started.
  ///
  /// - Parameters:
  ///   - engine: with the configuration that the server follows.
  ///   - access: whom to believe.
  ///   - demo: users that anybody may be; nil unless this is a demo.
  ///   - embedder: what makes vectors of texts; nil: the hashed encoder of the engine.
  ///   - models: where learned models are kept; nil: none is served.
  ///   - neighbours: where learned neighbours are kept; nil: none can be sent.
  ///   - trainer: what trains them on a schedule; nil: nothing does.
  ///   - version: the program's version, as the metrics tell it.
  ///   - notice: called with each line that an operator should see.
  public init(
    engine: Engine, access: Access, demo: (any DemoUsers)? = nil,
    embedder: (any TextEmbedder)? = nil, models: (any ModelStore)? = nil,
    neighbours: (any NeighbourStore)? = nil, trainer: (any ModelTrainer)? = nil,
    version: String = "", notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    service = Service(
      engine: engine, access: access, demo: demo,
      filler: embedder.map { TextFiller(engine, $0, notice: notice) },
      keeper: models.map { ModelKeeper(engine, $0, trainer: trainer, notice: notice) },
      neighbours: neighbours.map { NeighbourKeeper(engine, $0, notice: notice) },
      version: version)
  }

  /// Begins to listen; then the engine starts on a thread of its own, while probes are answered and
  /// everything else is refused with 503.
  ///
  /// - Throws: `ServerError.listen`; also when a demo would listen beyond this machine, as it lends
  ///   the tokens of its users to whoever asks.
  public func start() throws(ServerError) {
    let settings = service.settings
    guard service.demo == nil || Loopback.isNamed(by: settings.listen) else {
      throw .listen("\(settings.listen): a demo listens on 127.0.0.1, [::1] or localhost only")
    }
    let server: HTTPServer
    do {
      let service = self.service
      server = try HTTPServer(
        listen: settings.listen, limits: HTTPLimits(settings), threads: settings.ioThreads,
        refusal: { service.refused($0) }, longBody: { service.longBody($0) },
        handler: { service.handle($0) })
    } catch {
      throw .listen(error.description)
    }
    _ = service.httpCounters.storeIfNil(server.counters)
    let thread = Thread { [self] in startEngine() }
    lock.withLock {
      http = server
      starter = thread
    }
  }

  private func startEngine() {
    let result: Result<Void, ServerError>
    do {
      // Before the first page, so that none is scored by the weights alone.
      service.keeper?.start()
      service.neighbours?.start()
      try service.engine.start()
      service.isReady.store(true, ordering: .releasing)
      service.filler?.start()
      service.tender?.start()
      result = .success(())
    } catch {
      result = .failure(.engine(error.description))
    }
    lock.withLock {
      outcome = result
      lock.signalAll()
    }
  }

  /// Waits until the log is folded in.
  ///
  /// - Throws: `ServerError.engine` when it can't be.
  public func waitUntilReady() throws(ServerError) {
    let result = lock.withLock {
      while outcome == nil { lock.wait() }
      return outcome
    }
    if case .failure(let error) = result { throw error }
  }

  /// The port that the server listens on; 0 before `start`.
  public var port: Int { lock.withLock { http?.port ?? 0 } }

  /// The address and port that the server listens on; empty before `start`.
  public var address: String { lock.withLock { http?.address ?? "" } }

  /// Looks at guardrails and takes models on now, as a thread does every second.
  package func tendModels() { service.keeper?.tend() }

  /// Trains a model now, on the calling thread, as the schedule does.
  package func trainModel(why: String) { service.keeper?.train(why: why) { false } }

  /// How many requests the HTTP layer has handed on.
  public var requests: Int { lock.withLock { http?.counters.requests ?? 0 } }

  /// Stops: `/readyz` says so, requests in flight are finished for at most the configured time,
  /// then the engine stores what it has and takes a snapshot. A second call does nothing.
  ///
  /// - Returns: whether every request in flight was finished.
  @discardableResult
  public func stop() -> Bool {
    let (server, thread, isFirst) = lock.withLock {
      defer {
        http = nil
        starter = nil
        isStopped = true
      }
      return (http, starter, !isStopped)
    }
    guard isFirst else { return true }
    service.isDraining.store(true, ordering: .releasing)
    server?.beginDrain()
    let patience = Double(service.settings.drainMs) / 1000
    let isIdle = server?.waitUntilIdle(timeoutSeconds: patience) ?? true
    thread?.join()
    service.ranking.stop()
    service.operations.stop()
    service.filler?.stop()
    service.tender?.stop()
    service.engine.stop()
    server?.stop()
    return isIdle
  }
}

extension HTTPLimits {
  /// The bounds that the settings name.
  init(_ settings: ServerSettings) {
    self.init()
    bodyBytes = settings.bodyBytesMax
    inflatedBytes = settings.inflatedBytesMax
    urlBytes = settings.urlBytesMax
    headBytes = settings.headerBytesMax
    headers = settings.headerFieldsMax
    connections = settings.connectionsMax
    connectionsPerAddress = settings.connectionsPerAddressMax
    inactivitySeconds = max(1, settings.idleMs / 1000)
    readMilliseconds = settings.readMs
  }
}
