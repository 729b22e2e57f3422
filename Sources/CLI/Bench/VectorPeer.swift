internal import JSON

/// A library that searches vectors too, through Benchmarks/nearest_vectors.py.
struct VectorPeer {
  /// What Python calls it.
  let name: String
  private let python: String
  private let seconds: Double

  /// Vectors and queries where both sides find them.
  struct Files {
    let folder: String
    let metric: String
    var vectors: String { folder + "/vectors.npy" }
    var queries: String { folder + "/queries.npy" }
    var filter: String { folder + "/filter.npy" }
  }

  /// nil when it is not installed.
  ///
  /// - Parameter seconds: how long it repeats the queries for a reading.
  init?(_ name: String, seconds: Double) {
    let places = [".build/peers/bin/python3", "python3"]
    let found = places.first { place in
      let child = try? ChildProcess(place, ["-c", "import numpy, \(name)"])
      return child?.wait().code == 0
    }
    guard let found, CLI.Files.facts("Benchmarks/nearest_vectors.py") != nil else { return nil }
    self.name = name
    self.seconds = seconds
    python = found
  }

  /// Builds its index and keeps it in the folder.
  func build(_ files: Files, threads: Int) throws -> (seconds: Double, bytesPerVector: Double) {
    let lines = try run([
      "build", name, files.vectors, files.metric, "\(threads)", files.folder + "/" + name,
    ]) { json in
      (
        seconds: try json.require("build_s").double(),
        bytesPerVector: try json.require("bytes_per_vector").double()
      )
    }
    guard let first = lines.first else { throw Failure("bench-peer", "\(name): no answer") }
    return first
  }

  /// Its readings up to the recall `until`, with the filter of the folder where wanted.
  func search(
    _ files: Files, k: Int, efforts: [Int], until: Double, filtered: Bool = false
  ) throws -> RateCurve {
    let arguments = [
      "search", name, files.vectors, files.queries, files.metric, "\(k)",
      efforts.map { "\($0)" }.joined(separator: ","), files.folder + "/" + name,
      "--until", "\(until)", "--seconds", "\(seconds)",
    ]
    let points = try run(arguments + (filtered ? ["--filter", files.filter] : [])) { json in
      RateCurve.Point(
        recall: try json.require("recall").double(), rate: try json.require("qps").double(),
        low: try json.require("low").double())
    }
    return RateCurve(points: points)
  }

  /// What `read` makes of each line of the answer.
  private func run<Line>(
    _ arguments: [String], _ read: (JSONValue) throws -> Line
  ) throws -> [Line] {
    let child = try ChildProcess(python, ["Benchmarks/nearest_vectors.py"] + arguments)
    let ending = child.wait()
    guard ending.code == 0 else { throw Failure("bench-peer", "\(name): \(ending.error)") }
    let parser = JSONParser()
    return try ending.output.split(separator: "\n").map { line in
      try read(try parser.parse(String(line)))
    }
  }
}
