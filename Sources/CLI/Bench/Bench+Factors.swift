internal import Lab

extension Bench {
  /// Matrix factorisation beside implicit: an epoch, and what its lists are worth. Both are asked
  /// with settings that a search found good for them.
  func factors() throws -> [BenchRow] {
    let peer = ImplicitPeer()
    var rows: [BenchRow] = []
    if let real = try movieLens() { rows += try factors(real, peer) }
    say("ials: drawing interactions")
    let made = SeededInteractions(
      users: size(20_000), items: size(8_000), count: size(1_000_000)
    ).made()
    var seeded = FactorSet(
      name: "seeded \(Figures.grouped(made.entries.count))", train: made, test: made)
    (seeded.train, seeded.test) = try InteractionSplit.random(0.8).parts(of: made, seed: 1)
    rows += try factors(seeded, peer)
    if peer == nil { console.note("ials: implicit is not installed: scripts/setup bench") }
    return rows
  }

  /// The shipped split u1 of MovieLens 100K; nil where there is none.
  private func movieLens() throws -> FactorSet? {
    guard let vectors else { return nil }
    let files = (vectors + "/ml-100k/u1.base.gz", vectors + "/ml-100k/u1.test.gz")
    guard Files.facts(files.0) != nil, Files.facts(files.1) != nil else { return nil }
    var set = FactorSet(
      name: "MovieLens 100K", train: try InteractionSet(tabSeparated: files.0),
      test: try InteractionSet(tabSeparated: files.1))
    (set.alpha, set.peerRegularisation) = FactorSet.movieLensPeer
    (set.settings.unobservedWeight, set.settings.regularisation) = FactorSet.movieLens
    return set
  }

  private func factors(_ set: FactorSet, _ peer: ImplicitPeer?) throws -> [BenchRow] {
    let scratch = try ScratchFolder("updraft-bench")
    let files = (scratch.path + "/train.tsv", scratch.path + "/test.tsv")
    try Files.write(files.0, FactorSet.text(set.train))
    try Files.write(files.1, FactorSet.text(set.test))
    let trial = try RecommenderTrial(train: set.train, test: set.test, k: 20)
    var (ours, theirs) = ([Double](), [Double]())
    var (recall, peerRecall) = (0.0, 0.0)
    // In turn, so that both meet the same weather.
    for round in 1...3 {
      say("ials: \(set.name), round \(round)")
      let time = SystemTime()
      var last = time.ticks
      var epochs: [Double] = []
      let model = try FactorModel(set.train, set.settings) { _ in
        let now = time.ticks
        epochs.append(Double(now - last) / 1e6)
        last = now
        return true
      }
      // The first one also gets what it needs from the system.
      ours.append(Self.median(Array(epochs.dropFirst())))
      if round == 1 { recall = trial.reading(of: model).recall }
      guard let peer else { continue }
      let result = try peer.run(
        train: files.0, test: files.1, dimension: set.settings.dimension,
        epochs: set.settings.epochs, threads: set.settings.threads, alpha: set.alpha,
        regularisation: set.peerRegularisation)
      theirs.append(result.epoch * 1e3)
      peerRecall = result.recall
    }
    let name = "\(set.name): iALS"
    return [
      BenchRow(
        "\(name), an epoch, d \(set.settings.dimension), \(set.settings.threads) threads",
        .milliseconds, Self.median(ours),
        peer: theirs.isEmpty ? nil : ("implicit", Self.median(theirs)), .ratioAtMost(1)),
      BenchRow(
        "\(name), recall@20 after \(set.settings.epochs) epochs", .share, recall,
        peer: theirs.isEmpty ? nil : ("implicit", peerRecall), .ratioAtLeast(1)),
    ]
  }
}

/// Interactions that factorisations are compared on, and settings that were found good by a search
/// inside the training, ours and the peer's.
private struct FactorSet {
  let name: String
  var train: InteractionSet
  var test: InteractionSet
  var settings = FactorModel.Settings()
  /// What an observed pair weighs for the peer, where one that was not weighs 1.
  var alpha = 100.0
  var peerRegularisation = 1_000.0

  static let movieLens = (0.1, 0.02)
  static let movieLensPeer = (6.0, 30.0)

  init(name: String, train: InteractionSet, test: InteractionSet) {
    self.name = name
    self.train = train
    self.test = test
    settings.epochs = 15
  }

  static func text(_ set: InteractionSet) -> [UInt8] {
    var text = ""
    for entry in set.entries {
      text += set.users[Int(entry.user)] + "\t" + set.items[Int(entry.item)] + "\n"
    }
    return Array(text.utf8)
  }
}
