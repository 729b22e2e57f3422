internal import Feed
internal import JSON

extension ModelLedger {
  private static let stages = JSONKeys(ModelStage.allCases.map(\.rawValue))
  private static let textBytes = 64 << 10

  /// The ledger as JSON, the same bytes for the same content.
  func json() -> [UInt8] {
    var json = JSONWriter(capacity: 1 << 14)
    json.object { json in
      json.member("format", 1)
      json.array("models") { json in
        for entry in entries {
          json.object { json in
            json.member("id", entry.id)
            json.member("stage", entry.stage.rawValue)
            json.member("percent", entry.percent)
            json.member("since_ms", entry.since.milliseconds)
          }
        }
      }
      json.member("succession", succession)
      json.array("history") { json in for step in history { Self.write(step, &json) } }
    }
    json.newline()
    return json.bytes
  }

  private static func write(_ step: Step, _ json: inout JSONWriter) {
    json.object { json in
      json.member("number", step.number)
      json.member("time_ms", step.time.milliseconds)
      json.member("id", step.id)
      json.member("from", step.from?.rawValue)
      json.member("to", step.to?.rawValue)
      json.member("percent", step.percent)
      json.member("actor", step.cause.actor)
      json.member("why", step.cause.why)
      json.member("forced", step.cause.isForced)
      guard let verdict = step.verdict else { return }
      json.array("checks") { json in
        for check in verdict.checks {
          json.object { json in
            json.member("name", check.name)
            json.member("subject", check.subject)
            json.member("figure", check.figure)
            json.member("limit", check.limit)
            json.member("passed", check.isPassed)
            json.member("detail", check.detail)
          }
        }
      }
    }
  }

  /// Reads a ledger and checks that its parts fit each other.
  init(json bytes: [UInt8]) throws {
    let root = try JSONParser(depthMax: 6).parse(bytes)
    guard try root.require("format").int64() == 1 else {
      throw try root.require("format").error(.invalid, "a newer program wrote it; upgrade updraft")
    }
    var entries: [Entry] = []
    for value in try root.require("models").elements(maxCount: 100_000) {
      entries.append(
        Entry(
          id: try Self.id(try value.require("id")),
          stage: ModelStage.allCases[try value.require("stage").choice(of: Self.stages)],
          percent: try value.require("percent").double(),
          since: try Self.time(try value.require("since_ms"))))
    }
    var succession: [String] = []
    for value in try root.require("succession").elements(maxCount: 100_000) {
      succession.append(try Self.id(value))
    }
    var history: [Step] = []
    for value in try root.require("history").elements(maxCount: 100_000) {
      history.append(try Self.step(value))
    }
    try self.init(entries: entries, history: history, succession: succession)
  }

  private static func time(_ value: JSONValue) throws(JSONError) -> Timestamp {
    Timestamp(milliseconds: try value.int64(in: 0...Timestamp.latest.milliseconds))
  }

  private static func id(_ value: JSONValue) throws(JSONError) -> String {
    let id = try value.string(maxBytes: 64)
    guard ContentHash.isHex(id) else { throw value.error(.invalid, "is no model's id") }
    return id
  }

  private static func step(_ value: JSONValue) throws(JSONError) -> Step {
    var verdict: GateVerdict?
    if let checks = try value.optional("checks") {
      var read = GateVerdict()
      for check in try checks.elements(maxCount: 100_000) {
        read.checks.append(try Self.check(check))
      }
      verdict = read
    }
    let from = try value.optional("from").map { (stage) throws(JSONError) in
      ModelStage.allCases[try stage.choice(of: stages)]
    }
    let to = try value.optional("to").map { (stage) throws(JSONError) in
      ModelStage.allCases[try stage.choice(of: stages)]
    }
    return Step(
      number: try value.require("number").int(in: 1...1 << 53),
      time: try time(try value.require("time_ms")),
      id: try id(try value.require("id")), from: from, to: to,
      percent: try value.require("percent").double(),
      cause: Cause(
        actor: try value.require("actor").string(maxBytes: textBytes),
        why: try value.require("why").string(maxBytes: textBytes),
        isForced: try value.require("forced").bool()),
      verdict: verdict)
  }

  private static func check(_ value: JSONValue) throws(JSONError) -> GateVerdict.Check {
    GateVerdict.Check(
      try value.require("name").string(maxBytes: textBytes),
      try value.require("subject").string(maxBytes: textBytes),
      figure: try value.optional("figure")?.double() ?? .nan,
      limit: try value.optional("limit")?.double() ?? .nan,
      isPassed: try value.require("passed").bool(),
      detail: try value.require("detail").string(maxBytes: textBytes))
  }
}
