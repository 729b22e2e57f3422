import Feed
import TestKit
import Testing

@Suite("Lives of models")
struct ModelLedgerTests {
  private static let cause = ModelLedger.Cause(actor: "ada", why: "test")
  private static let forced = ModelLedger.Cause(actor: "ada", why: "test", isForced: true)

  private func time(_ number: Int) -> Timestamp { Timestamp(milliseconds: Int64(number) * 1_000) }

  private func ledger(_ ids: String...) -> ModelLedger {
    var ledger = ModelLedger()
    for id in ids { ledger.register(id, at: .zero, Self.cause) }
    return ledger
  }

  @Test func aModelGoesAStepAtATime() throws {
    var ledger = ledger("a")
    let error = #expect(throws: RegistryError.self) {
      try ledger.promote("a", to: .production, at: .zero, Self.cause)
    }
    #expect(
      error?.message == "a is candidate, so shadow comes next; to leave a stage out, force "
        + "it and say why")
    try ledger.promote("a", to: .shadow, at: time(1), Self.cause)
    try ledger.promote("a", to: .canary, percent: 5, at: time(2), Self.cause)
    try ledger.promote("a", to: .canary, percent: 20, at: time(3), Self.cause)
    #expect(ledger["a"]?.percent == 20)
    try ledger.promote("a", to: .production, at: time(4), Self.cause)
    #expect(ledger["a"] == .init(id: "a", stage: .production, since: time(4)))
    #expect(ledger.history.map(\.to) == [.candidate, .shadow, .canary, .canary, .production])
    #expect(ledger.history.map(\.number) == [1, 2, 3, 4, 5])
  }

  @Test func whoTakesAPlaceArchivesTheOther() throws {
    var ledger = ledger("a", "b")
    for id in ["a", "b"] { try ledger.promote(id, to: .production, at: time(1), Self.forced) }
    #expect(ledger.entries.map(\.stage) == [.archived, .production])
    #expect(ledger.predecessor?.id == "a")
    #expect(ledger.history.dropLast().last?.cause.why == "replaced as production by b")
  }

  @Test func rollbacksGoBackThroughTheSuccession() throws {
    var ledger = ledger("a", "b", "c")
    for id in ["a", "b", "c"] { try ledger.promote(id, to: .production, at: time(1), Self.forced) }
    let back = try ledger.rollBack(.production, at: time(2), Self.cause)
    #expect(back.gone == "c" && back.serving == "b")
    // A model that was taken back is not what the next rollback brings.
    #expect(try ledger.rollBack(.production, at: time(3), Self.cause).serving == "a")
    #expect(try ledger.rollBack(.production, at: time(4), Self.cause).serving == nil)
    #expect(ledger.model(in: .production) == nil)
    #expect(throws: RegistryError.self) { try ledger.rollBack(.production, at: .zero, Self.cause) }
    #expect(throws: RegistryError.self) { try ledger.rollBack(.canary, at: .zero, Self.cause) }
  }

  @Test(arguments: [0, -1, 100.5, .nan, .infinity])
  func aCanaryServesAShare(_ percent: Double) throws {
    var ledger = ledger("a")
    #expect(throws: RegistryError.self) {
      try ledger.promote("a", to: .canary, percent: percent, at: .zero, Self.forced)
    }
    #expect(ledger.history.count == 1)
  }

  @Test func aTextNamesAModelByItsFirstDigits() throws {
    let ledger = ledger("abcdef", "abcxyz")
    #expect(try ledger.resolve("abcd").id == "abcdef")
    #expect(try ledger.resolve("abcxyz").id == "abcxyz")
    for text in ["abc", "abcq", "", "zzzz"] {
      #expect(throws: RegistryError.self, "\(text)") { try ledger.resolve(text) }
    }
  }

  /// Random steps against a model of what they mean that is written the plain way.
  @Test func randomStepsKeepThePromises() throws {
    var generator = SeededGenerator.announced("random lives of models")
    for _ in 0..<200 {
      var ledger = ModelLedger()
      var plain = PlainLives()
      for number in 0..<60 {
        let id = "m\(generator.below(8))"
        let stage = ModelStage.allCases[generator.below(5)]
        let isForced = generator.chance(0.3)
        let cause = isForced ? Self.forced : Self.cause
        let percent = generator.chance(0.8) ? Double(1 + generator.below(100)) : 0
        let before = ledger
        let isDone: Bool
        switch generator.below(4) {
        case 0: isDone = ledger.register(id, at: time(number), cause)
        case 1: isDone = (try? ledger.rollBack(stage, at: time(number), cause)) != nil
        default:
          isDone =
            (try? ledger.promote(id, to: stage, percent: percent, at: time(number), cause)) != nil
        }
        if isDone { plain.follow(ledger.history) }
        #expect(ledger.fault == nil)
        #expect(isDone || ledger == before)
        #expect(
          plain.stages
            == Dictionary(
              uniqueKeysWithValues: ledger.entries.map { ($0.id, $0.stage) }))
        let kept = try ModelLedger(
          entries: ledger.entries, history: ledger.history, succession: ledger.succession)
        #expect(kept == ledger)
      }
    }
  }

  @Test func theLongestArchivedGo() throws {
    var ledger = ModelLedger()
    for number in 0..<ModelLedger.entriesMax + 10 {
      ledger.register("m\(number)", at: time(number), Self.cause)
      try ledger.promote("m\(number)", to: .production, at: time(number), Self.forced)
    }
    let gone = ledger.prune(at: time(1_000))
    #expect(gone == (0..<10).map { "m\($0)" })
    #expect(ledger.entries.count == ModelLedger.entriesMax)
    #expect(ledger.fault == nil)
    #expect(ledger.predecessor?.id == "m\(ModelLedger.entriesMax + 8)")
    #expect(ledger.prune(at: time(1_001)) == [])
  }
}

/// Where models stand, told from the history alone.
private struct PlainLives: Equatable {
  var stages: [String: ModelStage] = [:]
  private var seen = 0

  mutating func follow(_ history: [ModelLedger.Step]) {
    for step in history.dropFirst(seen) {
      #expect(stages[step.id] == step.from)
      stages[step.id] = step.to
    }
    seen = history.count
    for stage in [ModelStage.shadow, .canary, .production] {
      #expect(stages.values.count { $0 == stage } <= 1)
    }
  }
}
