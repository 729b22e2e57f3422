public import Feed
internal import Trees

/// Makes a model of a forest that another program trained: XGBoost's JSON or LightGBM's text.
///
/// It gets a smoke test of rows drawn around its thresholds, but no metrics and no profiles, as
/// nothing is known of either; so the gate lets it through only when it is forced.
public enum ModelImport {
  private static let smokeRows = 32

  /// The artifact of a forest.
  ///
  /// - Parameters:
  ///   - bytes: the model file.
  ///   - objective: the head that it becomes: an objective's name, or "order".
  ///   - features: the names of its columns; nil = those that the file has.
  ///   - created: when it is taken in.
  ///   - code: the version of this program.
  /// - Throws: `.corrupt` when it is no forest, `.schema` when it does not fit this program.
  public static func artifact(
    _ bytes: [UInt8], objective: String, features: [String]?, created: Timestamp, code: String
  ) throws(RegistryError) -> ModelArtifact {
    let forest: Forest
    do {
      forest = try Forest.load(bytes)
    } catch {
      throw RegistryError(.corrupt, "\(error)")
    }
    let names = features ?? forest.featureNames
    guard names.count == forest.featureCount else {
      throw RegistryError(
        .schema,
        names.isEmpty
          ? "the file does not name its \(forest.featureCount) features; name them in order: "
            + "--features a,b,c"
          : "\(names.count) names for \(forest.featureCount) features")
    }
    let isJSON = bytes.first { $0 > 0x20 } == 0x7b
    let file = objective + (isJSON ? ".json" : ".txt")
    var manifest = ModelManifest(features: names, heads: [.init(name: objective, file: file)])
    manifest.created = created
    manifest.code = code
    manifest.trainer = "import"
    manifest.smokeRows = rows(around: forest)
    manifest.smokeOutputs = [try RankingModel.outputs(forest, manifest.smokeRows)]
    let artifact = ModelArtifact(manifest: manifest, files: [file: bytes])
    _ = try RankingModel(id: "", artifact)
    return artifact
  }

  /// Rows that go both ways at thresholds of the forest, and miss a value now and then.
  private static func rows(around forest: Forest) -> [[Float]] {
    var thresholds = [[Float]](repeating: [], count: forest.featureCount)
    for node in forest.trees.joined() where !node.isLeaf && node.value.isFinite {
      let feature = Int(node.feature)
      if thresholds[feature].count < 256 { thresholds[feature].append(node.value) }
    }
    var state: UInt64 = 0x736d_6f6b_65
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(1, bound)))
    }
    return (0..<smokeRows).map { _ in
      thresholds.map { values in
        guard !values.isEmpty, draw(8) > 0 else { return draw(4) == 0 ? .nan : 0 }
        let value = values[draw(values.count)]
        let step = max(abs(value) * 0x1p-8, 0x1p-10)
        return draw(2) == 0 ? value - step : value + step
      }
    }
  }
}
