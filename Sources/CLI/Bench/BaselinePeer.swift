internal import JSON

/// The simple baseline in Python.
enum BaselinePeer {
  struct Result {
    let hitRate20: Double
    let meanReciprocalRank20: Double
  }

  static func run(warmup: String, evaluate: String) throws -> Result {
    let ending = try ChildProcess(
      "python3", ["Benchmarks/next_click.py", warmup, evaluate]
    ).wait()
    guard ending.code == 0 else { throw Failure("baseline", ending.error) }
    let json = try JSONParser().parse(ending.output)
    return Result(
      hitRate20: try json.require("hr_at_20").double(),
      meanReciprocalRank20: try json.require("mrr_at_20").double())
  }
}
