internal import Index
internal import Lab

extension Bench {
  /// A graph opened from its file, which the system has in memory: every sum is checked.
  func indexOpen() throws -> [BenchRow] {
    let count = size(1_000_000)
    say("index-open: making \(Figures.grouped(count)) vectors")
    let vectors = SeededVectors(count: count, dimension: 128).made(queries: 1).vectors
    var settings = GraphSettings()
    settings.degree = 32
    // Opening reads every byte whatever the links are; a narrow beam makes them sooner.
    settings.constructionEffort = 40
    let index = GraphIndex(dimension: 128, metric: .cosine, settings: settings)
    for row in 0..<vectors.count {
      vectors.withVector(row) { index.load(row: UInt32(row), vector: $0) }
    }
    index.build(threads: 2) { done, all in
      say("index-open: linking, \(Figures.grouped(done)) of \(Figures.grouped(all))")
    }
    let scratch = try ScratchFolder("updraft-bench")
    let path = scratch.path + "/bench.graph"
    let saving = ContinuousClock.now
    let bytes = try index.save(to: path).bytes
    let saved = Progress.seconds(saving.duration(to: .now))
    var times: [Double] = []
    for _ in 1...(isQuick ? 1 : 5) {
      let start = ContinuousClock.now
      let opened = try GraphIndex.open(path)
      times.append(Progress.seconds(start.duration(to: .now)))
      guard opened.count == index.count, opened.pending == 0 else {
        throw Failure("index-differs", "\(path): the opened graph is not the one that was saved")
      }
    }
    return [
      BenchRow(
        "open a graph of \(Figures.grouped(count)) x 128, all sums checked", .seconds,
        Self.median(times), .atMost(1),
        note: "\(Figures.bytes(bytes)), saved in \(Figures.decimal(saved, 2)) s")
    ]
  }
}
