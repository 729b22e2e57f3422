import Feed
import Stores
import TestKit
import Testing

@Suite("The log in SQLite keeps the contract of logs")
struct SQLiteLogContractTests {
  static let modes = [Durability.always, .interval(milliseconds: 5), .os]

  @Test(arguments: EventLogContract.allCases, modes)
  func keeps(_ promise: EventLogContract, _ mode: Durability) throws {
    let folder = TemporaryFolder()
    var options = SQLiteLog.Options()
    options.deadLettersMax = EventLogContract.deadLettersMax
    options.durability = mode
    // So small that checkpoints happen all the time.
    options.checkpointBytes = 64 << 10
    let directory = try DataDirectory(folder.path + "/data", access: .write)
    let log = try SQLiteLog(directory, options)
    try promise.check(log)
    // The same after a restart: nothing is damaged, and the end is where it was.
    let (end, pruned, rows) = (log.end, log.prunedThrough, try LogSample.read(log))
    try log.close()
    let again = try SQLiteLog(directory, options)
    #expect(again.end == end)
    #expect(again.prunedThrough == pruned)
    let reread = try LogSample.read(again)
    #expect(reread.map(\.offset) == rows.map(\.offset))
    #expect(reread.map(\.bytes) == rows.map(\.bytes))
    #expect(try again.verify() == 0)
    #expect(try again.append(LogSample.batch(0..<1)) == Offset(end.value + 1))
  }
}
