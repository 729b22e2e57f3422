/// How a forest is grown. The names are XGBoost's, where it has them.
public struct BoosterSettings: Equatable, Sendable {
  /// The most trees.
  public var rounds = 400
  /// Growing stops when this many rounds brought nothing on the rows it is stopped by.
  public var patience = 40
  /// The most levels of a tree.
  public var depth = 6
  /// What part of a tree's answer counts.
  public var eta = 0.1
  /// The least sum of hessians of a leaf.
  public var minChildWeight = 1.0
  /// The share of rows that a tree sees.
  public var subsample = 0.8
  /// The share of columns that a tree sees.
  public var columns = 0.5
  /// The L2 penalty of leaves.
  public var lambda = 1.0

  /// The standard for probabilities.
  public init() {}

  /// The standard for objectives.
  public static let heads = BoosterSettings()

  /// The standard for the order: hessians of LambdaMART are small, so leaves may be too (LightGBM
  /// has the same least sum), and pairs are too few to leave any out.
  public static var order: BoosterSettings {
    var settings = BoosterSettings()
    settings.minChildWeight = 0.001
    settings.subsample = 1
    settings.columns = 1
    return settings
  }

  /// - Throws: `LabError` that names the first value out of its range.
  func check() throws(LabError) {
    for (name, isFine, range) in [
      ("rounds", (1...100_000).contains(rounds), "1 to 100,000"),
      ("patience", patience >= 1, "1 or more"),
      ("depth", (1...12).contains(depth), "1 to 12"),
      ("eta", eta > 0 && eta <= 1, "above 0 to 1"),
      ("min_child_weight", minChildWeight >= 0 && minChildWeight.isFinite, "0 or more"),
      ("subsample", subsample > 0 && subsample <= 1, "above 0 to 1"),
      ("columns", columns > 0 && columns <= 1, "above 0 to 1"),
      ("lambda", lambda >= 0 && lambda.isFinite, "0 or more"),
    ] where !isFine {
      throw LabError(.option, "\(name): must be \(range)")
    }
  }

  /// As XGBoost takes them.
  package func parameters(seed: UInt64, threads: Int) -> [(String, String)] {
    [
      ("booster", "gbtree"), ("tree_method", "hist"), ("verbosity", "0"),
      ("max_depth", "\(depth)"), ("eta", "\(eta)"), ("min_child_weight", "\(minChildWeight)"),
      ("subsample", "\(subsample)"), ("colsample_bytree", "\(columns)"), ("lambda", "\(lambda)"),
      ("nthread", "\(threads)"),
      // Chance follows from the seed and the round, not from what else this thread has drawn.
      ("seed", "\(seed & 0x7fff_ffff)"), ("seed_per_iteration", "1"),
    ]
  }

  /// By name, for the manifest.
  var described: [String: String] {
    [
      "max_depth": "\(depth)", "eta": "\(eta)", "min_child_weight": "\(minChildWeight)",
      "subsample": "\(subsample)", "colsample_bytree": "\(columns)", "lambda": "\(lambda)",
    ]
  }

  /// In half a line.
  var text: String {
    "depth \(depth), eta \(eta), min_child_weight \(minChildWeight), subsample \(subsample), "
      + "columns \(columns), lambda \(lambda)"
  }
}
