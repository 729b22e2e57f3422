import Foundation
import JSON
import Testing
import Trees

/// Models of XGBoost 1.7.6 and 3.2.0 and LightGBM 4.7.0 against what these predict themselves, as
/// `Golden/make.py` wrote it down.
@Suite struct GoldenForestTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.sorted()
  }()

  static let evaluated = names.filter { $0.hasSuffix(".golden.json") }.map { $0.dropLast(12) }
    .map(String.init)

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  /// The model of a golden file.
  static func model(_ name: String) throws -> [UInt8] {
    try bytes(name + (name.hasPrefix("xgboost") ? ".json" : ".txt"))
  }

  @Test func theModelsAreThere() {
    #expect(Self.evaluated.count == 18)
    #expect(Self.names.count { $0.hasPrefix("refused") } == 9)
  }

  @Test(arguments: evaluated) func predictsWhatTheTrainerPredicts(name: String) throws {
    let forest = try Forest.load(try Self.model(name))
    let parser = JSONParser()
    let golden = try parser.parse(try Self.bytes(name + ".golden.json"))
    let features = try golden.require("features").int()
    #expect(features == forest.featureCount)
    let values = try golden.require("values").elements().map { value in
      value.isNull ? Float.nan : Float(try value.double())
    }
    let count = values.count / features
    let scratch = ForestScratch()
    for (column, linked) in [("margin", false), ("prediction", true)] {
      let expected = try golden.require(column).floats(count: count...count)
      var found: [Float] = []
      try PlainForest(forest).score(
        rows: values.span, count: count, linked: linked, into: &found, scratch: scratch)
      expectNear(found, expected, "\(column), plain")
      for variant in CompiledForest.variants {
        try CompiledForest(forest, variant: variant).score(
          rows: values.span, count: count, linked: linked, into: &found, scratch: scratch)
        expectNear(found, expected, "\(column), \(variant)")
      }
    }
  }

  @Test func sumsAreThoseOfXGBoostToTheBit() throws {
    for name in Self.evaluated where name.hasPrefix("xgboost") {
      let forest = try Forest.load(try Self.model(name))
      let parser = JSONParser()
      let golden = try parser.parse(try Self.bytes(name + ".golden.json"))
      let values = try golden.require("values").elements().map { value in
        value.isNull ? Float.nan : Float(try value.double())
      }
      let expected = try golden.require("margin").floats(count: 0...10_000)
      var found: [Float] = []
      try CompiledForest(forest).score(
        rows: values.span, count: expected.count, linked: false, into: &found,
        scratch: ForestScratch())
      #expect(found == expected, "\(name)")
    }
  }

  @Test(arguments: names.filter { $0.hasPrefix("refused") })
  func refusesOtherKindsWithTheirName(file: String) throws {
    let error = #expect(throws: ForestError.self) { try Forest.load(try Self.bytes(file)) }
    #expect(error?.code == .unsupported, "\(file): \(error.map(String.init(describing:)) ?? "")")
  }

  private func expectNear(_ found: [Float], _ expected: [Float], _ what: String) {
    #expect(found.count == expected.count)
    for (row, (a, b)) in zip(found, expected).enumerated() {
      #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), "row \(row), \(what): \(a), not \(b)")
    }
  }
}
