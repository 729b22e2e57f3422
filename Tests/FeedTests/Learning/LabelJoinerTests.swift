import Feed
import TestKit
import Testing

/// The joiner: each rule on its own, and all of them against the obvious twin.
@Suite struct LabelJoinerTests {
  private static let hour: Int64 = 3_600_000

  @Test(arguments: 0..<24)
  func theJoinerIsItsObviousTwin(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var settings = LearningSettings()
    settings.windowsMs = settings.windowsMs.mapValues { _ in
      Int64.random(in: 0...(4 * Self.hour), using: &generator)
    }
    settings.attributionMs = Int64.random(in: 0...(5 * Self.hour), using: &generator)
    settings.allowedLatenessMs = Int64.random(in: 0...Self.hour, using: &generator)
    settings.pageDelayMs = Int64.random(in: 0...900_000, using: &generator)
    settings.pendingPagesMax = seed % 3 == 0 ? 1 + seed : 10_000
    var stream = JoinStream(SeededGenerator(seed: UInt64(1_000 + seed)))
    let world = WorldSettings()
    var joiner = LabelJoiner(settings, world: world)
    var twin = JoinTwin(settings, world: world)
    var emitted: [JoinedPage] = []
    for number in 1...3_000 {
      let (event, received) = stream.next()
      twin.take(Offset(UInt64(number)), event, received: received)
      take(&joiner, number, event, received) { emitted.append($0) }
    }
    joiner.flush { emitted.append($0) }
    twin.flush()
    #expect(emitted.map(\.offset) == twin.emitted.map(\.page.offset), "seed \(seed)")
    for (joined, expected) in zip(emitted, twin.emitted) {
      #expect(joined.labels.map(plain) == expected.page.labels, "seed \(seed), \(joined.offset)")
      #expect(joined.isEarly == expected.isEarly, "seed \(seed), \(joined.offset)")
      #expect((try? joined.page()) == expected.page.page, "seed \(seed), \(joined.offset)")
    }
    for outcome in JoinOutcome.allCases {
      #expect(
        joiner.tally[outcome] == twin.outcomes[outcome] ?? 0, "seed \(seed): \(outcome.name)")
    }
    #expect(joiner.tally.erased == twin.erased)
    #expect(joiner.tally.pages == joiner.tally.emitted + joiner.tally.erased)
    #expect(joiner.tally.pending == 0)
  }

  @Test func theStreamsMeetEveryOutcome() {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    var stream = JoinStream(SeededGenerator(seed: 5))
    for number in 1...6_000 {
      let (event, received) = stream.next()
      take(&joiner, number, event, received) { _ in }
    }
    for outcome in JoinOutcome.allCases { #expect(joiner.tally[outcome] > 20, "\(outcome.name)") }
    #expect(joiner.tally.erased > 0)
    #expect(joiner.tally.emitted > 100)
  }

  @Test func whatIsKeptOfPagesDoesNotChangeTheDigest() {
    var digests: Set<UInt64> = []
    for keepsRecords in [true, false] {
      var joiner = LabelJoiner(
        LearningSettings(), world: WorldSettings(), keepsRecords: keepsRecords)
      var stream = JoinStream(SeededGenerator(seed: 6))
      for number in 1...3_000 {
        let (event, received) = stream.next()
        take(&joiner, number, event, received) { _ in }
      }
      digests.insert(joiner.digest)
    }
    #expect(digests.count == 1)
    #expect(!digests.contains(0))
  }

  @Test func oneChangedLabelChangesTheDigest() {
    var digests: Set<UInt64> = []
    for action in [Action.click, .like, .hide, .dwell, .impression, .skip] {
      var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
      take(&joiner, 1, page("bob", "r1", ["a", "b"], second: 0), at(0)) { _ in }
      var event = Interaction(user: "bob", action: action, target: "a", time: at(5))
      event.value = 1_000
      take(&joiner, 2, .interaction(event), at(5)) { _ in }
      joiner.flush { _ in }
      digests.insert(joiner.digest)
    }
    #expect(digests.count == 6)
  }

  @Test(arguments: [(30_000, false), (30_001, true)])
  func aLongDwellIsLongerThanTheSetting(value: Int, isLong: Bool) throws {
    let labels = try labels { user, item in
      var dwell = Interaction(user: user, action: .dwell, target: item, time: at(5))
      dwell.value = Float(value)
      return [dwell]
    }
    #expect(labels.has(.longDwell) == isLong)
    #expect(labels.dwellMs == UInt32(value))
    #expect(labels.isSeen)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, -5, 1e30])
  func anyNumberOfAClientIsTaken(value: Float) throws {
    let labels = try labels { user, item in
      [Action.dwell, .watch, .complete, .impression].map { action in
        var event = Interaction(user: user, action: action, target: item, time: at(5))
        event.value = value
        return event
      }
    }
    #expect(labels.dwellMs == (value > 0 ? 4_000_000_000 : 0))
  }

  @Test(arguments: [(3_600, true), (3_601, false)])
  func aClickCountsWithinItsWindow(second: Int, counts: Bool) throws {
    let labels = try labels { user, item in
      [Interaction(user: user, action: .click, target: item, time: at(second))]
    }
    #expect(labels.has(.click) == counts)
  }

  @Test func anotherUsersClickDoesNotCountForARequest() {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    take(&joiner, 1, page("bob", "r1", ["a"], second: 0), at(0)) { _ in }
    var click = Interaction(user: "eve", action: .click, target: "a", time: at(1))
    click.requestID = "r1"
    take(&joiner, 2, .interaction(click), at(1)) { _ in }
    #expect(joiner.tally.ahead == 1)
    click.user = "bob"
    take(&joiner, 3, .interaction(click), at(1)) { _ in }
    #expect(joiner.tally[.byRequest] == 1)
    joiner.advance(to: at(12))
    #expect(joiner.tally[.orphan] == 1)
    #expect(joiner.tally.ahead == 0)
  }

  @Test(arguments: [(10, true), (11, false)])
  func whatComesBeforeItsPageWaitsForIt(second: Int, joins: Bool) {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    var click = Interaction(user: "bob", action: .click, target: "b", time: at(1))
    click.requestID = "r1"
    take(&joiner, 1, .interaction(click), at(1)) { _ in }
    take(&joiner, 2, page("bob", "r1", ["a"], second: 1), at(2)) { _ in }
    #expect(joiner.tally.ahead == 1)
    // The second page of the request shows the item.
    take(&joiner, 3, page("bob", "r1", ["b"], second: 1), at(1 + second)) { _ in }
    #expect(joiner.tally[.byRequest] == (joins ? 1 : 0))
    #expect(joiner.tally[.orphan] == (joins ? 0 : 1))
    #expect(joiner.tally.interactions == 1)
  }

  @Test func aFloodOfPagesStaysWithinTheMemoryAllowed() {
    var settings = LearningSettings()
    settings.pendingBytesMax = 100_000
    var joiner = LabelJoiner(settings, world: WorldSettings())
    let items = (0..<20).map { "item-\($0)" }
    for number in 1...2_000 {
      take(&joiner, number, page("bob", "r", items, second: 0), at(0)) { _ in }
      #expect(joiner.pendingBytes <= 100_000)
    }
    #expect(joiner.tally.early > 1_900)
    #expect(joiner.tally.pending > 5)
  }

  @Test func aFloodOfDeedsForPagesThatNeverComeIsBounded() {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    var click = Interaction(user: "bob", action: .click, target: "a", time: at(0))
    for number in 1...1_000 {
      click.requestID = number % 2 == 0 ? "same" : "r\(number)"
      take(&joiner, number, .interaction(click), at(0)) { _ in }
    }
    #expect(joiner.tally.ahead == 500 + 256)
    #expect(joiner.tally[.orphan] == 500 - 256)
    joiner.advance(to: at(60))
    #expect(joiner.tally[.orphan] == 1_000)
    #expect(joiner.tally.ahead == 0)
  }

  @Test func kindsOfPagesBeyondTheBoundAreCountedTogether() {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    for number in 1...1_000 {
      var page = PageServed(
        user: "bob", surface: "home", requestID: "r\(number)", offset: .zero, servedBy: 0,
        time: at(0), entries: [])
      page.experiments = "e=\(number)"
      take(&joiner, number, .pageServed(page), at(0)) { _ in }
    }
    #expect(joiner.counts.count == LabelJoiner.kindsMax)
    #expect(joiner.counts.reduce(0) { $0 + $1.counts.pages } == 1_000)
    #expect(joiner.counts.last?.key.surface == "other")
  }

  @Test func damagedRecordsAreCountedAndDoNoHarm() {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    var bytes: [UInt8] = []
    page("bob", "r1", ["a", "b"], second: 0).encode(received: at(0), into: &bytes)
    for end in 0..<bytes.count {
      RecordView.over(bytes, 0..<end) { joiner.take(Offset(UInt64(end + 1)), $0) }
    }
    #expect(joiner.tally.unreadable == UInt64(bytes.count))
    #expect(joiner.tally.pages == 0)
  }

  @Test func anArmIsReadFromItsExperiments() {
    let key = LearningKey(surface: "home", experiments: "ranker=b,slate=x")
    #expect(key.arm(of: "ranker") == "b")
    #expect(key.arm(of: "slate") == "x")
    #expect(key.arm(of: "rank") == nil)
    #expect(LearningKey(surface: "home").arm(of: "") == nil)
  }

  // MARK: Help

  /// The labels of the only item of a page at second 0 once it is complete.
  private func labels(
    _ events: (_ user: String, _ item: String) -> [Interaction]
  ) throws -> EntryLabels {
    var joiner = LabelJoiner(LearningSettings(), world: WorldSettings())
    take(&joiner, 1, page("bob", "r1", ["a"], second: 0), at(0)) { _ in }
    for (number, event) in events("bob", "a").enumerated() {
      take(&joiner, number + 2, .interaction(event), event.time) { _ in }
    }
    var result: EntryLabels?
    joiner.flush { result = $0.labels.first }
    return try #require(result)
  }

  private func plain(_ labels: EntryLabels) -> JoinTwin.Labels {
    JoinTwin.Labels(
      bits: labels.bits, isImpressed: labels.isImpressed, position: labels.position,
      dwellMs: labels.dwellMs, viewportMs: labels.viewportMs)
  }

  private func take(
    _ joiner: inout LabelJoiner, _ number: Int, _ event: Event, _ received: Timestamp,
    emit: (JoinedPage) -> Void
  ) {
    var bytes: [UInt8] = []
    event.encode(received: received, into: &bytes)
    RecordView.over(bytes, 0..<bytes.count) {
      joiner.take(Offset(UInt64(number)), $0, emit: emit)
    }
  }

  private func page(_ user: String, _ request: String, _ items: [String], second: Int) -> Event {
    .pageServed(
      PageServed(
        user: user, surface: "home", requestID: request, offset: .zero, servedBy: 0,
        time: at(second), entries: items.map { .init(item: $0, score: 1, sources: 1) }))
  }

  private func at(_ second: Int) -> Timestamp {
    Timestamp(milliseconds: 1_767_225_600_000 + Int64(second) * 1_000)
  }
}
