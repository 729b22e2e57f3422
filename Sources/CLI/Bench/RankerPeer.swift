internal import JSON

/// A library that learns to rank too, through Benchmarks/rank_lambda.py.
struct RankerPeer {
  /// What Python calls it.
  let name: String
  private let python: String

  /// nil when it is not installed.
  init?(_ name: String) {
    let places = [".build/peers/bin/python3", "python3"]
    let found = places.first { place in
      let child = try? ChildProcess(place, ["-c", "import numpy, \(name)"])
      return child?.wait().code == 0
    }
    guard let found, Files.facts("Benchmarks/rank_lambda.py") != nil else { return nil }
    self.name = name
    python = found
  }

  /// Trains it and measures it: NDCG by k.
  func run(_ sample: RankingSample, cutoffs: [Int]) throws -> [Int: Double] {
    let ending = try ChildProcess(
      python,
      [
        "Benchmarks/rank_lambda.py", name, sample.train, sample.trainGroups, sample.test,
        sample.testGroups,
      ]
    ).wait()
    guard ending.code == 0 else { throw Failure("bench-peer", "\(name): \(ending.error)") }
    let json = try JSONParser().parse(ending.output)
    var found: [Int: Double] = [:]
    for k in cutoffs { found[k] = try json.require("ndcg_at_\(k)").double() }
    return found
  }
}

/// The files of LightGBM's lambdarank sample.
struct RankingSample {
  let folder: String

  var train: String { folder + "/rank.train.gz" }
  var trainGroups: String { folder + "/rank.train.query" }
  var test: String { folder + "/rank.test.gz" }
  var testGroups: String { folder + "/rank.test.query" }
}
