internal import Lab
internal import Trees

extension Bench {
  /// Forests of 300 trees of depth six over 64 features, trained and scored by the peers, then
  /// scored here, on one thread, from the same rows of floats.
  func forests() throws -> [BenchRow] {
    let duel = try ForestDuel(self)
    let rows = try duel.rows()
    if rows.allSatisfy({ $0.peer == nil }) {
      console.note("trees: neither xgboost nor lightgbm is installed: scripts/setup bench")
    }
    return rows
  }
}

/// Our forests beside XGBoost's and LightGBM's.
private struct ForestDuel {
  private static let batch = 5_000
  private static let small = 200
  private static let features = 64
  private static let constant = 40

  private let bench: Bench
  private let scratch: ScratchFolder
  private let trees: Int
  private let seconds: Double
  private let trial: ForestTrial
  private let seeded: SeededForest

  init(_ bench: Bench) throws {
    self.bench = bench
    trees = bench.size(300)
    seconds = bench.isQuick ? 0.02 : 1
    seeded = SeededForest(
      rows: bench.size(20_000), features: Self.features, trees: trees, depth: 6, seed: 1)
    let values = seeded.values()
    scratch = try ScratchFolder("updraft-bench")
    try NumpyFile.write(
      VectorTable(dimension: Self.features, values: values), to: scratch.path + "/rows.npy")
    let rows = min(Self.batch, seeded.rows)
    trial = ForestTrial(
      values: Array(values[..<(rows * Self.features)]), rows: rows, features: Self.features,
      secondsAtLeast: seconds)
  }

  func rows() throws -> [BenchRow] {
    let xgboost = try rows(of: .xgboost)
    let lightgbm = try rows(of: .lightgbm)
    return xgboost + lightgbm + (try constantRows())
  }

  /// A model of the peer: a batch with the fastest instructions, and XGBoost's by AVX2, and small.
  private func rows(of name: ForestPeer.Name) throws -> [BenchRow] {
    guard let peer = ForestPeer(name, folder: scratch.path) else { return [] }
    bench.say("trees: \(name.rawValue) trains")
    let forest = try peer.trained(trees: trees, depth: 6)
    bench.say("trees: \(name.rawValue), then ours")
    let goal = name == .xgboost ? 20.0 : 60.0
    let theirs = try peer.scored(rows: trial.rows, seconds: seconds)
    var rows = [try row(name, forest, nil, trial.rows, theirs, goal)]
    guard name == .xgboost else { return rows }
    if CompiledForest.variants.contains("avx2") {
      rows.append(try row(name, forest, "avx2", trial.rows, theirs, 4))
    }
    let few = try peer.scored(rows: Self.small, seconds: seconds)
    rows.append(try row(name, forest, nil, Self.small, few, 10))
    return rows
  }

  /// The peer's time over ours: how many times as fast.
  private func row(
    _ name: ForestPeer.Name, _ forest: Forest, _ variant: String?, _ count: Int,
    _ theirs: ForestTrial.Reading, _ goal: Double
  ) throws -> BenchRow {
    let compiled = try CompiledForest(forest, variant: variant)
    let ours = trial.rows(compiled, linked: true, count: count)
    guard ours.scores.count == theirs.scores.count else {
      throw Failure("bench-peer", "\(name.rawValue): \(theirs.scores.count) scores for \(count)")
    }
    let worst = zip(ours.scores, theirs.scores).map { abs($0 - $1) }.max() ?? 0
    guard worst <= 1e-5 else {
      throw Failure(
        "bench-differs", "trees: a score differs from \(name.rawValue)'s by \(worst)")
    }
    return BenchRow(
      "\(Figures.grouped(count)) rows x \(Self.features) x \(trees) trees of depth 6, "
        + compiled.variant, .perSecond, Double(count) / ours.seconds,
      peer: (name.rawValue, Double(count) / theirs.seconds), .ratioAtLeast(goal),
      note: "\(Figures.decimal(ours.seconds * 1e3, 3)) ms against "
        + "\(Figures.decimal(theirs.seconds * 1e3, 3)) ms; largest difference \(worst)")
  }

  /// Most features the same in all rows, as those of a user are, beside the same batch in which
  /// they stand in every row.
  private func constantRows() throws -> [BenchRow] {
    let forest = seeded.forest()
    let compiled = try CompiledForest(forest)
    let plain = trial.columns(compiled, constant: 0)
    let known = trial.columns(compiled, constant: Self.constant, anew: true)
    let again = trial.columns(compiled, constant: Self.constant)
    guard try trial.plain(forest, constant: Self.constant) == again.scores else {
      throw Failure("bench-differs", "trees: constant features change a score")
    }
    return [
      BenchRow(
        "the same with \(Self.constant) features of the user", .perSecond,
        Double(trial.rows) / known.seconds,
        peer: ("ours, all in rows", Double(trial.rows) / plain.seconds),
        .ratioAtLeast(1.8),
        note: "\(Figures.decimal(known.seconds * 1e3, 3)) ms against "
          + "\(Figures.decimal(plain.seconds * 1e3, 3)) ms, both from columns; "
          + "\(Figures.decimal(again.seconds * 1e3, 3)) ms for the next batch of that user")
    ]
  }
}
