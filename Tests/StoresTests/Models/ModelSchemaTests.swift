import Feed
import Stores
import TestKit
import Testing

@Suite("A model that would mislead pages is refused")
struct ModelSchemaTests {
  @Test func aSoundModelIsOne() throws {
    let model = try RankingModel(id: "x", SmallModel.artifact())
    #expect(model.features == [.recency, .popularity])
    #expect(model.order == nil)
    #expect(model.heads.map(\.objective) == [.click])
    #expect(model.heads[0].calibration.apply(0.5) == 0.3125)
  }

  /// A fault of the manifest or of the forest's file, by what is put in place of what.
  struct Fault: Sendable {
    let words: String
    var code = RegistryError.Code.schema
    var manifest: @Sendable (inout ModelManifest) -> Void = { _ in }
    var replaced = ("", "")
  }

  static let faults: [Fault] = [
    Fault(
      words: "schema mismatch: feature shoe_size is unknown to this program",
      manifest: { $0.features[1] = "shoe_size" }),
    Fault(
      words: "feature recency of the manifest is popularity in click.json",
      replaced: (#"["recency","popularity"]"#, #"["popularity","recency"]"#)),
    Fault(
      words: "click.json has 2 features, the manifest 3",
      manifest: {
        $0.features.append("burst")
        $0.smokeRows = []
        $0.smokeOutputs = [[]]
      }),
    Fault(
      words: "the head shares is unknown", manifest: { $0.heads[0].name = "shares" }),
    Fault(
      words: "predicts no probability", manifest: { $0.smokeOutputs = [[-0.5, 0.5]] },
      replaced: ("binary:logistic", "reg:squarederror")),
    Fault(
      words: "smoke row 1", code: .corrupt, manifest: { $0.smokeOutputs[0][1] = 0.6225 }),
    Fault(
      words: "must never fall", code: .corrupt,
      manifest: { $0.heads[0].calibration.calibrated = [0.5, 0.25] }),
    Fault(
      words: "click.json: ", code: .corrupt,
      replaced: (#""split_conditions":[0.5,-0.5,0.5]"#, #""split_conditions":[0.5,NaN,0.5]"#)),
    Fault(
      words: "click.json: number", code: .corrupt,
      replaced: (#""split_conditions":[0.5,-0.5,0.5]"#, #""split_conditions":[0.5,1e39,0.5]"#)),
    Fault(
      words: "trees have no cycles", code: .corrupt,
      replaced: (#""left_children":[1,-1,-1]"#, #""left_children":[0,-1,-1]"#)),
    Fault(
      words: "click.json: ", code: .corrupt,
      replaced: (#""right_children":[2,-1,-1]"#, #""right_children":[7,-1,-1]"#)),
  ]

  @Test(arguments: faults.indices)
  func aFaultIsNamed(_ index: Int) throws {
    let fault = Self.faults[index]
    var artifact = SmallModel.artifact()
    fault.manifest(&artifact.manifest)
    if !fault.replaced.0.isEmpty {
      let parts = SmallModel.stump().split(separator: fault.replaced.0)
      #expect(parts.count == 2)
      artifact.files["click.json"] = Array(parts.joined(separator: fault.replaced.1).utf8)
    }
    let error = #expect(throws: RegistryError.self) { try RankingModel(id: "x", artifact) }
    #expect(error?.code == fault.code)
    #expect(
      error?.message.contains(fault.words) == true, "\(error?.message ?? "") lacks \(fault.words)")
  }

  @Test func aDamagedForestUnderATrueHashIsRefused() throws {
    var generator = SeededGenerator.announced("damaged forests under a true hash")
    let artifact = SmallModel.artifact()
    let bytes = Array(SmallModel.stump().utf8)
    var refused = 0
    for _ in 0..<1_000 {
      var damaged = artifact
      var file = bytes
      file[generator.below(file.count)] ^= 1 << UInt8(generator.below(8))
      damaged.files["click.json"] = file
      // What is not refused says the same of the smoke rows: the damage hit what nobody reads.
      guard let model = try? RankingModel(id: "x", damaged) else {
        refused += 1
        continue
      }
      let said = try RankingModel.outputs(model.heads[0].forest, artifact.manifest.smokeRows)
      for (one, other) in zip(said, artifact.manifest.smokeOutputs[0]) {
        #expect(abs(one - other) <= 1e-5)
      }
    }
    #expect(refused > 500)
  }
}
