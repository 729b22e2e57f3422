internal import Feed
internal import HTTP

extension Service {
  /// The cookie of an anonymous session.
  static let sessionCookie = "updraft_session"
  /// Names that would say who somebody is.
  private static let identityNames = ["user_id", "author_id", "follower_id", "x_user_id"]

  /// Finds out who calls and whether the caller may: credentials, role, parameters, rate.
  func admit(
    _ exchange: Exchange, _ route: Route, _ now: Timestamp
  ) throws(Problem) -> Call.Admission {
    if route.callers == .everybody {
      return Call.Admission(
        caller: .nobody, parameters: try parameters(exchange, route, .nobody))
    }
    var admission = Call.Admission(caller: .nobody, parameters: [])
    try identify(exchange, route, now, &admission)
    let caller = admission.caller
    let isAllowed = settings.anonymous || caller.role != .anonymous || !route.givesSessions
    guard isAllowed, route.callers.contains(caller.role) else {
      guard caller.role != .anonymous else {
        throw Problem(.unauthorized, "Send a token or a service key: Authorization: Bearer …")
      }
      throw Problem(.forbidden, Self.notFor(caller, route))
    }
    guard exchange.header("x-user-id") == nil else {
      throw Problem(.identityFromToken, "X-User-ID is not believed: leave it out.")
    }
    admission.parameters = try parameters(exchange, route, caller)
    admission.verdict = try limit(exchange, route, caller)
    return admission
  }

  /// Who may call a route, and what a program does that wants what users get.
  private static func notFor(_ caller: Caller, _ route: Route) -> String {
    let allowed = "This call is for: \(route.callers.names.joined(separator: ", "))."
    guard case .key = caller, route.callers.contains(.user) else { return allowed }
    let otherwise =
      route.operation == "feed"
      ? "; or ask with a service key for /api/v1/recommendations?surface=home&user_id=USER." : "."
    return allowed
      + " A key is no user: make a token for one (updraft keys token --data DIR --user USER, or "
      + "your own issuer's) and send that" + otherwise
  }

  /// Bytes that a body may have which is longer than usual: those of its route, if whoever sends it
  /// may call that. Nothing is read for anybody else.
  func longBody(_ announced: AnnouncedBody) -> Int {
    guard case .route(let index, _) = router.match(announced.method, announced.path) else {
      return 0
    }
    let route = router.routes[index]
    guard route.bodyBytesMax > settings.bodyBytesMax else { return 0 }
    let authorization = announced.header("authorization")
    let caller =
      if let authorization {
        try? bearer(authorization, engine.time.now)
      } else {
        announced.header("x-api-key").flatMap { try? key($0) }
      }
    guard let caller, route.callers.contains(caller.role) else { return 0 }
    return route.bodyBytesMax
  }

  private func identify(
    _ exchange: Exchange, _ route: Route, _ now: Timestamp, _ admission: inout Call.Admission
  ) throws(Problem) {
    let authorization = exchange.header("authorization")
    let apiKey = exchange.header("x-api-key")
    if let authorization {
      guard apiKey == nil else {
        throw Problem(.twoCredentials, "Send Authorization or X-API-Key, not both.")
      }
      admission.caller = try bearer(authorization, now)
    } else if let apiKey {
      admission.caller = try key(apiKey)
    } else if settings.anonymous, route.givesSessions, route.callers.contains(.anonymous) {
      try session(exchange, route, now, &admission)
    }
  }

  private func bearer(_ authorization: String, _ now: Timestamp) throws(Problem) -> Caller {
    let bytes = authorization.utf8
    // ASCII letters differ from their capitals in one bit, which a blank has set.
    guard bytes.count > 7, bytes.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 })
    else { throw Self.unauthorized }
    let credential = String(Substring(bytes.dropFirst(7)))
    if KeyStore.isKey(credential) { return try key(credential) }
    switch tokens.verify(credential, now: now) {
    case .user(let user): return .user(user)
    case .expired: throw Problem(.unauthorized, "The token has expired: get a new one.")
    case .invalid: throw Self.unauthorized
    }
  }

  private func key(_ text: String) throws(Problem) -> Caller {
    guard let key = keys.verify(text) else { throw Self.unauthorized }
    return .key(id: key.id, key.scope)
  }

  /// Whatever else is wrong with credentials, the answer is the same.
  private static var unauthorized: Problem {
    Problem(.unauthorized, "The credentials are not valid.")
  }

  private func session(
    _ exchange: Exchange, _ route: Route, _ now: Timestamp, _ admission: inout Call.Admission
  ) throws(Problem) {
    if let text = exchange.header("x-session") {
      guard let session = sessions.session(text, now: now) else { throw Self.unauthorized }
      admission.caller = .session(user: session.user)
      if session.isAging { admission.session = sessions.renew(session, now: now) }
      return
    }
    // A cookie that is no longer good is what browsers have after a while: they get another.
    if let text = Self.cookie(exchange), let session = sessions.session(text, now: now) {
      admission.caller = .session(user: session.user)
      if session.isAging { admission.session = sessions.renew(session, now: now) }
      return
    }
    let text = sessions.make(now: now)
    admission.session = text
    // Whoever only reads is nobody, whose pages are everybody's; whoever writes is somebody.
    if route.method != .get, let session = sessions.session(text, now: now) {
      admission.caller = .session(user: session.user)
    }
  }

  private static func cookie(_ exchange: Exchange) -> String? {
    guard let cookies = exchange.header("cookie") else { return nil }
    for cookie in cookies.split(separator: ";") {
      let parts = cookie.split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0].drop(while: { $0 == " " }) == sessionCookie {
        return String(parts[1])
      }
    }
    return nil
  }

  private func parameters(
    _ exchange: Exchange, _ route: Route, _ caller: Caller
  ) throws(Problem) -> [(name: String, value: String)] {
    guard let parameters = exchange.parameters else {
      throw Problem(.invalidParameter, "The query is not percent-encoded UTF-8.")
    }
    var seen: [String] = []
    for (name, _) in parameters {
      if Self.identityNames.contains(name), caller.user != nil || caller == .nobody {
        throw Problem(
          .identityFromToken, "Who somebody is comes from the token: leave \(name) out.",
          errors: [.init(pointer: "?" + name, detail: "leave it out")])
      }
      guard route.parameters.contains(where: { $0.name == name }) else {
        let known = route.parameters.map(\.name).joined(separator: ", ")
        throw Problem.parameter(
          String(name.prefix(64)),
          known.isEmpty ? "This call takes no parameters." : "Known parameters are: \(known).")
      }
      guard !seen.contains(name) else { throw Problem.parameter(name, "It stands twice.") }
      seen.append(name)
    }
    return parameters
  }

  /// Users are limited each, those who are nobody by their address, services not at all.
  private func limit(
    _ exchange: Exchange, _ route: Route, _ caller: Caller
  ) throws(Problem) -> RateLimiter.Verdict? {
    let name: String
    switch caller {
    case .key: return nil
    case .user(let user), .session(let user): name = user
    case .nobody: name = "\n" + exchange.remoteAddress
    }
    let verdict = limiter.take(name, ticks: engine.time.ticks)
    guard verdict.isAllowed else {
      meters.shed(.rateLimit, of: route)
      var problem = Problem(
        .rateLimited, "Slow down: \(Int(limiter.rate)) requests a second on average.",
        retryAfterMs: max(1, verdict.retryAfterMs))
      problem.headers = limiter.fields(verdict)
      throw problem
    }
    return verdict
  }
}
