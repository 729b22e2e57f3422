internal import JSON
internal import Lab
internal import Trees

/// A library that trains and evaluates forests, through Benchmarks/forest_scores.py.
struct ForestPeer {
  /// The libraries.
  enum Name: String {
    case xgboost
    case lightgbm
  }

  /// What Python calls it.
  let name: Name
  private let python: String
  private let folder: String

  /// nil when it is not installed.
  ///
  /// - Parameter folder: where the rows lie as `rows.npy`, and where the model and the scores go.
  init?(_ name: Name, folder: String) {
    let places = [".build/peers/bin/python3", "python3"]
    let found = places.first { place in
      let child = try? ChildProcess(place, ["-c", "import numpy, \(name.rawValue)"])
      return child?.wait().code == 0
    }
    guard let found, Files.facts("Benchmarks/forest_scores.py") != nil else { return nil }
    self.name = name
    self.folder = folder
    python = found
  }

  /// The model that it makes of the rows.
  func trained(trees: Int, depth: Int) throws -> Forest {
    _ = try run(["train", name.rawValue, folder, "\(trees)", "\(depth)"]) { $0.kind }
    let suffix = name == .xgboost ? ".json" : ".txt"
    return try ScoreCommand.forest(folder + "/" + name.rawValue + suffix)
  }

  /// The median time of its scores for the first rows, and the scores.
  func scored(rows: Int, seconds: Double) throws -> ForestTrial.Reading {
    let median = try run(["measure", name.rawValue, folder, "\(rows)", "\(seconds)"]) { json in
      try json.require("seconds").double()
    }
    return (median, try NumpyFile.read(folder + "/" + name.rawValue + ".scores.npy").values)
  }

  private func run<Answer>(
    _ arguments: [String], _ read: (JSONValue) throws -> Answer
  ) throws -> Answer {
    let child = try ChildProcess(python, ["Benchmarks/forest_scores.py"] + arguments)
    let ending = child.wait()
    guard ending.code == 0 else {
      throw Failure("bench-peer", "\(name.rawValue): \(ending.error)")
    }
    return try read(try JSONParser().parse(ending.output))
  }
}
