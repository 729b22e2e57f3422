internal import Feed
internal import Trees

extension RankerTraining {
  /// The forests and all that is known of them.
  ///
  /// - Throws: `LabError` when our own scoring disagrees with XGBoost's.
  func artifact(of tables: [TrainingTable]) throws(LabError) -> ModelArtifact {
    let features = parts.learn.table.features
    var manifest = ModelManifest(
      features: features,
      heads: heads.map {
        ModelManifest.Head(name: $0.name, file: "\($0.name).json", calibration: $0.calibration)
      })
    manifest.created = options.created
    manifest.code = options.code
    manifest.trainer = XGBoostLibrary.name
    manifest.parameters = parameters.merging(described) { $1 }
    manifest.data = range(of: tables)
    manifest.metrics = metrics
    manifest.popularity = popularity
    let newest = NewestRows(
      [parts.learn.table, parts.stop.table] + (parts.isJudgeStop ? [] : [parts.judge.table]))
    manifest.profiles = newest.profiles
    manifest.profiled = newest.range
    let smoke = try smokeTable()
    manifest.smokeRows = (0..<smoke.count).map { row in
      Array(smoke.values[row * features.count..<(row + 1) * features.count])
    }
    let matrix = try DMatrix(smoke, threads: options.threads)
    for head in heads {
      let said = try predict(head.growth.json, matrix)
      try Self.check(head, smoke, said)
      manifest.smokeOutputs.append(said)
    }
    return ModelArtifact(
      manifest: manifest,
      files: Dictionary(uniqueKeysWithValues: heads.map { ("\($0.name).json", $0.growth.json) }))
  }

  private func range(of tables: [TrainingTable]) -> ModelManifest.DataRange {
    var range = ModelManifest.DataRange()
    let times = tables.flatMap(\.times)
    range.from = times.min() ?? .zero
    range.to = times.max() ?? .zero
    range.offset = options.through.value
    range.requests = tables.reduce(0) { $0 + $1.groups.count }
    range.examples = tables.reduce(0) { $0 + $1.count }
    return range
  }

  private var described: [String: String] {
    [
      "seed": "\(options.seed)", "threads": "\(options.threads)",
      "truncation": "\(options.truncation)",
      "judged_by": parts.isJudgeStop
        ? "the held-out rows that growth was stopped by"
        : "the latest requests, which nothing else was taken from",
      "requests": "\(parts.learn.table.groups.count) to learn from, "
        + "\(parts.stop.table.groups.count) to stop by, \(parts.judge.table.groups.count) to judge",
    ]
  }

  /// What the order by recent clicks alone would have had on the same rows; empty where the rows do
  /// not have that feature.
  private var popularity: [String: Double] {
    let table = parts.judge.table
    guard let column = table.features.firstIndex(of: Feature.popularity.name) else { return [:] }
    let scores = stride(from: column, to: table.values.count, by: table.features.count)
      .map { table.values[$0] }
    var metrics: [String: Double] = [:]
    for figure in RankingFigures(table, scores: scores, samples: 0).figures {
      metrics[figure.name] = figure.value
    }
    for head in heads {
      guard let objective = head.objective else { continue }
      let labels = table.isPositive(objective)
      metrics["auc.\(head.name)"] = RankingMetrics.auc(labels: labels, scores: scores)
      metrics["gauc.\(head.name)"] = RankingMetrics.groupedAUC(
        labels: labels, scores: scores, groups: table.groups)
    }
    return metrics
  }

  /// Rows from all over those that judge.
  private func smokeTable() throws(LabError) -> TrainingTable {
    let table = parts.judge.table
    let count = min(options.smokeRows, table.count)
    let width = table.features.count
    let values = (0..<count).flatMap { place in
      let row = place * table.count / count
      return table.values[row * width..<(row + 1) * width]
    }
    return try TrainingTable(
      features: table.features, values: values, groups: [count],
      grades: [Float](repeating: 0, count: count), labels: [UInt16](repeating: 0, count: count))
  }

  /// The forest must say the same where it will serve.
  private static func check(
    _ head: Head, _ table: TrainingTable, _ said: [Float]
  ) throws(LabError) {
    let own = try ForestScores.of(head.growth.json, table, name: head.name)
    for (row, (left, right)) in zip(own, said).enumerated()
    where !(abs(left - right) <= 1e-5 * max(1, abs(right))) {
      throw LabError(
        .training,
        "\(head.name): XGBoost says \(right) of smoke row \(row), our own scoring \(left); the "
          + "model's file is not read as it was meant")
    }
  }
}
