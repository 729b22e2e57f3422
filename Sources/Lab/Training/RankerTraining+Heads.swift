internal import Feed

extension RankerTraining {
  /// Why an objective gets no head, or the order (nil) no forest; nil = it gets one.
  func reasonToOmit(_ objective: Objective?) -> String? {
    let (learn, stop) = (parts.learn.table, parts.stop.table)
    guard let objective else {
      if !learn.hasOrder { return "order: no request to learn from has rows of different grades" }
      return stop.hasOrder ? nil : "order: no held-out request has rows of different grades"
    }
    let least = options.positivesMin
    for (table, least, what) in [
      (learn, least, "to learn from"), (stop, max(1, least / 10), "held out"),
    ] {
      let positives = table.labels.count { $0 & objective.bit != 0 }
      for (count, kind) in [(positives, "with"), (table.count - positives, "without")]
      where count < least {
        return "\(objective.name): \(count) rows \(what) are \(kind) it, \(least) are needed"
      }
    }
    return nil
  }

  /// The forest of an objective, calibrated on the rows that stopped it.
  mutating func trainHead(_ objective: Objective, _ seconds: Double) throws(LabError) {
    let loss = LogisticLoss(targets: targets(parts.learn.table, objective))
    let stopTargets = targets(parts.stop.table, objective)
    let measure = { (margins: [Float]) in
      -LogisticLoss.loss(margins: margins, targets: stopTargets)
    }
    let settings = try searched(options.heads, seconds, objective.name) {
      (settings, isLeft) throws(LabError) in
      try grow(loss, settings, measure, isLeft)
    }
    let growth = try grown(loss, settings, objective.name, measure)
    describe(growth, settings, objective.name)
    var head = Head(
      name: objective.name, objective: objective, growth: growth,
      judged: try predict(growth.json, parts.judge.matrix))
    let raw = growth.margins.map(LogisticLoss.sigmoid)
    // Each half is mapped by the other's map: what the whole map does to rows that it was not made
    // from. Where that is worse than no map, there are too few rows for one.
    let crossed = crossed(objective, raw)
    let isBetter = logLoss(crossed, objective) < logLoss(raw, objective)
    if isBetter {
      head.calibration = calibration(objective, raw, Array(0..<parts.stop.table.count))
    }
    judge(head, crossed: isBetter ? crossed : raw)
    append(head)
  }

  /// The rows that stop, each half mapped by what the other half shows.
  private func crossed(_ objective: Objective, _ raw: [Float]) -> [Float] {
    var calibrated = raw
    for half in 0..<2 {
      let (own, others) = halves(parts.stop.table, half)
      let map = calibration(objective, raw, others)
      for row in own { calibrated[row] = map.apply(raw[row]) }
    }
    return calibrated
  }

  /// The log loss of probabilities of the rows that stop.
  private func logLoss(_ probabilities: [Float], _ objective: Objective) -> Double {
    let table = parts.stop.table
    let seen = zip(probabilities, chances(table)).map { $0 * $1 }
    return RankingMetrics.logLoss(labels: table.isPositive(objective), probabilities: seen)
      ?? .infinity
  }

  /// Labels, each over the chance that it could be seen.
  private func targets(_ table: TrainingTable, _ objective: Objective) -> [Float] {
    let weights = bias.weights(table, clip: options.clip)
    return table.labels.indices.map { row in
      guard table.labels[row] & objective.bit != 0 else { return 0 }
      return weights.isEmpty ? 1 : weights[row]
    }
  }

  /// The isotonic map over some rows that stop.
  ///
  /// A row that is looked at with the chance θ is positive with θ times the calibrated probability,
  /// so the least squares of that have the targets label/θ and the weights θ².
  private func calibration(
    _ objective: Objective, _ raw: [Float], _ rows: [Int]
  ) -> Calibration {
    let table = parts.stop.table
    let chances = self.chances(table)
    return Isotonic.calibration(
      raw: rows.map { raw[$0] },
      seen: rows.map { table.labels[$0] & objective.bit != 0 ? 1 / chances[$0] : 0 },
      weights: rows.map { chances[$0] * chances[$0] })
  }

  /// How likely each row was looked at.
  private func chances(_ table: TrainingTable) -> [Float] {
    bias.source == .none || table.positions.isEmpty
      ? [Float](repeating: 1, count: table.count)
      : table.positions.map { max(bias.chance($0), 1e-3) }
  }

  /// The metrics of a head. What is compared with what was seen is the probability times the chance
  /// that the row was looked at.
  private mutating func judge(_ head: Head, crossed: [Float]) {
    guard let objective = head.objective else { return }
    let table = parts.judge.table
    let labels = table.isPositive(objective)
    let chances = chances(table)
    // A map may not be judged by the rows that it was made from.
    let calibrated = parts.isJudgeStop ? crossed : head.judged.map(head.calibration.apply)
    let seen = { (probabilities: [Float]) in zip(probabilities, chances).map { $0 * $1 } }
    let name = objective.name
    add("auc.\(name)", RankingMetrics.auc(labels: labels, scores: head.judged))
    add(
      "gauc.\(name)",
      RankingMetrics.groupedAUC(labels: labels, scores: head.judged, groups: table.groups))
    for (suffix, probabilities) in [("", seen(calibrated)), (".raw", seen(head.judged))] {
      add(
        "logloss.\(name)\(suffix)",
        RankingMetrics.logLoss(labels: labels, probabilities: probabilities))
      add(
        "ece.\(name)\(suffix)",
        RankingMetrics.expectedCalibrationError(labels: labels, probabilities: probabilities))
    }
    add("positives.\(name)", Double(labels.count { $0 }))
  }

  /// Rows of every other request, and all the others.
  private func halves(_ table: TrainingTable, _ half: Int) -> ([Int], [Int]) {
    var (own, others) = ([Int](), [Int]())
    for group in table.groups.indices {
      let rows = table.starts[group]..<table.starts[group + 1]
      if group % 2 == half { own += rows } else { others += rows }
    }
    return (own, others)
  }
}
