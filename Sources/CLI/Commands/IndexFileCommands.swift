internal import Feed
internal import Index
internal import JSON
internal import Settings
internal import Stores

/// `updraft index stats|build|verify`: the graphs of a data folder.
enum IndexFileCommands {
  static let stats: Command = Command(
    "stats", "Tell what the graphs of a folder hold.",
    about: """
      Reads the files that the server wrote last, beside a running server or without one, and \
      changes nothing. pending: rows that are not linked yet, which every search compares one by \
      one. tombstones: removed rows that links still lead through. unreachable: the share of \
      linked rows that no walk finds.
      """,
    options: [.data.required, .space],
    examples: [.init("updraft index stats --data ./data --json", "One JSON object a graph.")],
    exits: [.failed: "a file is damaged, or there is none"]
  ) { arguments, console in
    var table = TextTable(
      [
        "space", "version", "rows", "pending", "tombstones", "links", "layers", "bytes",
        "unreachable",
      ], right: [1, 2, 3, 4, 5, 6, 7, 8])
    let graphs = try FileGraphs(DataDirectory(try arguments.required(.data), access: .read))
    for name in try names(graphs, arguments) {
      guard let graph = try graphs.open(name) else { continue }
      let figures = graph.statistics(reach: true)
      let lost = figures.unreachable ?? 0
      table.add([
        name.space, "\(name.version)", Figures.grouped(figures.rows),
        Figures.grouped(figures.pending), Figures.grouped(figures.tombstones),
        Figures.decimal(figures.meanLinks, 1), "\(figures.layers)", Figures.bytes(figures.bytes),
        Figures.decimal(lost * 100, 3) + " %",
      ])
      guard console.isJSON else { continue }
      console.json { json in
        begin(name, graph, &json)
        json.member("pending", figures.pending)
        json.member("tombstones", figures.tombstones)
        json.member("free_slots", figures.freeSlots)
        json.member("mean_links", figures.meanLinks)
        json.member("layers", figures.layers)
        json.member("bytes", figures.bytes)
        json.member("unreachable", lost)
      }
    }
    if !console.isJSON { console.line(table.text) }
    return .well
  }

  static let build: Command = Command(
    "build", "Make the graphs of a folder anew from the log.",
    about: """
      Computes the state from the log, links every vector anew and writes the files, so that the \
      next start has them at once. No server may use the folder meanwhile. A server does the same \
      in the background when a file is missing or damaged.

      The configuration must be the server's: name its file with --config.
      """,
    options: [.data.required, .space, .buildThreads, .config, .set],
    examples: [
      .init("updraft index build --data ./data", "All graphs."),
      .init("updraft index build --data ./data --space image", "Those of one space."),
    ], exits: [.failed: "the folder is in use, or something could not be read or written"]
  ) { arguments, console in
    let settings = try ConfigurationLoader.load(arguments).value.world
    let threads = try arguments.integer(.buildThreads, in: 1...1_024) ?? 2
    let directory = try DataDirectory(try arguments.required(.data), access: .write)
    let log = try SQLiteLog(directory)
    var rebuild = try Rebuild(directory, log, settings: settings, through: nil)
    try rebuild.run(
      log, through: nil, progress: Progress(console, "replaying", unit: "events"))
    let named = rebuild.world.namedGraphs
    let wanted = arguments.text(.space)
    guard wanted == nil || named.contains(where: { $0.0.space == wanted }) else {
      throw Failure("no-space", "the configuration has no space \(wanted ?? ""); check --space")
    }
    let graphs = try FileGraphs(directory)
    for (name, graph) in named where wanted == nil || name.space == wanted {
      var progress = Progress(console, "linking \(name)", unit: "vectors")
      graph.build(threads: threads) { done, all in
        progress.update(done, share: Double(done) / Double(max(1, all)))
      }
      progress.finish()
      _ = try graphs.save(graph, as: name)
      console.result("\(name): \(Figures.grouped(graph.count)) vectors") { json in
        begin(name, graph, &json)
      }
    }
    if wanted == nil { try graphs.drop(allBut: Set(named.map(\.0))) }
    try log.close()
    return .well
  }

  static let verify: Command = Command(
    "verify", "Check the files of the graphs, and how much their searches find.",
    about: """
      Checks every byte of the files against their sums, then asks for the neighbours of a sample \
      of the vectors and compares them with the exact ones, and counts the rows that no walk \
      reaches. It changes nothing and works beside a running server.
      """,
    options: [.data.required, .space],
    examples: [.init("updraft index verify --data ./data", "All graphs.")],
    exits: [.failed: "a file is damaged, its searches find too little, or there is none"]
  ) { arguments, console in
    let graphs = try FileGraphs(DataDirectory(try arguments.required(.data), access: .read))
    var isWell = true
    for name in try names(graphs, arguments) {
      do throws(SnapshotError) {
        guard let graph = try graphs.open(name) else { continue }
        let verdict = SpaceVerdict(graph)
        isWell = isWell && verdict.isSound
        let word = verdict.isSound ? "sound" : "not sound"
        console.result(
          "\(name): \(word), \(Figures.grouped(graph.count)) vectors, \(verdict)"
        ) { json in
          begin(name, graph, &json)
          json.member("sound", verdict.isSound)
          json.member("recall", verdict.recall)
          json.member("unreachable", verdict.unreachable)
          json.member("sampled", verdict.sampled)
        }
      } catch {
        isWell = false
        console.result("\(name): \(error.description); make it anew: updraft index build") {
          json in
          json.member("space", name.space)
          json.member("version", Int(name.version))
          json.member("sound", false)
          json.member("failure", error.description)
        }
      }
    }
    return isWell ? .well : .failed
  }

  private static func begin(_ name: GraphName, _ graph: GraphIndex, _ json: inout JSONWriter) {
    json.member("space", name.space)
    json.member("version", Int(name.version))
    json.member("dimension", graph.dimension)
    json.member("metric", graph.metric.rawValue)
    json.member("rows", graph.count)
  }

  /// The graphs that were asked for; there is at least one.
  private static func names(
    _ graphs: FileGraphs, _ arguments: Arguments
  ) throws -> [GraphName] {
    let wanted = arguments.text(.space)
    let names = try graphs.names().filter { wanted == nil || $0.space == wanted }
    guard !names.isEmpty else {
      throw Failure(
        "no-graph",
        "\(graphs.folder): there is no graph\(wanted.map { " of the space \($0)" } ?? ""); "
          + "the server writes them when it stops, or make them: updraft index build")
    }
    return names
  }
}

extension Option {
  static let space = Option("space", "NAME", "Only this space.", standard: "all of them")
}
