internal import Feed
internal import HTTP

extension Service {
  /// The cookie of an anonymous session.
  static let sessionCookie = "updraft_session"
  /// Names that would say who somebody is.
  private static let identityNames = ["user_id", "author_id", "follower_id", "x_user_id"]

  /// Finds out who calls and whether the caller may: credentials, role, parameters.
  ///
  /// - Returns: that, and the text of a session that the client should keep, if it is new or aging.
  func admit(
    _ exchange: Exchange, _ index: Int, _ captures: [String], _ now: Timestamp
  ) throws(Problem) -> (Admission, session: String?) {
    // A page elsewhere may give its own name this machine's address, to be let in by the browser.
    guard demo == nil || Loopback.isNamed(by: exchange.header("host") ?? "") else {
      throw Problem(.forbidden, "A demo is asked under 127.0.0.1, [::1] or localhost.")
    }
    let route = router.routes[index]
    var identity = Identity(caller: .nobody)
    if route.callers == .everybody {
      identity.until = Timestamp(milliseconds: .max)
    } else {
      identity = try identify(exchange, route, now)
      let caller = identity.caller
      let isAllowed = settings.anonymous || caller.role != .anonymous || !route.givesSessions
      guard isAllowed, route.callers.contains(caller.role) else {
        guard caller.role != .anonymous else {
          throw Problem(.unauthorized, "Send a token or a service key: Authorization: Bearer …")
        }
        throw Problem(.forbidden, route.refusal(of: caller))
      }
      guard exchange.header("x-user-id") == nil else {
        throw Problem(.identityFromToken, "X-User-ID is not believed: leave it out.")
      }
    }
    let admission = Admission(
      route, index, captures: captures, identity.caller,
      try parameters(exchange, route, identity.caller), until: identity.until)
    return (admission, identity.session)
  }

  /// Who calls, as far as the credentials tell.
  private struct Identity {
    var caller: Caller
    /// When the credentials end; nil where they may be withdrawn before, or have to be renewed.
    var until: Timestamp?
    /// The text of a session that the client should keep.
    var session: String?
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
        (try? bearer(authorization, engine.time.now))?.caller
      } else {
        announced.header("x-api-key").flatMap { try? key($0) }
      }
    guard let caller, route.callers.contains(caller.role) else { return 0 }
    return route.bodyBytesMax
  }

  private func identify(
    _ exchange: Exchange, _ route: Route, _ now: Timestamp
  ) throws(Problem) -> Identity {
    let authorization = exchange.header("authorization")
    let apiKey = exchange.header("x-api-key")
    if let authorization {
      guard apiKey == nil else {
        throw Problem(.twoCredentials, "Send Authorization or X-API-Key, not both.")
      }
      return try bearer(authorization, now)
    }
    if let apiKey { return Identity(caller: try key(apiKey)) }
    guard settings.anonymous, route.givesSessions, route.callers.contains(.anonymous) else {
      return Identity(caller: .nobody)
    }
    return try session(exchange, route, now)
  }

  private func bearer(_ authorization: String, _ now: Timestamp) throws(Problem) -> Identity {
    let bytes = authorization.utf8
    // ASCII letters differ from their capitals in one bit, which a blank has set.
    guard bytes.count > 7, bytes.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 })
    else { throw Self.unauthorized }
    let credential = String(Substring(bytes.dropFirst(7)))
    if KeyStore.isKey(credential) { return Identity(caller: try key(credential)) }
    switch tokens.verify(credential, now: now) {
    case .user(let user, let until): return Identity(caller: .user(user), until: until)
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
    _ exchange: Exchange, _ route: Route, _ now: Timestamp
  ) throws(Problem) -> Identity {
    func known(_ session: Sessions.Session) -> Identity {
      Identity(
        caller: .session(user: session.user),
        until: session.isAging ? nil : session.agesAt,
        session: session.isAging ? sessions.renew(session, now: now) : nil)
    }
    if let text = exchange.header("x-session") {
      guard let session = sessions.session(text, now: now) else { throw Self.unauthorized }
      return known(session)
    }
    // A cookie that is no longer good is what browsers have after a while: they get another.
    if let text = Self.cookie(exchange), let session = sessions.session(text, now: now) {
      return known(session)
    }
    let text = sessions.make(now: now)
    // Whoever only reads is nobody, whose pages are everybody's; whoever writes is somebody.
    guard route.method != .get, let session = sessions.session(text, now: now) else {
      return Identity(caller: .nobody, session: text)
    }
    return Identity(caller: .session(user: session.user), session: text)
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

  /// Users are limited each, those who are nobody by their address, services not at all, and
  /// neither is what is there for everybody.
  func limit(
    _ exchange: Exchange, _ admission: Admission, _ ticks: UInt64
  ) throws(Problem) -> RateLimiter.Verdict? {
    guard admission.route.callers != .everybody else { return nil }
    let name: String
    switch admission.caller {
    case .key: return nil
    case .user(let user), .session(let user): name = user
    case .nobody: name = "\n" + exchange.remoteAddress
    }
    let verdict = limiter.take(name, admission.bucket, ticks: ticks)
    guard verdict.isAllowed else {
      meters.shed(.rateLimit, of: admission.route)
      var problem = Problem(
        .rateLimited, "Slow down: \(Int(limiter.rate)) requests a second on average.",
        retryAfterMs: max(1, verdict.retryAfterMs))
      problem.headers = limiter.fields(verdict)
      throw problem
    }
    return verdict
  }
}
