public import Trees

extension RankingModel {
  /// How far the outputs on a smoke test may be from those that the manifest names, by their size
  /// where that is above 1.
  public static let smokeTolerance: Float = 1e-5

  /// Makes a model of an artifact and checks everything that could mislead a page: features and
  /// heads that this program knows, forests that can be walked and end in finite numbers,
  /// calibrations that never fall, and outputs on the smoke test that are those of the trainer.
  ///
  /// - Parameter id: the hash of the artifact.
  /// - Throws: `.schema` or `.corrupt`, naming the feature, the head or the row.
  public init(id: String, _ artifact: ModelArtifact) throws(RegistryError) {
    let manifest = artifact.manifest
    let features = try Self.features(manifest)
    var order: Forest?
    var heads: [Head] = []
    for (place, head) in manifest.heads.enumerated() {
      let forest = try Self.forest(head, artifact)
      try Self.check(forest, head, manifest, outputs: place)
      if let fault = head.calibration.fault {
        throw RegistryError(.corrupt, "the head \(head.name): \(fault)")
      }
      if head.name == Self.orderName {
        order = forest
      } else if let objective = Objective.named(head.name) {
        guard forest.link == .logistic else {
          throw RegistryError(
            .schema,
            "schema mismatch: the head \(head.name) predicts no probability; train it with a "
              + "logistic objective")
        }
        heads.append(
          Head(objective: objective, forest: forest, calibration: head.calibration))
      } else {
        throw RegistryError(
          .schema,
          "schema mismatch: the head \(head.name) is unknown to this program; heads are "
            + "\(Self.orderName), " + Objective.allCases.map(\.name).joined(separator: ", "))
      }
    }
    self.init(id: id, features: features, order: order, heads: heads)
  }

  /// The name of the head that puts a page in order.
  public static let orderName = "order"

  private static func features(_ manifest: ModelManifest) throws(RegistryError) -> [Feature] {
    var features: [Feature] = []
    for name in manifest.features {
      guard let feature = Feature.named(name) else {
        throw RegistryError(
          .schema,
          "schema mismatch: feature \(name) is unknown to this program; it knows "
            + Feature.names.joined(separator: ", "))
      }
      guard !features.contains(feature) else {
        throw RegistryError(.schema, "schema mismatch: feature \(name) stands twice")
      }
      features.append(feature)
    }
    return features
  }

  private static func forest(
    _ head: ModelManifest.Head, _ artifact: ModelArtifact
  ) throws(RegistryError) -> Forest {
    guard let bytes = artifact.files[head.file] else {
      throw RegistryError(.corrupt, "the head \(head.name): the file \(head.file) is missing")
    }
    do {
      let forest = try Forest.load(bytes)
      try forest.check()
      return forest
    } catch {
      throw RegistryError(.corrupt, "the head \(head.name), \(head.file): \(error)")
    }
  }

  private static func check(
    _ forest: Forest, _ head: ModelManifest.Head, _ manifest: ModelManifest, outputs place: Int
  ) throws(RegistryError) {
    guard forest.featureCount == manifest.features.count else {
      throw RegistryError(
        .schema,
        "schema mismatch: \(head.file) has \(forest.featureCount) features, the manifest "
          + "\(manifest.features.count)")
    }
    for (named, feature) in zip(forest.featureNames, manifest.features) where named != feature {
      throw RegistryError(
        .schema, "schema mismatch: feature \(feature) of the manifest is \(named) in \(head.file)")
    }
    let expected = place < manifest.smokeOutputs.count ? manifest.smokeOutputs[place] : []
    guard expected.count == manifest.smokeRows.count,
      manifest.smokeRows.allSatisfy({ $0.count == manifest.features.count })
    else {
      throw RegistryError(.corrupt, "the head \(head.name): smoke rows and outputs don't fit")
    }
    let outputs = try outputs(forest, manifest.smokeRows)
    for (row, (output, known)) in zip(outputs, expected).enumerated() {
      guard abs(output - known) <= smokeTolerance * max(1, abs(known)) else {
        throw RegistryError(
          .corrupt,
          "the head \(head.name): says \(output) of smoke row \(row), its trainer "
            + "\(known)")
      }
    }
  }

  /// What a forest says of rows, with its link and without a calibration: what a manifest keeps as
  /// the outputs of its smoke test.
  ///
  /// - Parameter rows: `forest.featureCount` numbers each, NaN = missing.
  /// - Throws: `.corrupt` when the forest can't be walked.
  public static func outputs(
    _ forest: Forest, _ rows: [[Float]]
  ) throws(RegistryError) -> [Float] {
    let plain: PlainForest
    do {
      plain = try PlainForest(forest)
    } catch {
      throw RegistryError(.corrupt, "\(error)")
    }
    let values = rows.flatMap { $0 }
    var scores: [Float] = []
    plain.score(
      rows: values.span, count: rows.count, linked: true, into: &scores,
      scratch: ForestScratch())
    return scores
  }
}
