internal import JSON

/// The library implicit, through Benchmarks/implicit_als.py.
struct ImplicitPeer {
  private let python: String

  /// What a run of it gave.
  struct Result {
    /// Seconds of an epoch.
    let epoch: Double
    /// Of its lists of twenty.
    let recall: Double
  }

  /// nil when it is not installed.
  init?() {
    let places = [".build/peers/bin/python3", "python3"]
    let found = places.first { place in
      let child = try? ChildProcess(place, ["-c", "import implicit, scipy"])
      return child?.wait().code == 0
    }
    guard let found, Files.facts("Benchmarks/implicit_als.py") != nil else { return nil }
    python = found
  }

  /// Trains on one file and is judged by another.
  func run(
    train: String, test: String, dimension: Int, epochs: Int, threads: Int, alpha: Double,
    regularisation: Double
  ) throws -> Result {
    let ending = try ChildProcess(
      python,
      [
        "Benchmarks/implicit_als.py", train, test, "\(dimension)", "\(epochs)", "\(threads)",
        "\(alpha)", "\(regularisation)", "20",
      ]
    ).wait()
    guard ending.code == 0 else { throw Failure("bench-peer", "implicit: \(ending.error)") }
    let json = try JSONParser().parse(ending.output)
    return Result(
      epoch: try json.require("epoch_s").double(), recall: try json.require("recall").double())
  }
}
