import Feed
import Stores
import TestKit
import Testing

@Suite("A bare model file becomes a model")
struct ModelImportTests {
  private func artifact(
    _ text: String, _ objective: String = "click", features: [String]? = nil
  ) throws -> ModelArtifact {
    try ModelImport.artifact(
      Array(text.utf8), objective: objective, features: features, created: .zero, code: "1.0")
  }

  @Test func ofXGBoost() throws {
    let artifact = try artifact(SmallModel.stump())
    #expect(artifact.manifest.features == ["recency", "popularity"])
    #expect(artifact.manifest.heads == [.init(name: "click", file: "click.json")])
    // Rows on both sides of its one threshold, so that a wrong reading would show.
    let outputs = artifact.manifest.smokeOutputs[0]
    #expect(Set(outputs).count == 2 && outputs.count == artifact.manifest.smokeRows.count)
    let folder = TemporaryFolder()
    let id = try ModelFolder.write(artifact, to: folder.path + "/model")
    let read = try ModelFolder.read(folder.path + "/model").artifact
    #expect(try RankingModel(id: id, read).heads.map(\.objective) == [.click])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let stump = SmallModel.stump()
    for (text, objective, features, words) in [
      ("", "click", nil, "the model is empty"),
      ("{}", "click", nil, ""),
      (stump, "click", ["recency"], "1 names for 2 features"),
      (stump, "click", ["recency", "shoe_size"], "shoe_size is unknown to this program"),
      (stump, "click", ["popularity", "recency"], "of the manifest is recency in click.json"),
      (stump, "stars", nil, "the head stars is unknown"),
      (
        stump.split(separator: "binary:logistic").joined(separator: "reg:squarederror"), "click",
        nil, "predicts no probability"
      ),
    ] as [(String, String, [String]?, String)] {
      let error = #expect(throws: RegistryError.self, "\(words)") {
        try artifact(text, objective, features: features)
      }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }
}
