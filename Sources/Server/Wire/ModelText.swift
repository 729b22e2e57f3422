public import Feed
public import JSON

/// Models and their lives as JSON: what the routes answer, and what commands print.
public enum ModelText {
  /// Writes the members of a list of models: each with its stage, and the newest steps.
  public static func write(
    _ ledger: ModelLedger, notices: [String], steps: Int, _ json: inout JSONWriter
  ) {
    for stage in ModelStage.allCases where stage.isSingle {
      json.member(stage.rawValue, ledger.model(in: stage)?.id)
    }
    json.array("models") { json in
      for entry in ledger.entries { json.object { json in write(entry, &json) } }
    }
    json.member("notices", notices)
    json.array("history") { json in
      for step in ledger.history.suffix(steps) { json.object { json in write(step, &json) } }
    }
  }

  /// Writes the members that tell one model: its place, its manifest without profiles and smoke
  /// test, and its steps.
  public static func write(
    _ entry: ModelLedger.Entry, _ manifest: ModelManifest, _ ledger: ModelLedger,
    _ json: inout JSONWriter
  ) {
    write(entry, &json)
    json.member("created", TimestampText.text(manifest.created))
    json.member("code", manifest.code)
    json.member("trainer", manifest.trainer)
    json.member("features", manifest.features)
    json.member("heads", manifest.heads.map(\.name))
    json.object("parameters") { json in
      for (name, value) in manifest.parameters.sorted(by: { $0.key < $1.key }) {
        json.member(name, value)
      }
    }
    json.object("data") { json in
      json.member("from", TimestampText.text(manifest.data.from))
      json.member("to", TimestampText.text(manifest.data.to))
      json.member("offset", manifest.data.offset)
      json.member("requests", manifest.data.requests)
      json.member("examples", manifest.data.examples)
    }
    write("metrics", manifest.metrics, &json)
    write("popularity", manifest.popularity, &json)
    json.array("history") { json in
      for step in ledger.history where step.id == entry.id {
        json.object { json in write(step, &json) }
      }
    }
  }

  /// Writes what a verdict consists of, as an array.
  public static func write(_ verdict: GateVerdict, _ json: inout JSONWriter) {
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

  /// Writes which models serve, for probes: those that do, and those that should and do not, with
  /// what serves in their place.
  static func write(
    ready arms: ModelBoard.Arms, refusals: [ModelLoading.Refusal], _ json: inout JSONWriter
  ) {
    json.object("models") { json in
      for stage in ModelStage.allCases where stage.isSingle {
        json.member(stage.rawValue, arms.id(in: stage))
      }
      guard !refusals.isEmpty else { return }
      json.array("refused") { json in
        for refusal in refusals {
          json.object { json in
            json.member("id", refusal.id)
            json.member("stage", refusal.stage.rawValue)
            json.member("reason", refusal.reason)
            // Without a canary or a shadow nothing else takes their place.
            guard refusal.stage == .production else { return }
            json.member("serving", arms.production?.id ?? weights)
          }
        }
      }
    }
  }

  /// What serves without a model.
  private static let weights = "weights of the configuration"

  private static func write(_ entry: ModelLedger.Entry, _ json: inout JSONWriter) {
    json.member("id", entry.id)
    json.member("stage", entry.stage.rawValue)
    json.member("percent", entry.percent)
    json.member("since", TimestampText.text(entry.since))
  }

  private static func write(_ step: ModelLedger.Step, _ json: inout JSONWriter) {
    json.member("number", step.number)
    json.member("time", TimestampText.text(step.time))
    json.member("id", step.id)
    json.member("from", step.from?.rawValue)
    json.member("to", step.to?.rawValue)
    json.member("percent", step.percent)
    json.member("actor", step.cause.actor)
    json.member("why", step.cause.why)
    json.member("forced", step.cause.isForced)
    json.member("gate", step.verdict?.summary)
  }

  private static func write(
    _ key: String, _ numbers: [String: Double], _ json: inout JSONWriter
  ) {
    json.object(key) { json in
      for (name, value) in numbers.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
    }
  }
}

extension ModelBoard.Arms {
  /// The model that serves in a stage; nil = none.
  fileprivate func id(in stage: ModelStage) -> String? {
    switch stage {
    case .production: production?.id
    case .canary: canary?.model.id
    case .shadow: shadow?.id
    case .candidate, .archived: nil
    }
  }
}
