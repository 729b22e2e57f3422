public import Feed

/// How good a model is on rows of a table, scored by the evaluation that serves pages.
public struct RankerEvaluation: Sendable {
  /// What was found.
  public struct Result: Sendable {
    /// Which head ordered the rows: "order", or the first objective where there is none.
    public var head: String
    /// How good the order is.
    public var order: RankingFigures
    /// Of each objective that occurs in the rows: "auc.click", "gauc.click", "logloss.click",
    /// "ece.click".
    public var heads: [(name: String, value: Double)]
    /// How good the order is for some of the requests.
    public var segments: [(segment: RequestSegment, order: RankingFigures)] = []
  }

  private let artifact: ModelArtifact

  /// A model.
  public init(_ artifact: ModelArtifact) { self.artifact = artifact }

  /// Scores and measures.
  ///
  /// - Parameters:
  ///   - table: over the model's features, in their order.
  ///   - segments: requests that are also measured by themselves.
  ///   - samples: of the bootstrap over requests.
  /// - Throws: `LabError` when the model can't be evaluated or has other features.
  public func run(
    _ table: TrainingTable, segments: [RequestSegment] = [], samples: Int = 1_000, seed: UInt64 = 0
  ) throws(LabError) -> Result {
    let manifest = artifact.manifest
    guard table.features == manifest.features else {
      throw LabError(.format, "the rows have other features than the model")
    }
    guard let first = manifest.heads.first else {
      throw LabError(.format, "the model has no head")
    }
    let leading = manifest.heads.first { $0.name == "order" } ?? first
    let scores = try scores(leading, table)
    var result = Result(
      head: leading.name,
      order: RankingFigures(table, scores: scores, samples: samples, seed: seed), heads: [])
    for segment in segments {
      let rows = segment.groups.flatMap { table.starts[$0]..<table.starts[$0 + 1] }
      result.segments.append(
        (
          segment,
          RankingFigures(
            table.picking(segment.groups), scores: rows.map { scores[$0] }, samples: samples,
            seed: seed)
        ))
    }
    for head in manifest.heads {
      guard let objective = Objective.named(head.name) else { continue }
      let labels = table.isPositive(objective)
      let raw = try self.scores(head, table)
      let probabilities = raw.map(head.calibration.apply)
      for (name, value) in [
        ("auc", RankingMetrics.auc(labels: labels, scores: raw)),
        ("gauc", RankingMetrics.groupedAUC(labels: labels, scores: raw, groups: table.groups)),
        ("logloss", RankingMetrics.logLoss(labels: labels, probabilities: probabilities)),
        (
          "ece",
          RankingMetrics.expectedCalibrationError(labels: labels, probabilities: probabilities)
        ),
      ] {
        if let value { result.heads.append(("\(name).\(head.name)", value)) }
      }
    }
    return result
  }

  private func scores(
    _ head: ModelManifest.Head, _ table: TrainingTable
  ) throws(LabError) -> [Float] {
    guard let bytes = artifact.files[head.file] else {
      throw LabError(.format, "the model's file \(head.file) is missing")
    }
    return try ForestScores.of(bytes, table, name: head.file)
  }
}
