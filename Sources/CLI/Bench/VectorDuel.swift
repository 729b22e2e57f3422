internal import Index
internal import Lab

/// The index beside hnswlib and faiss, on one set of vectors.
struct VectorDuel {
  let bench: Bench
  let set: VectorSet
  let hnswlib: VectorPeer?
  let faiss: VectorPeer?
  let files: VectorPeer.Files
  private let scratch: ScratchFolder
  private let index: ShardedIndex
  let trial: IndexTrial
  private let seconds: Double
  private let peerBuild: (seconds: Double, bytesPerVector: Double)?

  /// Builds both indexes, each with two threads.
  init(_ set: VectorSet, _ bench: Bench) throws {
    let reading = bench.isQuick ? 0.02 : 0.4
    self.bench = bench
    self.set = set
    hnswlib = VectorPeer("hnswlib", seconds: reading)
    faiss = bench.isQuick ? nil : VectorPeer("faiss", seconds: reading)
    scratch = try ScratchFolder("updraft-bench")
    files = VectorPeer.Files(
      folder: scratch.path, metric: set.metric == .cosine ? "cosine" : "l2")
    try NumpyFile.write(set.vectors, to: files.vectors)
    try NumpyFile.write(set.queries, to: files.queries)
    bench.say("vectors: \(set.name): building the peers")
    peerBuild = try hnswlib?.build(files, threads: 2)
    _ = try faiss?.build(files, threads: 2)
    bench.say("vectors: \(set.name): building ours")
    index = ShardedIndex(dimension: set.vectors.dimension, metric: set.metric, shards: 1)
    seconds = IndexTrial.built(set.vectors, in: index, threads: 2, time: SystemTime())
    let truth = ExactAnswers(set.vectors, metric: set.metric)
    trial = IndexTrial(index, queries: set.queries, truth: truth, time: SystemTime())
  }

  /// Every row but those of filters.
  func rows() throws -> [BenchRow] {
    var rows = try nearestTen()
    rows += try deep(
      100, recall: 0.99, goal: 3.5, efforts: [104, 120, 136, 160, 192, 256, 384, 768])
    rows += try deep(1_000, recall: 0.95, goal: 3, efforts: [1_000, 1_200, 1_500, 2_000, 3_000])
    return rows + size()
  }

  /// Ten hits: one query at a time, and batches of eight.
  private func nearestTen() throws -> [BenchRow] {
    var plan = plan(10, until: 0.992)
    var (ours, batched, peers): ([RateCurve], [RateCurve], [RateCurve]) = ([], [], [])
    let thresholds = trial.thresholds(plan)
    for round in 1...(bench.isQuick ? 1 : 3) {
      bench.say("vectors: \(set.name): round \(round), hnswlib, then ours")
      if let hnswlib {
        peers.append(
          try hnswlib.search(files, k: 10, efforts: Self.peerEfforts, until: plan.until))
      }
      plan.batch = 1
      ours.append(curve(plan, thresholds))
      plan.batch = 8
      batched.append(curve(plan, thresholds))
    }
    let other = try faiss?.search(files, k: 10, efforts: Self.peerEfforts, until: plan.until)
    let goal = Self.hasByteProducts ? 4.0 : 2.0
    var rows: [BenchRow] = []
    for recall in [0.95, 0.99] {
      let note = other?.rate(at: recall).map { "faiss \(Figures.grouped(Int($0)))/s" } ?? ""
      rows.append(
        rate("top 10 at \(recall)", ours, peers, recall, goal, note: note))
    }
    rows.append(rate("top 10 at 0.99, batches of 8", batched, peers, 0.99, 5))
    let lows = peers.compactMap { $0.low(at: 0.95) }
    let own = ours.compactMap { $0.low(at: 0.95) }
    rows.append(
      BenchRow(
        "\(set.name): queries under recall .5, at 0.95", .share, Bench.median(own),
        peer: lows.isEmpty ? nil : ("hnswlib", Bench.median(lows)),
        .atMost(Bench.median(lows) + 0.001)))
    return rows
  }

  private func deep(
    _ k: Int, recall: Double, goal: Double, efforts: [Int]
  ) throws -> [BenchRow] {
    bench.say("vectors: \(set.name): top \(k)")
    var plan = plan(k, until: recall)
    plan.efforts = efforts
    let peers = try hnswlib.map {
      [try $0.search(files, k: k, efforts: Self.peerDeeper.map { $0 * k / 100 }, until: recall)]
    }
    let ours = [curve(plan, trial.thresholds(plan))]
    return [rate("top \(Figures.grouped(k)) at \(recall)", ours, peers ?? [], recall, goal)]
  }

  /// Building, memory, and what is left of the recall without exact rows.
  private func size() -> [BenchRow] {
    var settings = GraphSettings()
    settings.keeps = .codesOnly
    let small = ShardedIndex(
      dimension: set.vectors.dimension, metric: set.metric, shards: 1, settings: settings)
    _ = IndexTrial.built(set.vectors, in: small, threads: 2, time: SystemTime())
    var plan = plan(10, until: 0.95)
    plan.efforts += [768, 1_024]
    let judge = IndexTrial(small, queries: set.queries, truth: trial.truth, time: SystemTime())
    let best = curve(plan, trial.thresholds(plan), judge).points.map(\.recall).max() ?? 0
    let bytes = peerBuild.map { ("hnswlib", $0.bytesPerVector) }
    func each(_ index: ShardedIndex) -> Double {
      Double(index.statistics().bytes) / Double(max(1, index.count))
    }
    return [
      BenchRow(
        "\(set.name): build, 2 threads", .seconds, seconds,
        peer: peerBuild.map { ("hnswlib", $0.seconds) }, .ratioAtMost(0.5)),
      BenchRow(
        "\(set.name): memory a vector", .bytes, each(index), peer: bytes, .ratioAtMost(0.8)),
      BenchRow(
        "\(set.name): memory a vector, codes only", .bytes, each(small), peer: bytes,
        .ratioAtMost(0.45), note: "recall@10 \(Figures.decimal(best, 3)), of at least .95"),
    ]
  }

  /// A plan whose last effort is the first that reaches the recall.
  func plan(_ k: Int, until: Double) -> IndexTrial.Plan {
    var plan = IndexTrial.Plan()
    plan.k = k
    plan.efforts = [10] + plan.efforts
    plan.until = until
    plan.secondsAtLeast = bench.isQuick ? 0.02 : 0.4
    return plan
  }

  func curve(
    _ plan: IndexTrial.Plan, _ thresholds: [Float], _ other: IndexTrial? = nil
  ) -> RateCurve {
    var curve = RateCurve()
    (other ?? trial).readings(plan, thresholds: thresholds) { reading in
      curve.points.append(
        .init(recall: reading.recall, rate: reading.rate, low: reading.low))
    }
    return curve
  }

  private func rate(
    _ what: String, _ ours: [RateCurve], _ peers: [RateCurve], _ recall: Double, _ goal: Double,
    note: String = ""
  ) -> BenchRow {
    let theirs = peers.compactMap { $0.rate(at: recall) }
    return BenchRow(
      "\(set.name): \(what)", .perSecond, Bench.median(ours.compactMap { $0.rate(at: recall) }),
      peer: theirs.isEmpty ? nil : ("hnswlib", Bench.median(theirs)), .ratioAtLeast(goal),
      note: note)
  }

  private static let peerEfforts = [
    10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 512, 768, 1_024,
  ]
  /// In hundredths of the hits wanted.
  private static let peerDeeper = [100, 120, 150, 200, 300, 450, 700, 1_000]

  /// Whether the processor multiplies bytes four at a time (VNNI), and may.
  private static var hasByteProducts: Bool {
    guard Environment.variables["UPDRAFT_CPU"] == nil,
      let text = try? Files.read("/proc/cpuinfo")
    else { return false }
    return String(decoding: text, as: UTF8.self).contains("avx512_vnni")
  }
}
