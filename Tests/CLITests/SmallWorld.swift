import Feed
import Stores
import TestKit

/// A data folder with a day of events in it, as a server leaves it.
struct SmallWorld {
  let folder = TemporaryFolder()
  let seed: UInt64
  /// The folder of the data.
  var path: String { folder.path + "/data" }

  /// Runs an engine over a new folder, with a snapshot in the middle, and stops it.
  init(events: Int, seed: UInt64 = 20_261_121) throws {
    self.seed = seed
    let directory = try DataDirectory(path, access: .write)
    let log = try SQLiteLog(directory)
    let engine = Engine(
      configuration: Configuration(), log: log, snapshots: try FileSnapshots(directory),
      time: FakeTime())
    try engine.start()
    var source = RandomEvents(SeededGenerator(seed: seed))
    _ = try engine.submit(source.batch(events / 2))
    _ = try engine.snapshot()
    _ = try engine.submit(source.batch(events - events / 2))
    try engine.addDeadLetter(
      DeadLetter(
        received: FakeTime().now, origin: "POST /v1/interactions",
        reason: "unknown-action: 'clik' is no action",
        bytes: Array(#"{"item_id":"i1","action":"clik"}"#.utf8)))
    engine.stop()
    try log.close()
  }

  /// Leaves the log's one file, into which closing it brought everything.
  func withoutWriteAhead() throws -> String {
    for end in ["-wal", "-shm"] { try TestFile.write(path + "/log.db" + end, []) }
    return path + "/log.db"
  }
}
