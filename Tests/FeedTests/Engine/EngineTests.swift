import Feed
import Sync
import Synchronization
import TestKit
import Testing

/// The engine over the memory log: what an acknowledgement means, retries, bounds, recovery.
@Suite struct EngineTests {
  @Test func anAcknowledgedEventIsInTheLogAndInTheWorld() throws {
    let log = MemoryLog()
    let engine = try started(log)
    defer { engine.stop() }
    var batch = EventBatch()
    batch.append(.itemPublished(item("a", author: "ann")), received: at(1))
    batch.append(.interaction(click("bob", "a", second: 2)), received: at(2))
    let receipts = try engine.submit(batch)
    #expect(receipts.map(\.offset) == [Offset(1), Offset(2)])
    #expect(receipts.map(\.outcome) == [.applied, .applied])
    #expect(log.end == Offset(2))
    #expect(engine.read { $0.item("a") } != nil)
    #expect(engine.read { $0.offset } == Offset(2))
  }

  @Test func aRetryCountsOnceAlsoInsideOneCommitAndOverARestart() throws {
    let log = MemoryLog()
    let engine = try started(log)
    var event = click("bob", "a", second: 2)
    event.eventID = "e1"
    event.createsItem = true
    var batch = EventBatch()
    for _ in 0..<3 { batch.append(.interaction(event), received: at(2)) }
    #expect(try engine.submit(batch).map(\.outcome) == [.applied, .duplicate, .duplicate])
    #expect(try engine.submit(batch).allSatisfy { $0.outcome == .duplicate && $0.offset == nil })
    let digest = try #require(engine.digest())
    engine.stop()
    let again = try started(log)
    defer { again.stop() }
    #expect(again.digest() == digest)
    #expect(try again.submit(batch).allSatisfy { $0.outcome == .duplicate })
  }

  @Test func everyThreadSeesItsOwnEventsWhileOthersWrite() throws {
    let engine = try started(MemoryLog())
    defer { engine.stop() }
    var items = EventBatch()
    items.append(.itemPublished(item("a", author: "ann")), received: at(1))
    _ = try engine.submit(items)
    let failures = Atomic<Int>(0)
    let threads = (0..<4).map { number in
      Thread { [engine] in
        for step in 0..<100 {
          var batch = EventBatch()
          let user = "u\(number)-\(step)"
          batch.append(.interaction(click(user, "a", second: 2)), received: at(2))
          guard let receipts = try? engine.submit(batch), receipts[0].outcome == .applied,
            engine.read({ $0.user(user) }) != nil
          else {
            failures.add(1, ordering: .relaxed)
            continue
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(engine.read { $0.userCount } == 401)
    #expect(engine.meters.commits.value <= 401)
  }

  @Test func aPoisonRecordIsToldApartAndDoesNotStopTheOthers() throws {
    let engine = try started(MemoryLog())
    defer { engine.stop() }
    var batch = EventBatch()
    batch.append(.itemPublished(item("a", author: "ann")), received: at(1))
    batch.appendRecord { $0.append(contentsOf: [1, 200, 0, 0]) }
    batch.append(.interaction(click("bob", "a", second: 2)), received: at(2))
    let outcomes = try engine.submit(batch).map(\.outcome)
    #expect(outcomes == [.applied, .poison(.unknownKind(200)), .applied])
  }

  @Test func aFullLogRefusesAndLaterTakesInAgain() throws {
    let log = HeldLog()
    let engine = try started(log)
    defer { engine.stop() }
    var batch = EventBatch()
    batch.append(.itemPublished(item("a", author: "ann")), received: at(1))
    log.fails(with: .full)
    #expect(throws: SubmitError.full) { try engine.submit(batch) }
    #expect(engine.read { $0.item("a") } == nil)
    #expect(engine.status.phase == .ready)
    log.fails(with: nil)
    #expect(try engine.submit(batch).count == 1)
  }

  @Test func aFailedLogStopsWritesAndPagesGoOn() throws {
    let log = HeldLog()
    let engine = try started(log)
    defer { engine.stop() }
    var batch = EventBatch()
    batch.append(.itemPublished(item("a", author: "ann")), received: at(1))
    _ = try engine.submit(batch)
    log.fails(with: .failed)
    #expect(throws: SubmitError.self) { try engine.submit(batch) }
    #expect(engine.status.phase == .failed("log-failed: on demand"))
    #expect(engine.read { $0.item("a") } != nil)
  }

  @Test func nothingIsTakenInBeforeTheStartOrAfterTheStop() throws {
    let engine = Engine(
      configuration: Configuration(), log: MemoryLog(), snapshots: nil, time: StillTime())
    var batch = EventBatch()
    batch.append(.itemPublished(item("a", author: "ann")), received: at(1))
    #expect(throws: SubmitError.unavailable) { try engine.submit(batch) }
    try engine.start()
    _ = try engine.submit(batch)
    engine.stop()
    #expect(throws: SubmitError.unavailable) { try engine.submit(batch) }
  }

  private func started(_ log: any EventLog) throws -> Engine {
    let engine = Engine(
      configuration: Configuration(), log: log, snapshots: nil, time: StillTime())
    try engine.start()
    return engine
  }
}

private func at(_ second: Int64) -> Timestamp {
  Timestamp(milliseconds: (1_700_000_000 + second) * 1000)
}

private func item(_ id: String, author: String) -> Item {
  var item = Item(id: id)
  item.author = author
  item.title = "About \(id)"
  item.created = at(1)
  return item
}

private func click(_ user: String, _ item: String, second: Int64) -> Interaction {
  Interaction(user: user, action: .click, target: item, time: at(second))
}

/// Time that stands still: nothing here depends on it.
private struct StillTime: TimeSource {
  var now: Timestamp { at(10) }
  var ticks: UInt64 { 1 }
}
