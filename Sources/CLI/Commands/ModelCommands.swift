internal import Feed
internal import JSON
internal import Server
internal import Stores

/// `updraft models …`: the lives of learned models.
enum ModelCommands {
  static let group: Command = Command(
    "models", "List, import, promote and take back learned models.",
    about: """
      A model begins as a candidate, scores pages unseen as a shadow, serves a share of the users \
      as the canary, and then serves everybody in production. Before each step a gate looks at its \
      metrics, its calibration, the drift of its features, its speed and its outputs. A model is \
      named by its id or the first digits of it.

      With --server a running server is asked with an admin key. With --data, list, show and diff \
      work beside a running server; the others need the folder for themselves.
      """,
    examples: [
      .init("updraft models list --data ./data", "The models and where they stand."),
      .init(
        "updraft models promote 3fa9c1 --to canary --percent 5 --server http://127.0.0.1:8080",
        "A twentieth of the users meets the model."),
      .init("updraft models rollback --server http://127.0.0.1:8080", "The model before serves."),
    ],
    subcommands: [list, show, diff, promote, rollback, load])

  private static let list: Command = Command(
    "list", "List the models.", options: [.data, .server, .key],
    examples: [
      .init("updraft models list --data ./data", "A table: id, stage, since when."),
      .init("updraft models list --data ./data --json", "One object a model."),
    ]
  ) { arguments, console in
    let root = try ModelSource(arguments).list()
    let models = try root.require("models")
    if console.isJSON {
      for model in try models.elements() {
        var writer = JSONWriter()
        try writer.value(model)
        console.line(writer.text)
      }
      return .well
    }
    var table = TextTable(["id", "stage", "percent", "since"])
    for model in try models.elements() {
      let percent = try model.require("percent").double()
      table.add([
        try shortID(model), try model.require("stage").string(),
        percent > 0 ? "\(percent)" : "", try model.require("since").string(),
      ])
    }
    console.line(models.count == 0 ? "no models; take one in: updraft models import" : table.text)
    for notice in try root.require("notices").elements() { console.note(try notice.string()) }
    return .well
  }

  private static let show: Command = Command(
    "show", "Tell one model: what it learned from, how good it was, every step of its life.",
    operands: [.model], options: [.data, .server, .key],
    examples: [
      .init("updraft models show 3fa9c1 --data ./data", "For people."),
      .init("updraft models show 3fa9c1 --data ./data --json", "Everything, as one object."),
    ]
  ) { arguments, console in
    let model = try ModelSource(arguments).show(arguments.operands[0])
    if console.isJSON {
      var writer = JSONWriter()
      try writer.value(model)
      console.line(writer.text)
    } else {
      console.line(try ModelSheet(model).text)
    }
    return .well
  }

  private static let diff: Command = Command(
    "diff", "Compare two models: features, parameters, metrics.",
    operands: [.model, Operand("OTHER", "The other model's id")],
    options: [.data, .server, .key],
    examples: [
      .init("updraft models diff 3fa9c1 80be12 --data ./data", "What the second has otherwise."),
      .init(
        "updraft models diff 3fa9c1 80be12 --data ./data --json", "One object a difference."),
    ]
  ) { arguments, console in
    let source = try ModelSource(arguments)
    let one = try ModelSheet(try source.show(arguments.operands[0]))
    let other = try ModelSheet(try source.show(arguments.operands[1]))
    var table = TextTable(["what", one.short, other.short])
    for line in one.differences(from: other) {
      guard console.isJSON else {
        table.add([line.what, line.mine, line.other])
        continue
      }
      console.json { json in
        json.member("what", line.what)
        json.member("one", line.mine)
        json.member("other", line.other)
      }
    }
    if !console.isJSON { console.line(table.text) }
    return .well
  }

  private static let promote: Command = Command(
    "promote", "Judge a model at the gate and bring it a step on.", operands: [.model],
    options: [.toStage.required, .percent, .why, .force, .data, .server, .key, .config, .set],
    examples: [
      .init("updraft models promote 3fa9c1 --to shadow --data ./data", "It scores unseen."),
      .init(
        "updraft models promote 3fa9c1 --to production --force 'first model' --data ./data",
        "Against the gate; the reason stays in the history."),
    ], exits: [.failed: "the gate refuses, or the step is none"]
  ) { arguments, console in
    let id = try named(arguments)
    var query = "to=\(try arguments.required(.toStage))"
    for (option, name) in [(Option.percent, "percent"), (.why, "why"), (.force, "force")] {
      if let text = arguments.text(option) { query += "&\(name)=\(escaped(text))" }
    }
    return try LocalServer.with(arguments) { server in
      let answer = try server.call("POST", "/admin/models/\(id)/promote?\(query)")
      if console.isJSON {
        var writer = JSONWriter()
        try writer.value(answer)
        console.line(writer.text)
        return .well
      }
      for check in try answer.require("checks").elements() {
        let isPassed = try check.require("passed").bool()
        let subject = try check.require("subject").string()
        console.line(
          "\(isPassed ? "ok  " : "FAIL") \(try check.require("name").string())"
            + (subject.isEmpty ? "" : " \(subject)") + ": \(try check.require("detail").string())")
      }
      console.line("\(try shortID(answer)) is \(try answer.require("stage").string()) now")
      return .well
    }
  }

  private static let rollback: Command = Command(
    "rollback", "Take a model back.",
    about: """
      The canary is archived if there is one; else the model in production, and the one before it \
      serves again, or the weights of the configuration where there was none.
      """, options: [.stage, .why, .data, .server, .key, .config, .set],
    examples: [
      .init("updraft models rollback --server http://127.0.0.1:8080 --why 'odd pages'", "Now."),
      .init("updraft models rollback --stage production --data ./data", "Even with a canary."),
    ]
  ) { arguments, console in
    var query: [String] = []
    for (option, name) in [(Option.stage, "stage"), (.why, "why")] {
      if let text = arguments.text(option) { query.append("\(name)=\(escaped(text))") }
    }
    return try LocalServer.with(arguments) { server in
      let answer = try server.call(
        "POST", "/admin/models/rollback?\(query.joined(separator: "&"))")
      let serving = try answer.optional("serving")?.string()
      let gone = try shortID(answer)
      console.result(
        "\(gone) is archived; "
          + (serving.map { "\(ModelLedger.short($0)) is" } ?? "no model is") + " in production"
      ) { json in
        json.member("archived", gone)
        json.member("serving", serving)
      }
      return .well
    }
  }

  private static let load: Command = Command(
    "import", "Take a model in, as a candidate.",
    about: """
      PATH is a folder as training writes it, or a bare model file of XGBoost (JSON) or LightGBM \
      (text), of which --objective says what it predicts. Its features are those that the file \
      names, or --features in the order of its columns.
      """, operands: [Operand("PATH", "The folder or file")],
    options: [.objective, .features, .data, .server, .key],
    examples: [
      .init("updraft models import ./model --data ./data", "A folder of updraft train."),
      .init(
        "updraft models import model.json --objective click --server http://127.0.0.1:8080",
        "A file of XGBoost, into a running server."),
    ]
  ) { arguments, console in
    let artifact = try artifact(arguments)
    let source = try ModelSource(arguments)
    let id = try source.add(artifact)
    // One that was there before keeps its stage.
    let stage = try source.show(id).require("stage").string()
    console.result("\(id) is \(stage == "candidate" ? "a candidate" : stage)") { json in
      json.member("id", id)
      json.member("stage", stage)
    }
    return .well
  }

  private static func artifact(_ arguments: Arguments) throws -> ModelArtifact {
    let path = arguments.operands[0]
    guard let facts = Files.facts(path) else {
      throw Failure("file-unavailable", "\(path): there is no such file or folder")
    }
    if facts.isFolder {
      guard arguments.text(.objective) == nil, arguments.text(.features) == nil else {
        throw Failure.usage("--objective and --features are for a bare file; \(path) is a folder")
      }
      return try ModelFolder.read(path).artifact
    }
    let names = arguments.text(.features)?.split(separator: ",").map(String.init)
    return try ModelImport.artifact(
      try Files.read(path, limit: 256 << 20), objective: try arguments.required(.objective),
      features: names, created: SystemTime().now, code: VersionCommand.number)
  }

  /// The model that the operand names, whose digits may stand in a path.
  private static func named(_ arguments: Arguments) throws -> String {
    let text = arguments.operands[0]
    guard !text.isEmpty, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
      throw Failure.usage("\(Figures.printable(text)): a model's id has hexadecimal digits only")
    }
    return text
  }

  /// A text as it stands in a query.
  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      let isPlain = byte < 0x80 && (character.isLetter || character.isNumber)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(character) : "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  static func shortID(_ model: JSONValue) throws -> String {
    ModelLedger.short(try model.require("id").string())
  }
}

extension Operand {
  fileprivate static let model = Operand("ID", "The model's id, or its first digits")
}

extension Option {
  fileprivate static let stages = ["shadow", "canary", "production"]
  fileprivate static let toStage = Option(
    "to", "STAGE", "The stage to bring it to.", choices: stages)
  fileprivate static let stage = Option(
    "stage", "STAGE", "The stage to take it from.", choices: stages)
  fileprivate static let percent = Option(
    "percent", "P", "The share of the users that the canary serves.",
    standard: "models.canary_percent")
  fileprivate static let why = Option("why", "TEXT", "A reason, for the history.")
  fileprivate static let force = Option(
    "force", "WHY", "Do it against the gate, or leave a stage out, for this reason.")
  fileprivate static let objective = Option(
    "objective", "NAME", "What a bare model file predicts: order, click, like, …",
    choices: ["order"] + Objective.allCases.map(\.name))
  fileprivate static let features = Option(
    "features", "A,B,…", "The names of a bare model file's columns, in order.")
}
