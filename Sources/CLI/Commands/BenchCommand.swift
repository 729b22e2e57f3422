internal import JSON

/// `updraft bench`: the table of figures.
enum BenchCommand {
  static let command: Command = Command(
    "bench", "Measure the figures, each beside its peer in the same run.",
    about: """
      Ours and the peer's are measured in turn, on this machine, now: only the ratios hold \
      elsewhere. Peers that are not installed are left out and said so. Nothing else should run \
      meanwhile. It takes some minutes.

      """ + BenchFigure.allCases.map { "\($0.rawValue): \($0.summary)." }.joined(separator: "\n\n"),
    options: [.only, .quick, .globo, .vectorFolder, .rankFolder, .alone],
    examples: [
      .init("updraft bench", "All of them."),
      .init("updraft bench --only fan-out --only cached", "Two of them."),
      .init("updraft bench --quick --json", "A tenth of the size: whether it runs, not how fast."),
    ], exits: [.failed: "a figure could not be measured; a goal that is missed is told, no more"]
  ) { arguments, console in
    let bench = Bench(
      console: console, isQuick: arguments.has(.quick), globo: try globoFiles(arguments),
      vectors: arguments.text(.vectorFolder), rank: arguments.text(.rankFolder))
    if arguments.has(.alone) {
      let row = try bench.weigh()
      console.json { row.write(to: &$0) }
      return .well
    }
    let names = arguments.texts(.only)
    let figures = BenchFigure.allCases.filter { names.isEmpty || names.contains($0.rawValue) }
    return measure(figures, bench, console)
  }

  private static func measure(
    _ figures: [BenchFigure], _ bench: Bench, _ console: Console
  ) -> ExitCode {
    var table = TextTable(
      ["figure", "ours", "peer", "", "ratio", "goal", "met", ""], right: [1, 2, 4, 5])
    var failures: [(BenchFigure, Failure)] = []
    for figure in figures {
      do {
        for row in try figure.measure(bench) {
          table.add(row.cells)
          guard console.isJSON else {
            // Told at once, for whoever stops before the end.
            console.status("")
            console.note("  " + row.cells.filter { !$0.isEmpty }.joined(separator: "  "))
            continue
          }
          console.json { json in
            json.member("figure", figure.rawValue)
            row.write(to: &json)
          }
        }
      } catch {
        failures.append((figure, Failure(explaining: error)))
      }
    }
    console.status("")
    if !console.isJSON { console.line(table.text) }
    for (figure, failure) in failures { console.note("\(figure.rawValue): \(failure.message)") }
    // What only lacks its data or its tools is left out, not failed.
    let isBroken = failures.contains { !["no-data", "no-program"].contains($0.1.code) }
    return isBroken ? .failed : .well
  }

  private static func globoFiles(
    _ arguments: Arguments
  ) throws -> (warmup: String, evaluate: String)? {
    guard let folder = arguments.text(.globo) else { return nil }
    let files = (
      folder + "/clicks_2017-10-02.csv.gz", folder + "/clicks_2017-10-03.csv.gz"
    )
    for file in [files.0, files.1] where Files.facts(file) == nil {
      throw Failure("no-data", "\(file): there is no such file; check --globo")
    }
    return files
  }
}

extension Option {
  static let only = Option(
    "only", "NAME", "Only this figure.", choices: BenchFigure.allCases.map(\.rawValue),
    repeats: true)
  static let quick = Option("quick", "A tenth of the size; the figures mean nothing then.")
  static let globo = Option("globo", "DIR", "The folder of the Globo clicks, for the figure globo.")
  static let vectorFolder = Option(
    "vectors", "DIR",
    "The folder of titles-minilm and sift-5k, for the figure vectors, and ml-100k, for ials; drawn "
      + "ones need none.")
  static let rankFolder = Option(
    "rank", "DIR", "The folder of LightGBM's lambdarank sample, for the figure ranker.")
  static let alone = Option("alone", "Measure the memory in this very process.")
}
