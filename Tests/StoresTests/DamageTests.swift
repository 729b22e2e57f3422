import Feed
import Stores
import TestKit
import Testing

@Suite("Damage is seen, skipped and counted; nothing else is lost")
struct DamageTests {
  /// A log of 6,000 events, of which the first 1,500 were pruned, closed, with its content.
  private struct Original {
    let bytes: [UInt8]
    let rows: [UInt64: [UInt8]]
    let end: UInt64
  }

  private let folder = TemporaryFolder(inMemory: true)
  private var data: String { folder.path + "/data" }
  private var file: String { data + "/log.db" }

  private func makeOriginal() throws -> Original {
    let log = try SQLiteLog(DataDirectory(data, access: .write))
    for number in 0..<60 {
      var events = LogSample.everyKind(number)
      while events.count < 100 { events.append(LogSample.interaction(number * 100 + events.count)) }
      _ = try log.append(LogSample.batch(events))
    }
    _ = try log.prune(through: Offset(1_500))
    try log.addDeadLetter(
      DeadLetter(received: .zero, origin: "test", reason: "none", bytes: [1, 2, 3]))
    let rows = Dictionary(
      uniqueKeysWithValues: try LogSample.read(log).map { ($0.offset, $0.bytes) })
    let end = log.end.value
    try log.close()
    return Original(bytes: try TestFile.read(file), rows: rows, end: end)
  }

  /// What came of a damaged file.
  private enum Finding { case harmless, refused, skipped(lost: Int) }

  /// Opens and reads the file; every event that comes back must be one that went in, and what does
  /// not come back must be counted, and refuse writes.
  private func look(_ original: Original, _ name: String) throws -> Finding {
    let log: SQLiteLog
    do throws(LogError) {
      log = try SQLiteLog(DataDirectory(data, access: .write))
    } catch {
      #expect([.corrupt, .newer].contains(error.code), "\(name): \(error)")
      #expect(error.message.contains(file), "\(name): \(error) names no file")
      return .refused
    }
    var found = 0
    var last: UInt64 = 0
    var wrong: UInt64?
    do throws(LogError) {
      try log.scan(after: .zero) { offset, record in
        if original.rows[offset.value] != record.array || offset.value <= last {
          wrong = offset.value
        }
        last = offset.value
        found += 1
        return true
      }
    } catch {
      #expect(error.code == .corrupt, "\(name): \(error)")
      return .refused
    }
    #expect(wrong == nil, "\(name): another event at \(wrong ?? 0)")
    let figures = log.figures()
    let lost = original.rows.count - found
    let sees = figures.corruptRecords > 0 || figures.refusal != nil
    #expect(lost == 0 || sees, "\(name): \(lost) events vanished: \(figures)")
    guard sees else { return .harmless }
    let error = #expect(throws: LogError.self, "\(name)") {
      try log.append(LogSample.batch(0..<1))
    }
    #expect(error?.code == .corrupt, "\(name): \(String(describing: error))")
    return .skipped(lost: lost)
  }

  @Test func aFlippedBitIsNeverSilent() throws {
    let original = try makeOriginal()
    var chance = SeededGenerator.announced("a flipped bit of the log")
    var (skipped, refused, lost) = (0, 0, 0)
    for trial in 0..<300 {
      var bytes = original.bytes
      // Every tenth hits the file's header and schema, where one bit can make all unreadable.
      let range = trial % 10 == 0 ? 0..<4_096 : 4_096..<bytes.count
      let bit = chance.next() % 8
      let place = range.lowerBound + chance.below(range.count)
      bytes[place] ^= 1 << UInt8(bit)
      try restore(bytes)
      switch try look(original, "trial \(trial), bit \(bit) of byte \(place)") {
      case .harmless: break
      case .refused: refused += 1
      case .skipped(let count):
        skipped += 1
        lost = max(lost, count)
      }
    }
    #expect(skipped > 100, "flips that were seen: \(skipped), refused files: \(refused)")
    #expect(lost <= 120, "one flip cost \(lost) events: more than a page of them")
  }

  @Test func aLostPageCostsItsOwnEventsOnly() throws {
    let original = try makeOriginal()
    for page in stride(from: 2, to: original.bytes.count / 4_096, by: 3) {
      var bytes = original.bytes
      for place in page * 4_096..<(page + 1) * 4_096 { bytes[place] = 0 }
      try restore(bytes)
      if case .skipped(let lost) = try look(original, "page \(page)") {
        #expect(lost <= 120, "page \(page) cost \(lost) events")
      }
    }
  }

  @Test func aCutFileIsNeverSilent() throws {
    let original = try makeOriginal()
    for page in stride(from: 1, to: original.bytes.count / 4_096, by: 5) {
      try restore(Array(original.bytes[..<(page * 4_096)]))
      switch try look(original, "cut at page \(page)") {
      case .harmless: Issue.record("a file cut at page \(page) looks sound")
      case .refused, .skipped: break
      }
    }
  }

  @Test func acceptedLossIsWrittenAroundAndStays() throws {
    let original = try makeOriginal()
    let offset = try #require(original.rows.keys.filter { $0 > 3_000 }.min())
    let record = try #require(original.rows[offset])
    let place = try #require(original.bytes.firstRange(of: record)?.lowerBound)
    var bytes = original.bytes
    bytes[place + 5] ^= 4
    try restore(bytes)
    let directory = try DataDirectory(data, access: .write)
    var log = try SQLiteLog(directory)
    #expect(try log.verify() == 1)
    #expect(log.figures().firstCorrupt == offset)
    #expect(try log.acceptLoss() == 1)
    #expect(try log.verify() == 0)
    #expect(log.figures().acceptedLoss == 1)
    #expect(try log.append(LogSample.batch(0..<1)) == Offset(original.end + 1))
    #expect(try log.deadLetters(after: 0, limit: 10).count == 1)
    #expect(try log.acceptLoss() == 0)
    try log.close()
    log = try SQLiteLog(directory)
    var expected = original.rows
    expected[offset] = nil
    let rows = try LogSample.read(log).filter { $0.offset <= original.end }
    #expect(Dictionary(uniqueKeysWithValues: rows.map { ($0.offset, $0.bytes) }) == expected)
    // Pruning goes over the hole, and the damaged file is still there.
    #expect(try log.prune(through: log.end) > 3_000)
    #expect(try log.verify() == 0)
    #expect(TestFile.names(data).contains("log.db.damaged-\(offset)"))
  }

  @Test func aDamagedRowIsNotPruned() throws {
    let original = try makeOriginal()
    let record = try #require(original.rows[2_000])
    let place = try #require(original.bytes.firstRange(of: record)?.lowerBound)
    var bytes = original.bytes
    bytes[place + 8] ^= 1
    try restore(bytes)
    let log = try SQLiteLog(DataDirectory(data, access: .write))
    let error = #expect(throws: LogError.self) { try log.prune(through: Offset(3_000)) }
    #expect(error?.code == .corrupt)
    #expect(log.prunedThrough == Offset(1_500))
    #expect(log.figures().firstCorrupt == 2_000)
  }

  private func restore(_ bytes: [UInt8]) throws {
    for name in TestFile.names(data) where name.hasPrefix("log.db") {
      try TestFile.remove("\(data)/\(name)")
    }
    try TestFile.write(file, bytes)
  }

  // MARK: The write-ahead log

  /// A folder as a killed process leaves it: everything in the write-ahead log.
  private func makeWriteAhead() throws -> (database: [UInt8], writeAhead: [UInt8], end: UInt64) {
    let log = try SQLiteLog(DataDirectory(data, access: .write))
    for number in 0..<30 {
      _ = try log.append(LogSample.batch(number * 20..<number * 20 + 20))
    }
    let files = (try TestFile.read(file), try TestFile.read(file + "-wal"))
    return (files.0, files.1, log.end.value)
  }

  @Test func aFlippedBitInTheWriteAheadLogLosesNothing() throws {
    let (database, writeAhead, end) = try makeWriteAhead()
    var chance = SeededGenerator.announced("a flipped bit of the write-ahead log")
    var whole = 0
    for trial in 0..<300 {
      var bytes = writeAhead
      // Every third hits a header: of the file, or of a frame.
      let frame = chance.below((bytes.count - 32) / 4_120)
      let header = trial % 30 == 0 ? chance.below(32) : 32 + frame * 4_120 + chance.below(24)
      let place = trial % 3 == 0 ? header : chance.below(bytes.count)
      bytes[place] ^= 1 << UInt8(chance.below(8))
      try restore(database)
      try TestFile.write(file + "-wal", bytes)
      let log = try SQLiteLog(DataDirectory(data, access: .write))
      let numbers = try LogSample.numbers(log)
      let figures = log.figures()
      let name = "trial \(trial), byte \(place)"
      #expect(log.end.value == end, "\(name): ends at \(log.end.value), not \(end)")
      // The checksum of a frame can leave open which bit it was; then a page is damaged.
      #expect(numbers.count + Int(figures.corruptRecords) >= Int(end), "\(name): \(figures)")
      #expect(numbers.count >= Int(end) - 120, "\(name): \(numbers.count) of \(end) events")
      whole += numbers.count == Int(end) ? 1 : 0
    }
    #expect(whole >= 270, "only \(whole) of 300 flips were put right")
  }

  @Test func aLostPageInTheWriteAheadLogIsNotTakenForItsEnd() throws {
    let (database, writeAhead, end) = try makeWriteAhead()
    let frames = (writeAhead.count - 32) / 4_120
    for frame in stride(from: 0, to: frames - 8, by: 5) {
      var bytes = writeAhead
      for place in 0..<4_096 { bytes[32 + frame * 4_120 + 24 + place] = 0xa5 }
      try restore(database)
      try TestFile.write(file + "-wal", bytes)
      let directory = try DataDirectory(data, access: .write)
      let log = try SQLiteLog(directory)
      let error = #expect(throws: LogError.self, "frame \(frame)") {
        try log.append(LogSample.batch(0..<1))
      }
      #expect(error?.code == .corrupt, "frame \(frame)")
      let readable = try LogSample.numbers(log)
      #expect(readable == Array(0..<readable.count), "frame \(frame)")
      // Offsets that were acknowledged are not given out again.
      #expect(try log.acceptLoss() >= 1, "frame \(frame)")
      #expect(try log.append(LogSample.batch(0..<1)).value > end, "frame \(frame)")
      #expect(try log.verify() == 0, "frame \(frame)")
      #expect(try LogSample.numbers(log) == readable + [0], "frame \(frame)")
    }
  }

  @Test func aTornEndIsNoDamage() throws {
    let (database, writeAhead, _) = try makeWriteAhead()
    var last: UInt64 = 0
    for length in stride(from: 0, through: writeAhead.count, by: 1_031) {
      try restore(database)
      try TestFile.write(file + "-wal", Array(writeAhead[..<length]))
      let log = try SQLiteLog(DataDirectory(data, access: .write))
      #expect(log.end.value % 20 == 0 && log.end.value >= last, "cut at \(length)")
      last = log.end.value
      #expect(try log.verify() == 0, "cut at \(length)")
      #expect(try log.append(LogSample.batch(0..<1)) == Offset(last + 1), "cut at \(length)")
    }
    #expect(last > 500)
  }
}
