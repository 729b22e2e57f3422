internal import Feed
internal import HTTP
internal import JSON
internal import Synchronization

/// Whether the server lives and is ready, and what it speaks.
enum ProbeRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/livez", operation: "livez", summary: "Whether the program lives.",
      callers: .everybody, success: .init("Live"), needsEngine: false, handle: live),
    Route(
      method: .get, path: "/healthz", operation: "healthz", summary: "As /livez.",
      callers: .everybody, success: .init("Live"), needsEngine: false, handle: live),
    Route(
      method: .get, path: "/readyz", operation: "readyz",
      summary: "Whether events and pages are served; otherwise how far the start is.",
      callers: .everybody, parameters: [.init("verbose", "Also tells what operators should know.")],
      success: .init("Ready"), needsEngine: false, handle: ready),
    Route(
      method: .get, path: "/openapi.json", operation: "openapi", summary: "This document.",
      callers: .everybody, success: .init("Document"), needsEngine: false,
      handle: openAPI),
    Route(
      method: .get, path: "/problems", operation: "problems", summary: "Every error code.",
      callers: .everybody, success: .init("", 200, mediaType: "text/html; charset=utf-8"),
      needsEngine: false, handle: problems),
  ]

  @Sendable private static func live(_ call: Call) throws(Problem) {
    call.finish(json: Array(#"{"status":"ok"}"#.utf8))
  }

  @Sendable private static func ready(_ call: Call) throws(Problem) {
    let service = call.service
    var status = call.engine.status
    if service.isDraining.load(ordering: .acquiring) { status.phase = .draining }
    var json = JSONWriter()
    json.object { json in
      json.member("status", StatusText.name(status.phase))
      StatusText.write(status.phase, into: &json)
      StatusText.write(call.engine.indexStates(), into: &json)
      if let state = service.keeper?.state {
        ModelText.write(ready: call.engine.models.arms(), refusals: state.refusals, &json)
      }
      if call.parameters.contains(where: { $0.name == "verbose" }) {
        json.member("notices", status.notices + (service.keeper?.state.notices ?? []))
        json.member("queue_events", service.engine.queueDepth)
        json.member("queue_ranking", service.ranking.depth)
      }
    }
    let isReady = status.phase == .ready && service.isReady.load(ordering: .acquiring)
    var headers: [Response.Field] = [.init("Cache-Control", "no-store")]
    if !isReady { headers.append(.init("Retry-After", "1")) }
    call.finish(Response(status: isReady ? 200 : 503, headers: headers, bytes: json.bytes))
  }

  private static let document = SharedBytes(OpenAPI.document(RouteTable.all))

  @Sendable private static func openAPI(_ call: Call) throws(Problem) {
    call.finish(
      Response(
        headers: [
          .init("Cache-Control", "no-cache"), .init("X-Content-Type-Options", "nosniff"),
        ], shared: document))
  }

  private static let problemPage = SharedBytes(
    Array(
      ("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Error codes</title>"
        + "<h1>Error codes</h1><dl>"
        + ProblemCode.allCases.map { code in
          "<dt id=\"\(code.rawValue)\"><code>\(code.rawValue)</code> \(code.status)</dt>"
            + "<dd>\(code.title)</dd>"
        }.joined() + "</dl></html>\n").utf8))

  @Sendable private static func problems(_ call: Call) throws(Problem) {
    call.finish(
      Response(
        contentType: call.route.success.mediaType, headers: PageFileRoutes.headers,
        body: .shared(problemPage)))
  }
}

/// The engine's phase in words and figures.
enum StatusText {
  /// One word.
  static func name(_ phase: EngineStatus.Phase) -> String {
    switch phase {
    case .starting: "starting"
    case .ready: "ready"
    case .draining: "draining"
    case .failed: "failed"
    }
  }

  /// How far the graph of each space is.
  static func write(_ states: [IndexState], into json: inout JSONWriter) {
    guard !states.isEmpty else { return }
    json.array("index") { json in
      for state in states {
        json.object { json in
          json.member("space", state.space)
          json.member("version", Int(state.version))
          json.member("state", state.isBuilding ? "building" : "ready")
          json.member("items", state.items)
          json.member("linked", state.linked)
        }
      }
    }
  }

  /// The members that tell how far the start is, or why nothing is stored.
  static func write(_ phase: EngineStatus.Phase, into json: inout JSONWriter) {
    switch phase {
    case .starting(let applied, let total):
      json.member("applied", applied)
      json.member("total", total)
      json.member("progress", total == 0 ? 0 : Double(applied) / Double(total))
      json.member("detail", "\(applied) of \(total) events are folded in.")
    case .failed(let reason): json.member("detail", reason)
    case .ready, .draining: break
    }
  }
}
