internal import Feed
internal import HTTP
internal import JSON

/// What operators do.
enum AdminRoutes {
  static let all: [Route] = [
    Route(
      method: .get, path: "/admin/status", operation: "adminStatus",
      summary: "Where the engine stands, and what operators should know.", callers: .admin,
      success: .init("Status"), needsEngine: false, handle: status),
    Route(
      method: .get, path: "/admin/config", operation: "adminConfig",
      summary: "The configuration that runs.", callers: .admin,
      success: .init("Settings"), needsEngine: false, handle: config),
    Route(
      method: .get, path: "/admin/snapshot", operation: "adminSnapshots",
      summary: "The snapshots that are kept.", callers: .admin,
      success: .init("Snapshots"), handle: snapshots),
    Route(
      method: .post, path: "/admin/snapshot", operation: "adminSnapshot",
      summary: "Takes a snapshot now.", callers: .admin, success: .init("Snapshots"),
      handle: snapshot),
    Route(
      method: .get, path: "/admin/digest", operation: "adminDigest",
      summary: "The state's digest, which a replay must give again.", callers: .admin,
      success: .init("Digest"), handle: digest),
    Route(
      method: .get, path: "/admin/dead-letters", operation: "adminDeadLetters",
      summary: "Events that were laid aside, oldest first.", callers: .admin,
      parameters: [
        .init("after", "The number of the last letter that is known.", .integer(0...Int.max)),
        .init("limit", "Letters at most.", .integer(1...1_000)),
      ],
      success: .init("DeadLetters"), handle: DeadLetterRoutes.list),
    Route(
      method: .post, path: "/admin/dead-letters/replay", operation: "adminReplayDeadLetters",
      summary: "Takes letters in again, all or those named.", callers: .admin,
      body: .init("ReplayInput", isRequired: false), success: .init("Replayed"),
      handle: DeadLetterRoutes.replay),
    Route(
      method: .post, path: "/admin/dead-letters/discard", operation: "adminDiscardDeadLetters",
      summary: "Gives letters up, all or those named.", callers: .admin,
      body: .init("ReplayInput", isRequired: false), success: .init("Discarded"),
      handle: DeadLetterRoutes.discard),
  ]

  @Sendable private static func status(_ call: Call) throws(Problem) {
    let status = call.engine.status
    let facts = WorldFacts(call.engine)
    var json = JSONWriter()
    json.object { json in
      json.member("status", StatusText.name(status.phase))
      StatusText.write(status.phase, into: &json)
      json.member(
        "notices",
        status.notices + (call.service.keeper?.state.notices ?? [])
          + (call.service.neighbours?.state.notices ?? []))
      json.member("uptime_s", Int((call.engine.time.ticks &- call.service.started) / 1_000_000_000))
      json.member("offset", facts.offset)
      json.member("items", facts.items)
      json.member("users", facts.users)
      json.member("follows", facts.follows)
      json.member("queue_events", call.engine.queueDepth)
      json.member("queue_ranking", call.service.ranking.depth)
    }
    call.finish(json: json.bytes)
  }

  @Sendable private static func config(_ call: Call) throws(Problem) {
    var json = JSONWriter(capacity: 16_384)
    MirrorText.write(call.engine.configuration, into: &json)
    call.finish(json: json.bytes)
  }

  /// Runs slow work of an operator beside the I/O threads.
  static func work(
    _ call: Call, status: Int = 200,
    _ body: @escaping @Sendable () throws(Problem) -> [UInt8]
  ) throws(Problem) {
    let isTaken = call.service.operations.submit {
      do throws(Problem) {
        call.finish(status: status, json: try body())
      } catch {
        call.fail(error)
      }
    }
    guard isTaken else {
      throw Problem(.overloaded, "Other operations are still running.", retryAfterMs: 5_000)
    }
  }

  @Sendable private static func snapshots(_ call: Call) throws(Problem) {
    try work(call) { () throws(Problem) in try generations(call) }
  }

  @Sendable private static func snapshot(_ call: Call) throws(Problem) {
    try work(call) { () throws(Problem) in
      do {
        _ = try call.engine.snapshot()
      } catch {
        throw Problem(.internalError, "\(error)")
      }
      return try generations(call)
    }
  }

  private static func generations(_ call: Call) throws(Problem) -> [UInt8] {
    let kept: [SnapshotInfo]
    do {
      kept = try call.engine.snapshots?.generations() ?? []
    } catch {
      throw Problem(.internalError, "\(error)")
    }
    var json = JSONWriter()
    json.object { json in
      json.array("snapshots") { json in
        for info in kept {
          json.object { json in
            json.member("name", info.name)
            json.member("offset", info.offset.value)
            json.member("configuration", String(info.configuration, radix: 16))
          }
        }
      }
    }
    return json.bytes
  }

  @Sendable private static func digest(_ call: Call) throws(Problem) {
    try work(call) { () throws(Problem) in
      guard let mark = call.engine.digest() else {
        throw Problem(.stopping, "The server is stopping.", retryAfterMs: 1_000)
      }
      var json = JSONWriter()
      json.object { json in
        json.member("offset", mark.offset.value)
        json.member("digest", String(mark.digest, radix: 16))
        json.member("configuration", String(mark.configuration, radix: 16))
      }
      return json.bytes
    }
  }
}
