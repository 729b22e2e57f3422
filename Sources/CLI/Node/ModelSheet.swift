internal import Feed
internal import JSON

/// What people read of one model.
struct ModelSheet {
  /// The first digits of its id.
  let short: String
  /// Facts in order: what, and its value.
  private let facts: [(what: String, value: String)]
  /// Its steps, a line each.
  private let steps: [String]

  /// Reads a model as `GET /admin/models/{id}` answers.
  init(_ model: JSONValue) throws {
    short = try ModelCommands.shortID(model)
    var facts: [(what: String, value: String)] = [("id", try model.require("id").string())]
    for name in ["stage", "since", "created", "code", "trainer"] {
      facts.append((name, Figures.printable(try model.require(name).string())))
    }
    for name in ["features", "heads"] {
      let names = try model.require(name).strings(maxCount: .max, maxBytes: .max)
      facts.append((name, Figures.printable(names.joined(separator: " "))))
    }
    for member in try model.require("data").members() {
      let isText = member.value.kind == .string
      facts.append(
        (
          "data.\(member.key)",
          isText ? try member.value.string() : "\(try member.value.int64())"
        ))
    }
    for member in try model.require("parameters").members() {
      let name = Figures.printable("parameters.\(member.key)")
      facts.append((name, Figures.printable(try member.value.string())))
    }
    for block in ["metrics", "popularity"] {
      for member in try model.require(block).members() {
        let name = Figures.printable("\(block).\(member.key)")
        facts.append((name, Figures.decimal(try member.value.double(), 5)))
      }
    }
    self.facts = facts
    var steps: [String] = []
    for step in try model.require("history").elements() { steps.append(try Self.line(step)) }
    self.steps = steps
  }

  private static func line(_ step: JSONValue) throws -> String {
    let from = try step.optional("from")?.string() ?? "new"
    let to = try step.optional("to")?.string() ?? "forgotten"
    let why = try step.require("why").string()
    let gate = try step.optional("gate")?.string()
    return "\(try step.require("time").string())  \(from) → \(to)  by "
      + Figures.printable(try step.require("actor").string())
      + (try step.require("forced").bool() ? ", forced" : "")
      + (why.isEmpty ? "" : ": " + Figures.printable(why))
      + (gate.map { "; gate: " + Figures.printable($0) } ?? "")
  }

  /// The whole sheet.
  var text: String {
    let width = facts.map(\.what.count).max() ?? 0
    let lines = facts.map { fact in
      fact.what + String(repeating: " ", count: width - fact.what.count + 2) + fact.value
    }
    return (lines + [""] + steps).joined(separator: "\n")
  }

  /// The facts in which two models differ; "–" = one has none.
  func differences(from other: ModelSheet) -> [(what: String, mine: String, other: String)] {
    let mine = Dictionary(facts.map { ($0.what, $0.value) }) { first, _ in first }
    let theirs = Dictionary(other.facts.map { ($0.what, $0.value) }) { first, _ in first }
    var names = facts.map(\.what)
    names += other.facts.map(\.what).filter { mine[$0] == nil }
    return names.filter { mine[$0] != theirs[$0] }.map { name in
      (name, mine[name] ?? "–", theirs[name] ?? "–")
    }
  }
}
