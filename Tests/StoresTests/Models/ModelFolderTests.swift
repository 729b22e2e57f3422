import Feed
import Stores
import TestKit
import Testing

@Suite("A model's folder is whole or refused")
struct ModelFolderTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/model" }

  @Test func comesBackAsItWent() throws {
    let artifact = SmallModel.artifact()
    let id = try ModelFolder.write(artifact, to: path)
    #expect(try ModelFolder.id(of: artifact) == id)
    let read = try ModelFolder.read(path, id: id)
    #expect(read.id == id)
    #expect(read.artifact == artifact)
    // Written again, it is the same folder.
    #expect(try ModelFolder.write(artifact, to: path) == id)
    #expect(TestFile.names(folder.path) == ["model"])
  }

  @Test func aMissingValueOfASmokeRowStaysMissing() throws {
    var artifact = SmallModel.artifact()
    artifact.manifest.smokeRows[0][1] = .nan
    try ModelFolder.write(artifact, to: path)
    let rows = try ModelFolder.read(path).artifact.manifest.smokeRows
    #expect(rows[0][1].isNaN)
    #expect(rows[1] == artifact.manifest.smokeRows[1])
  }

  @Test func otherContentIsAnotherModel() throws {
    let one = SmallModel.artifact()
    var other = one
    other.files["click.json", default: []].append(0x20)
    #expect(try ModelFolder.id(of: one) != ModelFolder.id(of: other))
    try ModelFolder.write(one, to: path)
    let error = #expect(throws: RegistryError.self) { try ModelFolder.write(other, to: path) }
    #expect(error?.code == .conflict)
    let id = try ModelFolder.id(of: other)
    expectCorrupt("holds another model", id: id)
  }

  @Test func everyTruncationOfEveryFileIsRefused() throws {
    try ModelFolder.write(SmallModel.artifact(), to: path)
    for name in TestFile.names(path) {
      let whole = try TestFile.read("\(path)/\(name)")
      for length in whole.indices {
        try TestFile.write("\(path)/\(name)", Array(whole[..<length]))
        expectCorrupt("\(name)", "\(name), \(length) of \(whole.count) bytes")
      }
      try TestFile.write("\(path)/\(name)", whole + [0x0a])
      expectCorrupt("\(name)", "\(name), a byte too many")
      try TestFile.remove("\(path)/\(name)")
      expectCorrupt("", "without \(name)")
      try TestFile.write("\(path)/\(name)", whole)
    }
    _ = try ModelFolder.read(path)
  }

  @Test func everyFlippedBitIsRefused() throws {
    var generator = SeededGenerator.announced("flipped bits of a model")
    try ModelFolder.write(SmallModel.artifact(), to: path)
    let names = TestFile.names(path)
    let files = try names.map { try TestFile.read("\(path)/\($0)") }
    for _ in 0..<1_000 {
      let file = generator.below(names.count)
      let bit = generator.below(files[file].count * 8)
      var damaged = files[file]
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try TestFile.write("\(path)/\(names[file])", damaged)
      expectCorrupt("", "\(names[file]), bit \(bit)")
      try TestFile.write("\(path)/\(names[file])", files[file])
    }
    _ = try ModelFolder.read(path)
  }

  @Test func aFileThatNobodyNamesIsRefused() throws {
    try ModelFolder.write(SmallModel.artifact(), to: path)
    try TestFile.write("\(path)/notes.txt", [0x20])
    expectCorrupt("notes.txt: is not what SHA256SUMS says of it")
  }

  @Test(arguments: ["../click.json", "", ".hidden", "model.json", "SHA256SUMS", "a/b", "Ä"])
  func filesHavePlainNames(_ name: String) throws {
    var artifact = SmallModel.artifact()
    artifact.manifest.heads[0].file = name
    artifact.files[name] = artifact.files.removeValue(forKey: "click.json")
    let error = #expect(throws: RegistryError.self) { try ModelFolder.write(artifact, to: path) }
    #expect(error?.message.contains("can't be the name of a forest's file") == true)
  }

  /// What no manifest may say, and the words that refuse it.
  static let faults: [(String, @Sendable (inout ModelManifest) -> Void)] = [
    ("/metrics/ndcg@10: expected a number", { $0.metrics["ndcg@10"] = .nan }),
    ("/popularity/ndcg@10: expected a number", { $0.popularity["ndcg@10"] = .infinity }),
    ("must never fall", { $0.heads[0].calibration.calibrated = [0.5, 0.4] }),
    ("must be finite and rise", { $0.heads[0].calibration.raw = [0.5, 0.5] }),
    ("expected 2 elements", { $0.heads[0].calibration.calibrated = [0.5] }),
    ("must be probabilities", { $0.heads[0].calibration.calibrated = [0.5, 1.5] }),
    ("expected a number", { $0.heads[0].calibration.calibrated = [.nan, 0.5] }),
    ("the head \"click\" stands twice", { $0.heads.append($0.heads[0]) }),
    ("one that stands twice", { $0.features[1] = $0.features[0] }),
    ("not 2", { $0.smokeRows[1].removeLast() }),
    ("not 1 to 1", { $0.smokeOutputs.append($0.smokeOutputs[0]) }),
    ("expected a number", { $0.smokeOutputs[0][0] = .nan }),
    ("edges of bins must rise", { $0.profiles[0].edges.reverse() }),
    ("one share more", { $0.profiles[0].shares.removeLast() }),
    ("from 0.0 to 1.0", { $0.profiles[0].shares[0] = 1.5 }),
    ("expected a number", { $0.profiles[0].mean = .nan }),
    ("no feature \"shoe_size\"", { $0.profiles[0].feature = "shoe_size" }),
  ]

  @Test(arguments: faults.indices)
  func aManifestThatSaysNonsenseIsNotWritten(_ index: Int) throws {
    let (words, fault) = Self.faults[index]
    var artifact = SmallModel.artifact()
    fault(&artifact.manifest)
    let error = #expect(throws: RegistryError.self, "\(words)") {
      try ModelFolder.write(artifact, to: path)
    }
    #expect(error?.code == .corrupt)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "") lacks \(words)")
    #expect(TestFile.names(folder.path) == [])
  }

  @Test func whatACrashLeftIsNoModel() throws {
    let artifact = SmallModel.artifact()
    try ModelFolder.write(artifact, to: path)
    try TestFile.remove(path + "/SHA256SUMS")
    expectCorrupt("is not a whole model")
    let error = #expect(throws: RegistryError.self) { try ModelFolder.read(folder.path + "/none") }
    #expect(error?.code == .unknown)
  }

  private func expectCorrupt(_ words: String, _ what: String = "", id: String? = nil) {
    let error = #expect(throws: RegistryError.self, "\(what)") {
      try ModelFolder.read(path, id: id)
    }
    #expect(error?.code == .corrupt, "\(what)")
    #expect(error?.message.hasPrefix(path) == true, "\(what): \(error?.message ?? "")")
    #expect(error?.message.contains(words) == true, "\(what): \(error?.message ?? "")")
  }
}
