internal import Feed
internal import HTTP
internal import JSON

/// The lives of learned models.
enum ModelRoutes {
  private static let stages = "shadow, canary or production"
  private static let stepsTold = 100
  private static let keys = JSONKeys(["files"])
  /// The most bytes of a model as it is sent: as many as one of its files may have on the disk. A
  /// forest of 300 trees of depth 6 is 2 to 3 MB in XGBoost's JSON, and a model has up to twelve;
  /// other bodies are bounded by `server.body_bytes_max`.
  private static let modelBytesMax = 256 << 20
  /// Objects and texts in such a body: a name and a text a file.
  private static let valuesMax = 1_000

  static let all: [Route] = [
    Route(
      method: .get, path: "/admin/models", operation: "adminModels",
      summary: "The models, which of them serve, and their newest steps.", callers: .admin,
      success: .init("Models"), needsEngine: false, handle: list),
    Route(
      method: .post, path: "/admin/models", operation: "adminImportModel",
      summary: "Takes a model in as a candidate: the files of its folder by name, as texts.",
      callers: .admin, body: .init("ModelInput"), success: .init("Imported", 201),
      bodyBytesMax: modelBytesMax, handle: add),
    Route(
      method: .get, path: "/admin/models/{id}", operation: "adminModel",
      summary: "One model: what it was trained on, how good it was, and its steps.",
      callers: .admin, success: .init("Model"), needsEngine: false, handle: show),
    Route(
      method: .post, path: "/admin/models/{id}/promote", operation: "adminPromoteModel",
      summary: "Judges a model at the gate and brings it a step on.", callers: .admin,
      parameters: [
        .init("to", "The stage: \(stages)."),
        .init("percent", "The share of the users that a canary serves, above 0, up to 100."),
        .init("why", "A reason, for the history."),
        .init("force", "A reason to do it against the gate, or to leave a stage out."),
      ],
      success: .init("Promoted"), handle: promote),
    Route(
      method: .post, path: "/admin/models/rollback", operation: "adminRollBackModel",
      summary: "Takes a model back: the canary, or the one in production for the one before it.",
      callers: .admin,
      parameters: [
        .init("stage", "Which: \(stages). Without it the canary if there is one, or production."),
        .init("why", "A reason, for the history."),
      ],
      success: .init("RolledBack"), handle: rollBack),
  ]

  private static func keeper(_ call: Call) throws(Problem) -> ModelKeeper {
    guard let keeper = call.service.keeper else {
      throw Problem(.notFound, "This server keeps no models.")
    }
    return keeper
  }

  @Sendable private static func list(_ call: Call) throws(Problem) {
    let state = try keeper(call).state
    if let failure = state.failure { throw problem(failure) }
    var json = JSONWriter(capacity: 4_096)
    json.object { json in
      ModelText.write(state.ledger, notices: state.notices, steps: stepsTold, &json)
      json.member("training", state.training.isEmpty ? nil : state.training)
    }
    call.finish(json: json.bytes)
  }

  @Sendable private static func show(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    let name = try call.capture()
    try AdminRoutes.work(call) { () throws(Problem) in
      try answered { () throws(RegistryError) in
        let ledger = keeper.state.ledger
        let entry = try ledger.resolve(name)
        let manifest = try keeper.store.artifact(entry.id).manifest
        var json = JSONWriter(capacity: 4_096)
        json.object { json in ModelText.write(entry, manifest, ledger, &json) }
        return json.bytes
      }
    }
  }

  @Sendable private static func add(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    _ = try BodyRows.isLines(call.exchange.header("content-type"), allowsLines: false)
    let cause = cause(call)
    // A large model takes a while to read: that is not for an I/O thread.
    try AdminRoutes.work(call, status: 201) { () throws(Problem) in
      let files = try read(call.exchange.body)
      return try answered { () throws(RegistryError) in
        let id = try keeper.add(cause) { (store) throws(RegistryError) in
          try store.add(files: files)
        }
        var json = JSONWriter()
        json.object { $0.member("id", id) }
        return json.bytes
      }
    }
  }

  private static func read(_ body: [UInt8]) throws(Problem) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let parser = JSONParser(depthMax: 4, valuesMax: valuesMax, bytesMax: modelBytesMax)
    do throws(JSONError) {
      try parser.parse(body).forEachMember(of: keys) { (_, value) throws(JSONError) in
        for member in try value.members() {
          files[member.key] = Array(try member.value.string().utf8)
        }
      }
    } catch {
      throw Problem(error)
    }
    guard !files.isEmpty else {
      throw Problem.field("/files", "Send the files of a model's folder.")
    }
    return files
  }

  @Sendable private static func promote(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    let name = try call.capture()
    guard let stage = try stage(call, "to") else {
      throw Problem.parameter("to", "to is missing: \(stages).")
    }
    let percent = try percent(call, of: stage)
    let cause = cause(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      try answered { () throws(RegistryError) in
        let (id, verdict) = try keeper.promote(name, to: stage, percent: percent, cause)
        var json = JSONWriter(capacity: 4_096)
        json.object { json in
          json.member("id", id)
          json.member("stage", stage.rawValue)
          json.member("forced", cause.isForced)
          ModelText.write(verdict, &json)
        }
        return json.bytes
      }
    }
  }

  @Sendable private static func rollBack(_ call: Call) throws(Problem) {
    let keeper = try keeper(call)
    let stage = try stage(call, "stage")
    let cause = cause(call)
    try AdminRoutes.work(call) { () throws(Problem) in
      try answered { () throws(RegistryError) in
        let result = try keeper.rollBack(stage, cause)
        var json = JSONWriter()
        json.object { json in
          json.member("stage", result.stage.rawValue)
          json.member("id", result.gone)
          json.member("serving", result.serving)
        }
        return json.bytes
      }
    }
  }

  // MARK: Inside

  private static func stage(_ call: Call, _ name: String) throws(Problem) -> ModelStage? {
    guard let text = call.text(name) else { return nil }
    guard let stage = ModelStage(rawValue: text), stage.isSingle else {
      throw Problem.parameter(name, "\(name) is \(stages).")
    }
    return stage
  }

  private static func percent(_ call: Call, of stage: ModelStage) throws(Problem) -> Double? {
    guard let text = call.text("percent") else { return nil }
    guard let number = Double(text), number > 0, number <= 100, stage == .canary else {
      throw Problem.parameter("percent", "percent is of a canary, above 0 and up to 100.")
    }
    return number
  }

  private static func cause(_ call: Call) -> ModelLedger.Cause {
    var actor = "server"
    if case .key(let id, _) = call.caller { actor = "key \(id)" }
    if let why = call.text("force") {
      return ModelLedger.Cause(actor: actor, why: why, isForced: true)
    }
    return ModelLedger.Cause(actor: actor, why: call.text("why") ?? "")
  }

  private static func answered(
    _ body: () throws(RegistryError) -> [UInt8]
  ) throws(Problem) -> [UInt8] {
    do throws(RegistryError) { return try body() } catch { throw problem(error) }
  }

  private static func problem(_ error: RegistryError) -> Problem {
    let code: ProblemCode =
      switch error.code {
      case .unknown: .notFound
      case .corrupt, .schema: .invalidBody
      case .conflict: .wrongState
      case .gate: .notSound
      case .unavailable: .internalError
      }
    return Problem(code, error.message)
  }
}
