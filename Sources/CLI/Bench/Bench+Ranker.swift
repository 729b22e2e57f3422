internal import Feed
internal import Lab

extension Bench {
  private static let cutoffs = [1, 3, 5, 10]

  /// Learning to rank on LightGBM's lambdarank sample, each side stopped by the same held-out rows.
  func ranker() throws -> [BenchRow] {
    guard let rank else {
      throw Failure("no-data", "name the folder of the lambdarank sample with --rank DIR")
    }
    let sample = RankingSample(folder: rank)
    guard Files.facts(sample.train) != nil else {
      throw Failure("no-data", "\(sample.train): there is no such file; check --rank")
    }
    say("ranker: ours")
    let tables = try SVMLightFile.read([
      (sample.train, sample.trainGroups), (sample.test, sample.testGroups),
    ])
    var options = RankerOptions()
    (options.threads, options.objectives) = (1, [])
    if isQuick { options.order.rounds = 40 }
    let start = ContinuousClock.now
    let artifact = try RankerTrainer.train(
      table: tables[0], valid: tables[1], options: options, time: SystemTime()
    ) { _ in true }
    let seconds = Progress.seconds(start.duration(to: .now))
    let ours = try RankerEvaluation(artifact).run(tables[1], samples: 0).order
    var rows: [BenchRow] = []
    for name in ["xgboost", "lightgbm"] {
      say("ranker: \(name)")
      let peer = RankerPeer(name)
      let theirs = try peer?.run(sample, cutoffs: Self.cutoffs)
      for k in Self.cutoffs {
        let beside = theirs?[k]
        rows.append(
          BenchRow(
            "ranker on the lambdarank sample, NDCG@\(k)", .share, ours["ndcg@\(k)"] ?? 0,
            peer: beside.map { (name, $0) },
            beside.map { .atLeast($0 - 0.005) } ?? .ratioAtLeast(1),
            note: peer == nil
              ? "\(name) is not installed" : "ours in \(Figures.decimal(seconds, 1)) s"))
      }
    }
    return rows
  }
}
