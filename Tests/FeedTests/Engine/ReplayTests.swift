import Feed
import TestKit
import Testing

/// Replay, which reads on one thread and folds on two others with memory asked for ahead, against
/// its twin: one event after another.
@Suite struct ReplayTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func replayFoldsWhatOneEventAfterAnotherFolds(seed: UInt64) throws {
    print("seed \(seed)")
    let log = MemoryLog()
    var events = RandomEvents(SeededGenerator(seed: seed))
    var twin = World(settings: smallSettings())
    for _ in 0..<7 {
      let batch = events.batch(1_000)
      _ = try log.append(batch)
      fold(batch, into: &twin)
    }
    var world = World(settings: smallSettings())
    var reached: UInt64 = 0
    try Engine.replay(log, into: &world, through: Offset(log.end.value / 2)) { reached = $0 }
    #expect(world.offset == Offset(log.end.value / 2))
    try Engine.replay(log, into: &world) { reached = $0 }
    #expect(reached <= log.end.value)
    #expect(world.offset == log.end)
    #expect(world.tally == twin.tally)
    #expect(world.digest() == twin.digest())
    #expect(world.brokenInvariants().isEmpty)
  }

  /// Rows are dropped by the hundred, searched for and used again, items leave by age, and many
  /// events are late.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func replayFoldsTheSameWhereRowsAreUsedAgain(seed: UInt64) throws {
    print("seed \(seed)")
    var settings = smallSettings()
    settings.itemsMax = 2_000
    settings.itemRetentionMs = seed % 2 == 0 ? 2 * 3_600_000 : 0
    settings.anonymousRetentionMs = 600_000
    let log = MemoryLog()
    var events = RandomEvents(SeededGenerator(seed: seed))
    events.late = 0.3
    var twin = World(settings: settings)
    for round in 0..<3 {
      var batch = events.batch(600)
      let ids = (0..<1_200).map { "round \(round) item \($0)" }
      for id in ids {
        var item = Item(id: id)
        item.title = id
        item.author = "u\(id.utf8.count)"
        item.created = events.now
        batch.append(.itemPublished(item), received: events.now)
        let click = Interaction(user: "u1", action: .click, target: id, time: events.now)
        batch.append(.interaction(click), received: events.now)
      }
      for id in ids {
        let deletion = ItemDeletion(id: id, time: events.now)
        batch.append(.itemDeleted(deletion), received: events.now)
      }
      batch.append(contentsOf: events.batch(600))
      _ = try log.append(batch)
      fold(batch, into: &twin)
    }
    #expect(twin.itemRows < 3_600, "no row was used again")
    var world = World(settings: settings)
    try Engine.replay(log, into: &world)
    #expect(world.tally == twin.tally)
    #expect(world.digest() == twin.digest())
    #expect(world.brokenInvariants().isEmpty)
  }

  @Test func aReadThatFailsIsToldAfterWhatWasReadIsFolded() throws {
    let log = TornLog(after: 2_500)
    var events = RandomEvents(SeededGenerator(seed: 4))
    _ = try log.append(events.batch(5_000))
    var world = World(settings: smallSettings())
    let error = #expect(throws: LogError.self) { try Engine.replay(log, into: &world) }
    #expect(error?.code == .corrupt)
    #expect(world.offset == Offset(2_500))
  }

  @Test func anEmptyLogIsReplayed() throws {
    var world = World(settings: smallSettings())
    try Engine.replay(MemoryLog(), into: &world)
    #expect(world.offset == .zero)
  }
}

/// A memory log that can be read up to an offset only.
private final class TornLog: EventLog {
  private let inner = MemoryLog()
  private let last: Offset

  init(after last: UInt64) { self.last = Offset(last) }

  var end: Offset { inner.end }
  var prunedThrough: Offset { inner.prunedThrough }

  func append(_ batch: EventBatch) throws(LogError) -> Offset { try inner.append(batch) }

  func scan(after offset: Offset, _ body: (Offset, RecordView) -> Bool) throws(LogError) {
    try inner.scan(after: offset) { at, record in at <= last && body(at, record) }
    throw LogError(.corrupt, "the log is torn after \(last.value)")
  }

  func prune(through offset: Offset) throws(LogError) -> Int { try inner.prune(through: offset) }

  func addDeadLetter(_ letter: DeadLetter) throws(LogError) { try inner.addDeadLetter(letter) }

  func deadLetters(after id: Int64, limit: Int) throws(LogError) -> [DeadLetter] {
    try inner.deadLetters(after: id, limit: limit)
  }

  func removeDeadLetter(id: Int64) throws(LogError) -> Bool { try inner.removeDeadLetter(id: id) }

  func mark(_ mark: DigestMark) throws(LogError) { try inner.mark(mark) }

  func marks(limit: Int) throws(LogError) -> [DigestMark] { try inner.marks(limit: limit) }
}
