internal import Feed
internal import HTTP

/// A request that was let in: who calls what with which parameters, and the right to answer.
///
/// Every handler answers it once, by `finish` or `fail`, at once or later.
final class Call: Sendable {
  let service: Service
  let exchange: Exchange
  /// What the head says.
  let admission: Admission
  /// When the request arrived, in ticks and by the clock.
  let start: UInt64
  let received: Timestamp
  /// The text of a session that the client should keep, if it is new or aging.
  let session: String?
  let ticket: IdempotencyTicket?
  let verdict: RateLimiter.Verdict?

  init(
    service: Service, exchange: Exchange, admission: Admission, session: String?,
    verdict: RateLimiter.Verdict?, ticket: IdempotencyTicket?, start: UInt64, received: Timestamp
  ) {
    self.service = service
    self.exchange = exchange
    self.admission = admission
    self.session = session
    self.verdict = verdict
    self.ticket = ticket
    self.start = start
    self.received = received
  }

  var route: Route { admission.route }
  var caller: Caller { admission.caller }
  var captures: [String] { admission.captures }
  var parameters: [(name: String, value: String)] { admission.parameters }

  var engine: Engine { service.engine }

  /// A text in the query; nil when it is not there or empty.
  func text(_ name: String) -> String? {
    parameters.first { $0.name == name && !$0.value.isEmpty }?.value
  }

  /// An identifier in the query.
  func identifier(_ name: String) throws(Problem) -> String? {
    guard let text = text(name) else { return nil }
    guard Self.isIdentifier(text) else {
      throw Problem.parameter(
        name, "\(name) has more than \(Identifier.bytesMax) bytes or control characters.")
    }
    return text
  }

  /// A whole number in the query, in the range that the route allows.
  func integer(_ name: String) throws(Problem) -> Int? {
    guard let text = parameters.first(where: { $0.name == name })?.value else { return nil }
    let kind = route.parameters.first { $0.name == name }?.kind
    guard case .integer(let range)? = kind, let number = Int(text), range.contains(number) else {
      throw Problem.parameter(
        name, "\(name) must be \(Self.words(kind)), not '\(text.prefix(32))'.")
    }
    return number
  }

  /// What a parameter must be.
  private static func words(_ kind: Route.Parameter.Kind?) -> String {
    guard case .integer(let range)? = kind else { return "a whole number" }
    guard range.upperBound < .max else { return "a whole number from \(range.lowerBound) on" }
    return "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// The identifier that stands in the path.
  func capture(_ index: Int = 0) throws(Problem) -> String {
    guard index < captures.count, Self.isIdentifier(captures[index]) else {
      throw Problem(.notFound, "The path names nothing that can exist.")
    }
    return captures[index]
  }

  /// Whether a text may name something: as in a body, without any control character.
  private static func isIdentifier(_ text: String) -> Bool {
    Identifier.isValid(text) && !text.unicodeScalars.contains { (0x80...0x9F).contains($0.value) }
  }

  /// Answers.
  func finish(_ response: consuming Response) {
    ticket?.complete(response)
    if let verdict, service.limiter.isWorthTelling(verdict) {
      response.headers += service.limiter.fields(verdict)
    }
    if let session { addSession(session, &response) }
    let status = response.status
    exchange.respond(response)
    service.meters.observe(
      route: admission.routeIndex, status: status, from: start, to: engine.time.ticks)
  }

  /// Answers with what others get too, unless something is to be told to this caller alone.
  func finish(_ shared: SharedResponse) {
    guard ticket == nil, session == nil,
      verdict.map({ !service.limiter.isWorthTelling($0) }) ?? true
    else { return finish(shared.response) }
    exchange.respond(shared)
    service.meters.observe(
      route: admission.routeIndex, status: shared.response.status, from: start,
      to: engine.time.ticks)
  }

  /// Answers with a refusal.
  func fail(_ problem: Problem) { finish(problem.response(requestID: exchange.requestID)) }

  /// Answers that no event was taken, and counts that where there was no room for it.
  func shed(_ error: SubmitError) {
    switch error {
    case .busy: service.meters.shed(.eventQueue, of: route)
    case .full: service.meters.shed(.storageFull, of: route)
    case .failed, .unavailable: break
    }
    fail(Intake.problem(error))
  }

  /// Answers with a small JSON body.
  func finish(status: Int = 200, json bytes: [UInt8]) {
    finish(Response(status: status, headers: Self.privateHeaders, bytes: bytes))
  }

  /// Headers of everything that is one caller's.
  static let privateHeaders: [Response.Field] = [
    .init("Cache-Control", "private, no-store"), .init("X-Content-Type-Options", "nosniff"),
  ]

  private func addSession(_ session: String, _ response: inout Response) {
    let age = service.sessions.ageMs / 1000
    response.headers.append(.init("X-Session", session))
    response.headers.append(
      .init(
        "Set-Cookie",
        "\(Service.sessionCookie)=\(session); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict"))
  }
}
