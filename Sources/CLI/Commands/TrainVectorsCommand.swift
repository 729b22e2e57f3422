internal import Feed
internal import JSON
internal import Lab
internal import Settings

/// `updraft train vectors`: item vectors from what users did, into a space of the server.
enum TrainVectorsCommand {
  static let command: Command = Command(
    "vectors", "Learn item vectors from what users did, and let them serve.",
    about: """
      Reads the interactions of the log, read-only, factorises who holds to what (iALS), and gives \
      every item that enough users hold to its vector in a space of its own, as a new version \
      beside \
      the one that serves. When the version is complete the server judges it and lets it serve. \
      The \
      space must stand in the configuration, as world.spaces.cf: {dimension: 64, metric: cosine}. \
      Nothing but item vectors is kept.

      With --server a running server takes the vectors, asked with an admin key; without it the \
      folder must not be in use.
      """,
    options: [
      .data.required, .vectorSpace, .dimension, .epochs, .leastUsers, .regularisation,
      .unobservedWeight, .trainThreads, .recommenderSeed, .keepWaiting, .server, .key, .config,
      .set,
    ],
    examples: [
      .init(
        "updraft train vectors --data ./data --set world.spaces.cf.dimension=64",
        "On a folder that no server uses."),
      .init(
        "updraft train vectors --data ./data --server http://127.0.0.1:8080 --key uk_…",
        "Into the running server of that folder."),
    ], exits: [.failed: "too little to learn from, or the new version is not sound; it stays aside"]
  ) { arguments, console in
    let space = arguments.text(.vectorSpace) ?? "cf"
    let configuration = try ConfigurationLoader.load(arguments).value
    guard space != "text" else {
      throw Failure.usage("--space text: that one is made of texts; name another")
    }
    // A running server has a configuration of its own, and is asked for it later.
    if !arguments.has(.server), configuration.world.spaces[space] == nil {
      throw noSpace(space, try arguments.integer(.dimension, in: 1...1_024) ?? 64)
    }
    let learned = try learn(arguments, configuration.world, console)
    return try LocalServer.with(arguments) { server in
      let version = try upload(learned, space, server, console)
      guard !arguments.has(.keepWaiting) else {
        tell(learned, space, version, verdict: nil, console)
        return .well
      }
      console.status("letting version \(version) serve")
      let answer = try server.call(
        "POST", "/admin/vectors/\(space)/serve", body: Array(#"{"version":\#(version)}"#.utf8))
      tell(learned, space, version, verdict: try answer.require("verdict").string(), console)
      return .well
    }
  }

  /// What was learned.
  private struct Learned {
    let items: [String]
    let vectors: VectorTable
    let users: Int
    let interactions: Int
  }

  private static func learn(
    _ arguments: Arguments, _ settings: WorldSettings, _ console: Console
  ) throws -> Learned {
    var factors = FactorModel.Settings()
    factors.dimension = try arguments.integer(.dimension, in: 1...1_024) ?? factors.dimension
    factors.epochs = try arguments.integer(.epochs, in: 1...10_000) ?? factors.epochs
    factors.threads = try arguments.integer(.trainThreads, in: 1...256) ?? factors.threads
    factors.seed = UInt64(try arguments.integer(.recommenderSeed, in: 0...Int.max) ?? 1)
    factors.regularisation = try number(arguments, .regularisation) ?? factors.regularisation
    factors.unobservedWeight =
      try number(arguments, .unobservedWeight) ?? factors.unobservedWeight
    let least = try arguments.integer(.leastUsers, in: 1...1_000_000) ?? 5
    let set = try LoggedReading.interactions(arguments, settings, least: least, console)
    let model = try FactorModel(set, factors) { epoch in
      console.status("learning: epoch \(epoch) of \(factors.epochs)")
      return true
    }
    console.status("")
    return Learned(
      items: set.items, vectors: model.itemFactors, users: set.users.count,
      interactions: set.entries.count)
  }

  private static func number(_ arguments: Arguments, _ option: Option) throws -> Double? {
    guard let text = arguments.text(option) else { return nil }
    guard let number = Double(text), number > 0, number < 1e6 else {
      throw Failure.usage("--\(option.name) \(text): expected a number above 0, such as 0.02")
    }
    return number
  }

  private static func noSpace(_ space: String, _ dimension: Int) -> Failure {
    Failure(
      "no-space",
      "the configuration has no space \(space): add world.spaces.\(space), with the dimension "
        + "\(dimension) and the metric cosine, and start the server again")
  }

  /// Fills the version after the newest.
  ///
  /// - Returns: its number.
  private static func upload(
    _ learned: Learned, _ space: String, _ server: RemoteServer, _ console: Console
  ) throws -> Int {
    let views = try server.call("GET", "/v1/vectors").require("spaces").elements()
    var newest: Int?
    for view in views where try view.require("space").string() == space {
      newest = 0
      for name in ["serving", "next", "previous"] {
        guard let version = try view.optional(name) else { continue }
        newest = max(newest ?? 0, try version.require("version").int())
      }
    }
    guard let newest else {
      throw noSpace(space, learned.vectors.dimension)
    }
    let version = newest + 1
    var progress = Progress(console, "uploading", unit: "vectors")
    var gone = 0
    var first = 0
    while first < learned.items.count {
      let part = first..<min(first + rowsMax, learned.items.count)
      var lines = JSONWriter(capacity: rowsMax * (learned.vectors.dimension * 12 + 64))
      for place in part { write(learned, place, space, version, &lines) }
      let answer = try server.call(
        "POST", "/api/v1/vectors", type: "application/x-ndjson", body: lines.bytes)
      // Items that left the World since, by age or by their authors.
      let unknown = try answer.require("unknown_items").int()
      gone += unknown
      guard try answer.require("refused").int() <= unknown else {
        throw Failure("server-refused", "\(server.place): \(try refusal(answer))")
      }
      first = part.upperBound
      progress.update(first, share: Double(first) / Double(learned.items.count))
    }
    progress.finish()
    guard gone < learned.items.count else {
      throw Failure("no-items", "the server knows none of the items of the log; check --server")
    }
    if gone > 0 { console.note("\(Figures.count(gone, "item")) of the log are gone: left out") }
    return version
  }

  private static let rowsMax = 256

  /// Why a row was refused whose item is there.
  private static func refusal(_ answer: JSONValue) throws -> String {
    guard let rows = try answer.optional("errors") else { return "refuses some of the vectors" }
    for row in try rows.elements() {
      let detail = try row.require("detail").string()
      if try row.require("status").int() != 404 { return Figures.printable(detail) }
    }
    return "refuses some of the vectors"
  }

  private static func write(
    _ learned: Learned, _ place: Int, _ space: String, _ version: Int, _ lines: inout JSONWriter
  ) {
    lines.object { json in
      json.member("item_id", learned.items[place])
      json.member("space", space)
      json.member("version", version)
      json.array("vector") { json in
        learned.vectors.withVector(place) { vector in
          for index in vector.indices { json.value(vector[index]) }
        }
      }
    }
    lines.newline()
  }

  private static func tell(
    _ learned: Learned, _ space: String, _ version: Int, verdict: String?, _ console: Console
  ) {
    let learning =
      "\(Figures.grouped(learned.items.count)) vectors of \(learned.vectors.dimension) from "
      + "\(Figures.grouped(learned.interactions)) pairs of \(Figures.grouped(learned.users)) users"
    let outcome =
      verdict.map { "; version \(version) of \(space) serves: \($0)" }
      ?? "; version \(version) of \(space) waits: POST /admin/vectors/\(space)/serve"
    console.result(learning + outcome) { json in
      json.member("space", space)
      json.member("version", version)
      json.member("serves", verdict != nil)
      json.member("items", learned.items.count)
      json.member("users", learned.users)
      json.member("interactions", learned.interactions)
      if let verdict { json.member("verdict", verdict) }
    }
  }
}

extension Option {
  static let vectorSpace = Option(
    "space", "NAME", "The space that gets the vectors.", standard: "cf")
  static let dimension = Option("dimension", "N", "Components of a vector.", standard: "64")
  static let epochs = Option("epochs", "N", "How often both sides are solved.", standard: "16")
  static let leastUsers = Option(
    "least-users", "N", "Items that fewer users hold to get no vector.", standard: "5")
  static let regularisation = Option(
    "regularisation", "X", "How strongly vectors are held small.", standard: "0.02")
  static let unobservedWeight = Option(
    "unobserved-weight", "X", "How much what a user did not turn to weighs.", standard: "0.1")
  static let trainThreads = Option("threads", "N", "Threads that learn.", standard: "2")
  static let keepWaiting = Option("keep-waiting", "Fill the version, but do not let it serve.")
}
