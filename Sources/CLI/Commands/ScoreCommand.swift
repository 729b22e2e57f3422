internal import JSON
internal import Lab
internal import Trees

/// `updraft score`: rows through a forest of XGBoost or LightGBM.
enum ScoreCommand {
  static let command: Command = Command(
    "score", "Score rows with a model of XGBoost or LightGBM, or measure how fast.",
    about: """
      M is a JSON model of XGBoost (Booster.save_model("model.json"), 1.0 to 3.x) or a text model \
      of LightGBM (save_model("model.txt")): boosted trees with one output and numerical splits. \
      X.npy is an array of two axes, float32 or float16: a row an item, a column a feature, NaN \
      where a value is missing. Y.npy gets a float32 a row: the prediction, or with --margin the \
      sum before the link. All trees count, also behind the best round of an early stop.

      With --bench nothing is kept: the rows, a model's or drawn ones, are scored again and again \
      on one thread. rows_ms: from rows of floats, as --input has them. columns_ms: from columns. \
      With --constant, constant_ms: the first N features have one value in all rows, worked out \
      anew each time; cached_ms: the same values again. equal: whether every score is that of the \
      walk from node to node, bit for bit.
      """,
    options: [
      .forestModel, .forestInput, .forestOutput, .margin, .scoreBench, .forestRows,
      .forestFeatures, .forestTrees, .forestDepth, .forestSeed, .forestConstant, .forestVariant,
    ],
    examples: [
      .init(
        "updraft score --model model.json --input X.npy --output Y.npy",
        "What the trainer's own predict gives."),
      .init(
        "updraft score --bench --rows 5000 --features 64 --trees 300 --depth 6 --json",
        "How long a batch takes, by instruction set."),
    ]
  ) { arguments, console in
    guard !arguments.has(.scoreBench) else {
      try ScoreBench(arguments).run(console)
      return .well
    }
    let path = try arguments.required(.forestModel)
    let input = try arguments.required(.forestInput)
    let output = try arguments.required(.forestOutput)
    let forest = try forest(path)
    let table = try NumpyFile.read(input, missing: true)
    guard table.dimension == forest.featureCount else {
      throw Failure(
        "dimension",
        "\(input): \(table.dimension) columns, but \(path) has \(forest.featureCount) features")
    }
    let compiled = try CompiledForest(forest, variant: arguments.text(.forestVariant))
    var scores: [Float] = []
    compiled.score(
      rows: table.values.span, count: table.count, linked: !arguments.has(.margin),
      into: &scores, scratch: ForestScratch())
    try NumpyFile.write(scores, to: output)
    console.result(
      "\(Figures.grouped(table.count)) rows scored by \(Figures.grouped(forest.trees.count)) trees"
        + ": " + output
    ) { json in
      json.member("rows", table.count)
      json.member("trees", forest.trees.count)
      json.member("features", forest.featureCount)
      json.member("output", output)
    }
    return .well
  }

  /// The forest of a model file.
  static func forest(_ path: String) throws -> Forest {
    let bytes = try Files.read(path, limit: Forest.bytesMax)
    do {
      return try Forest.load(bytes)
    } catch {
      throw Failure("model-" + error.code.rawValue, "\(path): \(error.message)")
    }
  }
}

extension Option {
  static let forestModel = Option("model", "M", "The model file.")
  static let forestInput = Option("input", "X.npy", "The rows.")
  static let forestOutput = Option("output", "Y.npy", "Where the scores go.")
  static let margin = Option("margin", "Give sums before the link.")
  static let scoreBench = Option("bench", "Measure instead.")
  static let forestRows = Option("rows", "N", "Drawn rows.", standard: "5000")
  static let forestFeatures = Option(
    "features", "N", "Features of a drawn forest.", standard: "64")
  static let forestTrees = Option("trees", "N", "Trees of a drawn forest.", standard: "300")
  static let forestDepth = Option("depth", "N", "Decisions to a leaf, 0 to 16.", standard: "6")
  static let forestSeed = Option("seed", "N", "What chance follows from.", standard: "1")
  static let forestConstant = Option(
    "constant", "N", "Also measure with the first N features constant.", standard: "0")
  static let forestVariant = Option(
    "variant", "NAME", "An instruction set, such as avx2.", standard: "the fastest here")
}
