internal import JSON
internal import Lab
internal import Trees

/// `updraft score --bench`: a forest over rows, on one thread.
struct ScoreBench {
  private let forest: Forest
  private let trial: ForestTrial
  private let constant: Int
  private let variants: [String]

  init(_ arguments: Arguments) throws {
    let rows = try arguments.integer(.forestRows, in: 1...1_000_000) ?? 5_000
    let features = try arguments.integer(.forestFeatures, in: 1...Forest.featuresMax) ?? 64
    let seed = UInt64(try arguments.integer(.forestSeed, in: 0...Int.max) ?? 1)
    var seeded = SeededForest(
      rows: rows, features: features,
      trees: try arguments.integer(.forestTrees, in: 1...100_000) ?? 300,
      depth: try arguments.integer(.forestDepth, in: 0...16) ?? 6, seed: seed)
    if let path = arguments.text(.forestModel) {
      forest = try ScoreCommand.forest(path)
      seeded.features = forest.featureCount
    } else {
      guard seeded.trees << seeded.depth <= Forest.nodesMax / 4 else {
        throw Failure.usage("--trees, --depth: more than \(Forest.nodesMax / 4) leaves")
      }
      forest = seeded.forest()
    }
    guard rows * forest.featureCount <= 1 << 28 else {
      throw Failure.usage("--rows: more than \(1 << 28) values; take fewer")
    }
    constant = try arguments.integer(.forestConstant, in: 0...forest.featureCount) ?? 0
    variants = arguments.text(.forestVariant).map { [$0] } ?? CompiledForest.variants
    trial = ForestTrial(values: seeded.values(), rows: rows, features: forest.featureCount)
  }

  func run(_ console: Console) throws {
    let expected = try trial.plain(forest, constant: 0)
    let pruned = constant > 0 ? try trial.plain(forest, constant: constant) : []
    var table = TextTable(
      ["variant", "rows", "columns", "constant", "cached", "equal"], right: [1, 2, 3, 4])
    for variant in variants {
      console.status("measuring \(variant)")
      let compiled = try CompiledForest(forest, variant: variant)
      let rows = trial.rows(compiled, linked: false)
      let columns = trial.columns(compiled, constant: 0)
      var isEqual = rows.scores == expected && columns.scores == expected
      var parts: (anew: Double, cached: Double)?
      if constant > 0 {
        let anew = trial.columns(compiled, constant: constant, anew: true)
        let cached = trial.columns(compiled, constant: constant)
        isEqual = isEqual && cached.scores == pruned
        parts = (anew.seconds, cached.seconds)
      }
      func text(_ seconds: Double?) -> String {
        seconds.map { Figures.decimal($0 * 1_000, 3) + " ms" } ?? ""
      }
      table.add([
        variant, text(rows.seconds), text(columns.seconds), text(parts?.anew),
        text(parts?.cached), isEqual ? "yes" : "NO",
      ])
      guard console.isJSON else { continue }
      console.json { json in
        json.member("variant", variant)
        json.member("rows", trial.rows)
        json.member("features", forest.featureCount)
        json.member("trees", forest.trees.count)
        json.member("rows_ms", rows.seconds * 1_000)
        json.member("columns_ms", columns.seconds * 1_000)
        if let parts {
          json.member("constant", constant)
          json.member("constant_ms", parts.anew * 1_000)
          json.member("cached_ms", parts.cached * 1_000)
        }
        json.member("rows_per_s", Double(trial.rows) / rows.seconds)
        json.member("equal", isEqual)
      }
    }
    console.status("")
    if !console.isJSON { console.line(table.text) }
  }
}
