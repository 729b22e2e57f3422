internal import Feed
internal import JSON
internal import Lab
internal import Settings

/// `updraft train neighbours`: which items come after which, for the source `co_engaged`.
enum TrainNeighboursCommand {
  static let command: Command = Command(
    "neighbours", "Learn which items go together, and let that serve.",
    about: """
      Learns from the interactions of the log, read-only, or from a file, which items go with \
      which, \
      and gives the server a table of the strongest neighbours of each item, in place of the table \
      before. The source co_engaged begins with them and follows what people do as soon as there \
      is \
      more of that; learned_neighbours of a surface says how many live successions they count as. \
      Items are named by their identifiers: those that the server does not know are passed over.

      itemknn: users in common, by cosine or jaccard. ease: what an item tells of others beside \
      all \
      the rest, for up to 20,000 items.

      With --server a running server takes the table, asked with an admin key; without it the \
      folder must not be in use. DELETE /admin/neighbours takes it off.
      """,
    options: [
      .data, .train, .neighbourModel, .neighboursEach, .similarity, .shrinkage,
      .easeRegularisation, .leastHolders, .server, .key, .config, .set,
    ],
    examples: [
      .init("updraft train neighbours --data ./data", "On a folder that no server uses."),
      .init(
        "updraft train neighbours --train views.tsv --server http://127.0.0.1:8080 --key uk_…",
        "From a file with a line an interaction (user, item, between tabs), into a running server."
      ),
    ], exits: [.failed: "too little to learn from, or the server refuses"]
  ) { arguments, console in
    guard arguments.has(.train) || arguments.has(.data) else {
      throw Failure.usage("name a folder to learn from with --data, or a file with --train")
    }
    let configuration = try ConfigurationLoader.load(arguments).value
    let set = try LoggedReading.interactions(
      arguments, configuration.world,
      least: try arguments.integer(.leastHolders, in: 1...1_000_000) ?? 5, console)
    let learned = try learn(arguments, set, console)
    return try LocalServer.with(arguments) { server in
      let name = "\(arguments.text(.neighbourModel) ?? "itemknn")-\(SystemTime().now.milliseconds)"
      let items = try upload(learned, name, server, console)
      let answer = try server.call(
        "POST", "/admin/neighbours/serve",
        body: Array(#"{"table":"\#(name)","items":\#(items)}"#.utf8))
      tell(
        learned, set, name, items: items, unknown: try answer.require("unknown_items").int(),
        console)
      return .well
    }
  }

  private static func learn(
    _ arguments: Arguments, _ set: InteractionSet, _ console: Console
  ) throws -> LearnedNeighbours {
    let most = try arguments.integer(.neighboursEach, in: 1...NeighbourTable.neighboursMax) ?? 30
    console.status("learning from \(Figures.grouped(set.entries.count)) interactions")
    defer { console.status("") }
    switch arguments.text(.neighbourModel) ?? "itemknn" {
    case "itemknn":
      let name = arguments.text(.similarity) ?? "cosine"
      guard let similarity = NeighbourModel.Similarity(rawValue: name) else {
        let known = NeighbourModel.Similarity.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.usage("--similarity \(name): there are \(known)")
      }
      let shrinkage = try arguments.integer(.shrinkage, in: 0...1_000_000) ?? 20
      return LearnedNeighbours(
        likenessIn: set, similarity, shrinkage: Float(shrinkage), most: most)
    case "ease":
      var settings = EASEModel.Settings()
      settings.regularisation = Double(
        try arguments.integer(.easeRegularisation, in: 1...1_000_000_000) ?? 400)
      return try LearnedNeighbours(easeIn: set, settings, most: most)
    case let name: throw Failure.usage("--model \(name): there are itemknn, ease")
    }
  }

  private static let rowsMax = 500

  /// Sends the table in parts.
  ///
  /// - Returns: how many items have neighbours.
  private static func upload(
    _ learned: LearnedNeighbours, _ name: String, _ server: RemoteServer, _ console: Console
  ) throws -> Int {
    var progress = Progress(console, "uploading", unit: "items")
    var (sent, waiting) = (0, 0)
    var lines = JSONWriter(capacity: 1 << 20)
    func send() throws {
      guard waiting > 0 else { return }
      _ = try server.send(
        "POST", "/admin/neighbours?table=\(name)", type: "application/x-ndjson", body: lines.bytes)
      sent += waiting
      waiting = 0
      lines = JSONWriter(capacity: 1 << 20)
    }
    for (place, item) in learned.items.enumerated() {
      let neighbours = learned.of(place)
      guard !neighbours.isEmpty else { continue }
      write(item, neighbours, &lines)
      waiting += 1
      if waiting >= rowsMax { try send() }
      progress.update(place + 1, share: Double(place + 1) / Double(learned.items.count))
    }
    try send()
    progress.finish()
    return sent
  }

  private static func write(
    _ item: String, _ neighbours: [LearnedNeighbours.Neighbour], _ lines: inout JSONWriter
  ) {
    lines.object { json in
      json.member("item_id", item)
      json.array("neighbours") { json in
        for neighbour in neighbours {
          json.object { json in
            json.member("item_id", neighbour.item)
            json.member("weight", neighbour.share)
          }
        }
      }
    }
    lines.newline()
  }

  private static func tell(
    _ learned: LearnedNeighbours, _ set: InteractionSet, _ name: String, items: Int, unknown: Int,
    _ console: Console
  ) {
    console.result(
      "\(Figures.grouped(learned.pairs)) neighbours of \(Figures.grouped(items)) items from "
        + "\(Figures.grouped(set.entries.count)) interactions of "
        + "\(Figures.grouped(set.users.count)) users serve as \(name)"
        + (unknown > 0 ? "; \(Figures.count(unknown, "item")) not known there" : "")
    ) { json in
      json.member("table", name)
      json.member("items", items)
      json.member("pairs", learned.pairs)
      json.member("users", set.users.count)
      json.member("interactions", set.entries.count)
      json.member("unknown_items", unknown)
    }
  }
}

extension Option {
  static let neighbourModel = Option(
    "model", "NAME", "What learns: itemknn or ease.", standard: "itemknn")
  static let neighboursEach = Option(
    "neighbours", "N", "Neighbours of an item at most.", standard: "30")
  static let similarity = Option(
    "similarity", "NAME", "For itemknn: cosine or jaccard.", standard: "cosine")
  static let shrinkage = Option(
    "shrinkage", "N", "For itemknn: how much a likeness that few users vouch for is held small.",
    standard: "20")
  static let easeRegularisation = Option(
    "ease-regularisation", "N", "For ease: how strongly weights are held small.", standard: "400")
  static let leastHolders = Option(
    "least-users", "N", "Items that fewer users hold to are left out.", standard: "5")
}
