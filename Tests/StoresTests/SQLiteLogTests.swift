import Feed
import Stores
import Sync
import TestKit
import Testing

@Suite("The log's file: versions, bounds, readers beside the writer")
struct SQLiteLogTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }
  private var file: String { data + "/log.db" }

  @Test func aNewerSchemaIsRefusedInOneLine() throws {
    let directory = try DataDirectory(data, access: .write)
    try SQLiteLog(directory).close()
    var bytes = try TestFile.read(file)
    bytes[63] = 3  // SQLite's `user_version`, big-endian at 60
    try TestFile.write(file, bytes)
    let reader = try DataDirectory(data, access: .read)
    for opener in [directory, reader] {
      let error = #expect(throws: LogError.self) { try SQLiteLog(opener) }
      #expect(
        error?.description
          == "log-newer: \(file) has schema 3, this program reads up to 1; upgrade updraft")
    }
    #expect(try TestFile.read(file) == bytes, "a refused file is left as it is")
  }

  @Test(arguments: [[UInt8](repeating: 7, count: 5_000), Array("SQLite format 3\0".utf8)])
  func aFileThatIsNoLogIsRefused(_ bytes: [UInt8]) throws {
    let directory = try DataDirectory(data, access: .write)
    try TestFile.write(file, bytes)
    let error = #expect(throws: LogError.self) { try SQLiteLog(directory) }
    #expect(error?.code == .corrupt && error?.message.contains(file) == true)
    #expect(try TestFile.read(file) == bytes, "a refused file is left as it is")
  }

  @Test func aReaderFollowsAndNeverWrites() throws {
    let writer = try SQLiteLog(DataDirectory(data, access: .write))
    _ = try writer.append(LogSample.batch(0..<10))
    let reader = try SQLiteLog(DataDirectory(data, access: .read))
    #expect(reader.end == Offset(10))
    _ = try writer.append(LogSample.batch(10..<30))
    #expect(try LogSample.numbers(reader) == Array(0..<30))
    #expect(reader.end == Offset(30))
    for refused in [
      { _ = try reader.append(LogSample.batch(0..<1)) },
      { _ = try reader.prune(through: Offset(5)) },
      { _ = try reader.acceptLoss() },
      { _ = try reader.removeDeadLetter(id: 1) },
    ] as [() throws -> Void] {
      let error = #expect(throws: LogError.self) { try refused() }
      #expect(error?.code == .unavailable)
    }
    // Also when the writer has gone.
    try writer.close()
    #expect(try LogSample.numbers(reader).count == 30)
    let late = try SQLiteLog(DataDirectory(data, access: .read))
    #expect(late.end == Offset(30))
  }

  @Test func aClosedLogRefuses() throws {
    let log = try SQLiteLog(DataDirectory(data, access: .write))
    try log.close()
    let error = #expect(throws: LogError.self) { try log.append(LogSample.batch(0..<1)) }
    #expect(error?.code == .unavailable)
    #expect(TestFile.size(file + "-wal") == 0 || TestFile.size(file + "-wal") == nil)
  }

  /// A reader that never finishes must not keep the write-ahead log from starting anew.
  @Test func theWriteAheadLogStaysBounded() throws {
    var options = SQLiteLog.Options()
    options.checkpointBytes = 256 << 10
    let log = try SQLiteLog(DataDirectory(data, access: .write), options)
    let batch = LogSample.batch(0..<200)
    _ = try log.append(batch)
    var largest = 0
    var failure: (any Error)?
    try log.scan(after: .zero) { _, _ in
      do {
        for _ in 0..<5 { _ = try log.append(batch) }
        largest = max(largest, TestFile.size(file + "-wal") ?? 0)
        return true
      } catch {
        failure = error
        return false
      }
    }
    #expect(failure == nil)
    #expect(log.end == Offset(200 * 1_001))
    #expect(largest < 2 << 20, "the write-ahead log grew to \(largest) bytes")
  }

  @Test func deadLettersAreBoundedInBytesToo() throws {
    var options = SQLiteLog.Options()
    options.deadLetterBytesMax = 1_000
    let directory = try DataDirectory(data, access: .write)
    var log = try SQLiteLog(directory, options)
    for number in 0..<10 {
      try log.addDeadLetter(
        DeadLetter(
          received: .zero, origin: "test", reason: "none",
          bytes: [UInt8](repeating: UInt8(number), count: 300)))
    }
    #expect(try log.deadLetters(after: 0, limit: 100).map { $0.bytes[0] } == [7, 8, 9])
    #expect(log.figures().deadLettersDropped == 7)
    try log.close()
    log = try SQLiteLog(directory, options)
    #expect(log.figures().deadLettersDropped == 7)
    #expect(log.figures().deadLetters == 3)
  }

  @Test func figuresAndTheObserverAgree() throws {
    let seen = Tally()
    var options = SQLiteLog.Options()
    options.onCommit = { records, microseconds in seen.add(records, microseconds) }
    let log = try SQLiteLog(DataDirectory(data, access: .write), options)
    for _ in 0..<5 { _ = try log.append(LogSample.batch(0..<7)) }
    let figures = log.figures()
    #expect(figures.commits == 5 && figures.records == 35)
    #expect(seen.records == 35 && seen.commits == 5)
    #expect(figures.bytes > 0 && figures.freeBytes > 0 && figures.writeAheadBytes > 0)
    #expect(figures.corruptRecords == 0 && figures.firstCorrupt == nil && figures.refusal == nil)
  }

  @Test(
    arguments: [
      ("always", Durability.always), ("os", .os), ("interval:1", .interval(milliseconds: 1)),
      ("interval:60000", .interval(milliseconds: 60_000)), ("interval:0", nil),
      ("interval:60001", nil), ("interval:", nil), ("interval:x", nil), ("", nil), ("Always", nil),
    ] as [(String, Durability?)])
  func durabilityIsReadFromItsName(_ text: String, _ expected: Durability?) {
    #expect(Durability(text) == expected)
    if let expected { #expect(expected.description == text) }
  }
}

/// What the observer was told.
private final class Tally: @unchecked Sendable {
  // Sendable: both are read and written under `lock`.
  private let lock = Lock()
  private var sums = (commits: 0, records: 0)

  var commits: Int { lock.withLock { sums.commits } }
  var records: Int { lock.withLock { sums.records } }

  func add(_ records: Int, _ microseconds: Int) {
    lock.withLock {
      sums.commits += microseconds >= 0 ? 1 : 0
      sums.records += records
    }
  }
}
