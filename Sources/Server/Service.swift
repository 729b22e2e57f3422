internal import Feed
internal import HTTP
internal import Sync
internal import Synchronization

/// Everything that a request meets: one object, shared by the I/O threads.
final class Service: Sendable {
  let engine: Engine
  let settings: ServerSettings
  let tokens: Tokens
  let keys: KeyStore
  let sessions: Sessions
  let cursors: Cursors
  let limiter: RateLimiter
  let idempotency = Idempotency()
  let reservations = Reservations()
  let meters: ServerMeters
  let router: Router
  let parsers: ParserPool
  /// Threads that make pages.
  let ranking: WorkPool
  /// How many they are.
  let rankingThreads: Int
  /// One thread for work of operators.
  let operations: WorkPool
  /// Users that anybody may be; nil unless this is a demo.
  let demo: (any DemoUsers)?
  /// Gives items vectors by a text model; nil where none is configured.
  let filler: TextFiller?
  /// Keeps the models that are served; nil where none can be.
  let keeper: ModelKeeper?
  /// Keeps what a model learned of which item follows which; nil where none can be kept.
  let neighbours: NeighbourKeeper?
  /// Looks after the models.
  let tender: ModelTender?
  /// What `GET /v1/stats` compares with.
  let recent = RecentWindow()
  /// The program's version, for the metrics.
  let version: String
  /// When the server was made, in ticks.
  let started: UInt64
  /// Whether the log is folded in.
  let isReady = Atomic<Bool>(false)
  let isDraining = Atomic<Bool>(false)
  /// What the HTTP layer counts; set once it listens.
  let httpCounters = Once<HTTPCounters>()

  init(
    engine: Engine, access: Access, demo: (any DemoUsers)?, filler: TextFiller? = nil,
    keeper: ModelKeeper? = nil, neighbours: NeighbourKeeper? = nil, version: String
  ) {
    self.version = version
    self.demo = demo
    self.filler = filler
    self.keeper = keeper
    self.neighbours = neighbours
    tender = keeper.map { ModelTender($0) }
    started = engine.time.ticks
    let configuration = engine.configuration
    self.engine = engine
    settings = configuration.server
    tokens = access.tokens
    keys = access.keys
    sessions = Sessions(
      secret: access.secret, ageMs: configuration.world.anonymousRetentionMs)
    cursors = Cursors(secret: access.secret, ageMs: configuration.engine.cursorAgeMs)
    limiter = RateLimiter(rate: settings.userRequestsPerSecond, burst: settings.userBurst)
    router = Router(RouteTable.all)
    meters = ServerMeters(routes: router.routes.count)
    parsers = ParserPool(
      valuesMax: max(1_000_000, settings.batchEventsMax * (configuration.world.dimension + 32)),
      bytesMax: max(settings.bodyBytesMax, settings.inflatedBytesMax))
    rankingThreads =
      configuration.engine.rankingThreads > 0
      ? configuration.engine.rankingThreads : WorkPool.cores
    ranking = WorkPool(
      threads: rankingThreads,
      queueMax: configuration.engine.rankingQueueMax, time: engine.time)
    operations = WorkPool(threads: 1, queueMax: 16, time: engine.time)
  }

  /// Works a request off; called on an I/O thread.
  func handle(_ exchange: Exchange) {
    let start = engine.time.ticks
    let now = engine.time.now
    if let admission = exchange.note as? Admission, admission.isGood(now) {
      return handle(exchange, admission.routeIndex, start) { () throws(Problem) in
        try work(exchange, admission, session: nil, start, now)
      }
    }
    switch router.match(exchange.method, exchange.path) {
    case .none:
      refuse(
        exchange, router.routes.count, start,
        Problem(.notFound, "No call has this path; GET /openapi.json lists them."))
    case .wrongMethod(let allow):
      var problem = Problem(.methodNotAllowed, "Use \(allow.joined(separator: ", ")).")
      problem.headers = [.init("Allow", allow.joined(separator: ", "))]
      refuse(exchange, router.routes.count, start, problem)
    case .route(let index, let captures):
      handle(exchange, index, start) { () throws(Problem) in
        let (admission, session) = try admit(exchange, index, captures, now)
        if admission.isLasting { exchange.keep(admission) }
        try work(exchange, admission, session: session, start, now)
      }
    }
  }

  @inline(__always)
  private func handle(
    _ exchange: Exchange, _ index: Int, _ start: UInt64, _ work: () throws(Problem) -> Void
  ) {
    do throws(Problem) {
      try work()
    } catch {
      refuse(exchange, index, start, error)
    }
  }

  private func work(
    _ exchange: Exchange, _ admission: Admission, session: String?, _ start: UInt64,
    _ now: Timestamp
  ) throws(Problem) {
    let route = admission.route
    let verdict = try limit(exchange, admission, start)
    if route.needsEngine, !isReady.load(ordering: .acquiring) {
      meters.shed(.starting, of: route)
      throw Problem(
        .starting, "The log is being folded in; GET /readyz tells how far.", retryAfterMs: 1_000)
    }
    var ticket: IdempotencyTicket?
    if route.isIdempotent, let key = exchange.header("idempotency-key") {
      switch try begin(key, admission.caller, exchange) {
      case .fresh(let fresh): ticket = fresh
      case .replay(let answer): return replay(answer, exchange, admission.routeIndex, start)
      case .reused:
        throw Problem(
          .idempotencyKeyReused,
          "This Idempotency-Key came with another request before: use a new one.")
      case .inFlight:
        throw Problem(
          .inProgress, "The first request with this Idempotency-Key is still being worked on.",
          retryAfterMs: 1_000)
      }
    }
    let call = Call(
      service: self, exchange: exchange, admission: admission, session: session, verdict: verdict,
      ticket: ticket, start: start, received: now)
    do {
      try route.handle(call)
    } catch {
      call.fail(error)
    }
  }

  private func begin(
    _ key: String, _ caller: Caller, _ exchange: Exchange
  ) throws(Problem) -> Idempotency.Verdict {
    guard Idempotency.isKey(key) else {
      throw Problem(
        .invalidIdempotencyKey,
        "An Idempotency-Key is 1 to \(Idempotency.keyBytesMax) printable ASCII characters.")
    }
    let head = "\(exchange.method) \(exchange.path)?\(exchange.rawQuery)\n"
    let type = exchange.header("content-type") ?? ""
    let fingerprint = Crypto.sha256(Array((head + type + "\n").utf8) + exchange.body)
    return idempotency.begin(
      scope: caller.scope, key: key, fingerprint: fingerprint, ticks: engine.time.ticks)
  }

  private func replay(
    _ answer: Idempotency.Answer, _ exchange: Exchange, _ index: Int, _ start: UInt64
  ) {
    var response = Response(
      status: answer.status, contentType: answer.contentType, headers: answer.headers,
      body: answer.body.isEmpty ? .empty : .bytes(answer.body))
    response.headers.append(.init("Idempotent-Replayed", "true"))
    exchange.respond(response)
    meters.observe(route: index, status: answer.status, from: start, to: engine.time.ticks)
  }

  private func refuse(
    _ exchange: Exchange, _ index: Int, _ start: UInt64, _ problem: Problem
  ) {
    exchange.respond(problem.response(requestID: exchange.requestID))
    meters.observe(route: index, status: problem.code.status, from: start, to: engine.time.ticks)
  }

  /// The answer to what the HTTP layer itself refused.
  func refused(_ refusal: Refusal) -> Response {
    let problem = Problem(refusal)
    let now = engine.time.ticks
    meters.observe(route: router.routes.count, status: problem.code.status, from: now, to: now)
    return problem.response(requestID: refusal.requestID)
  }
}
