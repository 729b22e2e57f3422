import Feed
import Stores
import TestKit
import Testing

@Suite("Other world settings lose nothing unasked")
struct OtherSettingsTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }

  /// Starts an engine over the folder, calls `body`, and stops it, which writes a snapshot.
  private func run(
    _ change: (inout Configuration) -> Void = { _ in },
    _ body: (Engine, SQLiteLog) throws -> Void
  ) throws {
    let directory = try DataDirectory(data, access: .write)
    let log = try SQLiteLog(directory)
    defer { try? log.close() }
    var configuration = Configuration()
    change(&configuration)
    let engine = Engine(
      configuration: configuration, log: log, snapshots: try FileSnapshots(directory),
      time: FakeTime())
    try engine.start()
    try body(engine, log)
    engine.stop()
  }

  private func deeds(_ engine: Engine) -> Int? {
    engine.read { world in world.view(ofUser: "ada", at: FakeTime().now)?.actions.count }
  }

  @Test("a start that would forget what only snapshots hold is refused, and they stay")
  func refused() throws {
    try run { engine, log in
      var item = Item(id: "a")
      item.title = "About a"
      let now = FakeTime().now
      var batch = EventBatch()
      batch.append(.itemPublished(item), received: now)
      batch.append(
        .interaction(Interaction(user: "ada", action: .click, target: "a", time: now)),
        received: now)
      _ = try engine.submit(batch)
    }
    let other: (inout Configuration) -> Void = { $0.world.celebrityFollowers += 1 }
    // While the log holds everything, other settings make everything anew.
    try run(other) { engine, _ in #expect(deeds(engine) == 1) }
    try run { engine, log in
      #expect(deeds(engine) == 1)
      _ = try log.prune(through: log.end)
    }
    let files = TestFile.names(data + "/snapshots")
    let error = #expect(throws: LogError.self) { try run(other) { _, _ in } }
    #expect(error?.code == .settings)
    #expect(TestFile.names(data + "/snapshots") == files)
    try run { engine, _ in #expect(deeds(engine) == 1) }
  }
}
