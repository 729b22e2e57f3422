public import Feed

/// Trains a ranker: a forest for the order of a page and one an objective, by XGBoost.
///
/// ```swift
/// let table = try SVMLightFile.read("train.svm.gz", groups: "train.group")
/// let artifact = try RankerTrainer.train(
///   table: table, valid: nil, options: RankerOptions(), time: clock
/// ) { step in
///   print(step.stage, step.done)
///   return true
/// }
/// ```
public enum RankerTrainer {
  /// Trains on a table.
  ///
  /// The same table, options and number of threads give the same bytes, unless settings are
  /// searched for, which goes on for as long as it was given.
  ///
  /// - Parameters:
  ///   - valid: later rows, by which growth is stopped, probabilities are calibrated and metrics
  ///     are taken; nil = the latest requests of the table are held out for that.
  ///   - time: measures how long a search goes on.
  ///   - progress: hears of every round; false ends the training.
  /// - Returns: the forests as XGBoost's JSON, and all that a gate wants to know of them.
  /// - Throws: `LabError`: `.option`, `.training` when there is nothing to learn, `.cancelled`.
  public static func train(
    table: TrainingTable, valid: TrainingTable?, options: RankerOptions, time: any TimeSource,
    progress: TrainingStep.Watch
  ) throws(LabError) -> ModelArtifact {
    try options.check()
    return try withoutActuallyEscaping(progress) { (hear) throws(LabError) -> ModelArtifact in
      var training = RankerTraining(
        try TrainingParts(table, valid: valid, options), options, time, TrainingWatch(hear: hear))
      try training.run()
      return try training.artifact(of: [table] + (valid.map { [$0] } ?? []))
    }
  }
}

/// One training on its way.
struct RankerTraining {
  /// A head that is done.
  struct Head {
    var name: String
    var objective: Objective?
    var growth: ForestGrower.Growth
    var calibration = Calibration()
    /// What it says of the rows that judge, with its link.
    var judged: [Float]
  }

  let parts: TrainingParts
  let options: RankerOptions
  let time: any TimeSource
  let watch: TrainingWatch
  private(set) var bias = PositionBias.none
  private(set) var heads: [Head] = []
  private(set) var metrics: [String: Double] = [:]
  private(set) var parameters: [String: String] = [:]
  /// Why forests were left out.
  private var omissions: [String] = []

  init(
    _ parts: TrainingParts, _ options: RankerOptions, _ time: any TimeSource,
    _ watch: TrainingWatch
  ) {
    self.parts = parts
    self.options = options
    self.time = time
    self.watch = watch
  }

  mutating func run() throws(LabError) {
    guard parts.learn.table.hasVariety else {
      throw LabError(
        .training,
        "every feature has the same value in all \(parts.learn.table.count) rows to "
          + "learn from; nothing tells them apart")
    }
    try findBias()
    let objectives = Objective.allCases.filter(options.objectives.contains)
    // A search has as long for each forest.
    let wanted = [nil] + objectives.map(Optional.some)
    let trained = wanted.filter { reasonToOmit($0) == nil }
    let seconds = options.searchSeconds / Double(max(1, trained.count))
    for objective in wanted {
      if let reason = reasonToOmit(objective) {
        omissions.append(reason)
        try watch.tell(objective?.name ?? "order", finding: "left out: \(reason)")
      } else if let objective {
        try trainHead(objective, seconds)
      } else {
        try trainOrder(seconds)
      }
    }
    guard !heads.isEmpty else {
      throw LabError(.training, "nothing can be learned: " + omissions.joined(separator: "; "))
    }
  }

  // MARK: Position bias

  private mutating func findBias() throws(LabError) {
    let (learn, stop) = (parts.learn.table, parts.stop.table)
    defer { parameters["bias"] = bias.source.rawValue }
    guard options.bias != .off, !learn.positions.isEmpty, !stop.positions.isEmpty else { return }
    if options.bias != .regression, let found = PositionBias.randomised(learn) {
      bias = found
    } else if options.bias != .randomised,
      let found = try PositionBias.byRegression(
        learn, stop: stop, seed: options.seed, threads: options.threads, watch: watch)
    {
      bias = found
    }
    guard bias.source != .none else {
      return try watch.tell("position bias", finding: "not known: too few clicks; none is removed")
    }
    let shown = bias.examination.prefix(20).map { Self.short(Double($0), 3) }
    parameters["examination"] = shown.joined(separator: " ")
    parameters["clip"] = "\(options.clip)"
    try watch.tell(
      "position bias", finding: "\(bias.source.rawValue): " + shown.joined(separator: " "))
  }

  // MARK: Order

  private mutating func trainOrder(_ seconds: Double) throws(LabError) {
    let weights = bias.weights(parts.learn.table, clip: options.clip)
    let stopWeights = bias.weights(parts.stop.table, clip: options.clip)
    let measure = OrderMeasure(parts.stop.table, weights: stopWeights, k: options.ndcgAt)
    let settings = try searched(options.order, seconds, "order") {
      (settings, isLeft) throws(LabError) in
      try grow(orderLoss(weights), settings, { measure.value($0) }, isLeft)
    }
    let growth = try grown(orderLoss(weights), settings, "order") { measure.value($0) }
    describe(growth, settings, "order")
    let judged = try predict(growth.json, parts.judge.matrix)
    try judgeOrder(judged, settings)
    heads.append(Head(name: "order", growth: growth, judged: judged))
  }

  private func orderLoss(_ weights: [Float]) -> LambdaLoss {
    LambdaLoss(parts.learn.table, weights: weights, truncation: options.truncation)
  }

  private mutating func judgeOrder(
    _ scores: [Float], _ settings: BoosterSettings
  ) throws(LabError) {
    for figure in RankingFigures(parts.judge.table, scores: scores, samples: 0).figures {
      metrics[figure.name] = figure.value
    }
    guard bias.source != .none else { return }
    let weights = bias.weights(parts.judge.table, clip: options.clip)
    let weighted = OrderMeasure(parts.judge.table, weights: weights, k: options.ndcgAt)
    let name = "dcg@\(options.ndcgAt).ipw"
    let with = weighted.value(scores)
    add(name, with)
    guard options.ablation else { return }
    let plain = OrderMeasure(parts.stop.table, k: options.ndcgAt)
    let growth = try grown(orderLoss([]), settings, "order without weights") { plain.value($0) }
    let others = try predict(growth.json, parts.judge.matrix)
    let without = weighted.value(others)
    add(name + ".without", without)
    let seen = OrderMeasure(parts.judge.table, k: options.ndcgAt)
    try watch.tell(
      "order",
      finding: "as if all places were looked at, DCG@\(options.ndcgAt) over the best: "
        + "\(Self.short(with)) with inverse propensity weights, \(Self.short(without)) without; "
        + "NDCG@\(options.ndcgAt) as clicked: \(Self.short(seen.value(scores))) and "
        + "\(Self.short(seen.value(others)))")
  }

  // MARK: What is noted

  mutating func append(_ head: Head) { heads.append(head) }

  mutating func add(_ name: String, _ value: Double?) { metrics[name] = value }

  mutating func describe(
    _ growth: ForestGrower.Growth, _ settings: BoosterSettings, _ name: String
  ) {
    for (key, value) in settings.described { parameters["\(name).\(key)"] = value }
    parameters["\(name).rounds"] = "\(growth.rounds)"
  }
}
