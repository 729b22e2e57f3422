import Feed
import Stores
import TestKit
import Testing

@Suite("The registry keeps models and their lives")
struct ModelRegistryTests {
  private let folder = TemporaryFolder()
  private let directory: DataDirectory
  private let registry: ModelRegistry
  private let cause = ModelLedger.Cause(actor: "ada", why: "test \"quoted\"\n", isForced: true)

  init() throws {
    directory = try DataDirectory(folder.path + "/data", access: .write)
    registry = try ModelRegistry(directory)
  }

  @Test func beginsEmptyAndComesBackAsItWent() throws {
    #expect(try registry.ledger() == ModelLedger())
    var ledger = ModelLedger()
    let id = try registry.add(SmallModel.artifact())
    #expect(try registry.add(SmallModel.artifact()) == id)
    ledger.register(id, at: Timestamp(milliseconds: 5), cause)
    let verdict = GateVerdict(checks: [
      .init("drift.psi", "recency", figure: 0.25, limit: 0.2, isPassed: false, detail: "far"),
      .init("schema", figure: 1, limit: 1, isPassed: true, detail: "known"),
    ])
    try ledger.promote(
      id, to: .canary, percent: 2.5, at: Timestamp(milliseconds: 6), cause, verdict: verdict)
    try registry.keep(ledger)
    #expect(try registry.ledger() == ledger)
    #expect(try registry.artifact(id) == SmallModel.artifact())
    let reader = try ModelRegistry(DataDirectory(directory.path, access: .read))
    #expect(try reader.ledger() == ledger)
    let error = #expect(throws: RegistryError.self) { try reader.keep(ledger) }
    #expect(error?.code == .unavailable)
  }

  @Test func aDamagedLedgerIsRefused() throws {
    var generator = SeededGenerator.announced("a damaged ledger")
    var ledger = ModelLedger()
    ledger.register(try registry.add(SmallModel.artifact()), at: .zero, cause)
    try registry.keep(ledger)
    let file = registry.folder + "/ledger"
    let whole = try TestFile.read(file)
    for length in whole.indices {
      try TestFile.write(file, Array(whole[..<length]))
      let error = #expect(throws: RegistryError.self) { try registry.ledger() }
      #expect(error?.code == .corrupt && error?.message.hasPrefix(file) == true)
    }
    for _ in 0..<300 {
      var damaged = whole
      damaged[generator.below(whole.count)] ^= 1 << UInt8(generator.below(8))
      try TestFile.write(file, damaged)
      #expect(throws: RegistryError.self) { try registry.ledger() }
    }
    try TestFile.write(file, whole)
    #expect(try registry.ledger() == ledger)
  }

  @Test func aDamagedModelIsWrittenAnew() throws {
    let id = try registry.add(SmallModel.artifact())
    let file = "\(registry.folder)/\(id)/click.json"
    try TestFile.write(file, [])
    #expect(throws: RegistryError.self) { try registry.artifact(id) }
    #expect(try registry.add(SmallModel.artifact()) == id)
    #expect(try registry.artifact(id) == SmallModel.artifact())
    try registry.drop([id])
    let error = #expect(throws: RegistryError.self) { try registry.artifact(id) }
    #expect(error?.code == .unknown)
  }

  @Test(arguments: ["..", "", "ledger", "../../etc", String(repeating: "g", count: 64)])
  func whatIsNoIdIsNoPath(_ id: String) throws {
    let error = #expect(throws: RegistryError.self) { try registry.artifact(id) }
    #expect(error?.code == .unknown)
  }

  /// What cannot be served is left out, and the one before it serves.
  @Test func aDamagedModelInProductionGivesWayToTheOneBefore() throws {
    var ledger = ModelLedger()
    var ids: [String] = []
    for leaf in [0.5, 1, 2] as [Float] {
      let id = try registry.add(SmallModel.artifact(leaf: leaf))
      ledger.register(id, at: .zero, cause)
      try ledger.promote(id, to: .production, at: .zero, cause)
      ids.append(id)
    }
    #expect(ModelLoading(ledger, registry).arms.production?.id == ids[2])
    #expect(ModelLoading(ledger, registry).notices == [])
    try TestFile.remove("\(registry.folder)/\(ids[2])/model.json")
    let second = ModelLoading(ledger, registry)
    #expect(second.arms.production?.id == ids[1])
    #expect(second.notices.count == 2 && second.notices[0].contains("can't be served"))
    for id in ids { try registry.drop([id]) }
    let none = ModelLoading(ledger, registry)
    #expect(none.arms.production == nil)
    #expect(none.notices.last == "models: the weights of the configuration serve")
  }

  /// The power is cut at every step of adding a model and switching to it; the ledger that was kept
  /// last, or a newer, is whole, and so is every model that it names.
  @Test(arguments: 1...2)
  func everyStepOfASwitchCanBeTheLast(_ seed: Int) throws {
    var chance = SeededGenerator(seed: UInt64(seed))
    let folder = TemporaryFolder(inMemory: true)
    let data = folder.path + "/data"
    var (saved, first, call, status) = (0, 1, 1, Int32(86))
    while status == 86 {
      let process = try TrialProcess.built(
        "updraft-crash-writer", ["models", data, "\(chance.next() >> 1)", "\(call)", "\(first)"])
      let lines = process.lines()
      status = process.wait()
      let name = "seed \(seed), call \(call)"
      try #require(status == 86 || status == 0, "\(name): \(status) \(lines)")
      for line in lines { saved = max(saved, Int(line.dropFirst(6)) ?? 0) }
      let registry = try ModelRegistry(DataDirectory(data, access: .write))
      let ledger = try registry.ledger()
      for entry in ledger.entries {
        #expect(throws: Never.self, "\(name)") { try registry.artifact(entry.id) }
      }
      let serving = try ledger.model(in: .production).map { try registry.artifact($0.id) }
      let number = serving.flatMap { Int($0.manifest.code) } ?? 0
      #expect(number >= saved, "\(name): \(saved) was kept, \(number) serves")
      #expect(!TestFile.names(registry.folder).contains { $0.contains(".part") }, "\(name)")
      saved = max(saved, number)
      first = saved + 1
      call += 1
    }
    #expect(call > 20, "only \(call) steps were tried")
  }
}
