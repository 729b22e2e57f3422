import Feed
import Testing

@Suite("A pilot takes models on as far as it may")
struct ModelPilotTests {
  private static let cause = ModelLedger.Cause(actor: "ada", why: "test", isForced: true)
  private let day = Timestamp(milliseconds: 86_400_000)

  private func pilot(_ reach: ModelPilot.Reach) -> ModelPilot {
    var pilot = ModelPilot()
    pilot.reach = reach
    return pilot
  }

  @Test func nothingGoesByItselfUnlessItMay() throws {
    var ledger = ModelLedger()
    ledger.register("a", at: .zero, Self.cause)
    let off = pilot(.off).next(ledger, at: day, canaryShown: .max, refused: [])
    #expect(off == nil)
    let next = pilot(.shadow).next(ledger, at: day, canaryShown: .max, refused: [])
    #expect(next?.id == "a" && next?.stage == .shadow)
    #expect(pilot(.shadow).next(ledger, at: day, canaryShown: .max, refused: ["a"]) == nil)
    try ledger.promote("a", to: .shadow, at: .zero, Self.cause)
    #expect(pilot(.shadow).next(ledger, at: day, canaryShown: .max, refused: []) == nil)
  }

  @Test func timeAndImpressionsMustPass() throws {
    let pilot = pilot(.production)
    var ledger = ModelLedger()
    ledger.register("a", at: .zero, Self.cause)
    try ledger.promote("a", to: .shadow, at: .zero, Self.cause)
    let early = Timestamp(milliseconds: pilot.shadowMs - 1)
    #expect(pilot.next(ledger, at: early, canaryShown: 0, refused: []) == nil)
    let due = Timestamp(milliseconds: pilot.shadowMs)
    #expect(pilot.next(ledger, at: due, canaryShown: 0, refused: [])?.stage == .canary)
    try ledger.promote("a", to: .canary, percent: 5, at: .zero, Self.cause)
    let shown = pilot.canaryImpressions
    #expect(pilot.next(ledger, at: day, canaryShown: shown - 1, refused: []) == nil)
    #expect(pilot.next(ledger, at: day, canaryShown: shown, refused: [])?.stage == .production)
    try ledger.promote("a", to: .production, at: .zero, Self.cause)
    #expect(pilot.next(ledger, at: day, canaryShown: shown, refused: []) == nil)
  }

  @Test func aCandidateOlderThanWhatServesWasPassedOver() throws {
    var ledger = ModelLedger()
    ledger.register("old", at: .zero, Self.cause)
    ledger.register("b", at: day, Self.cause)
    try ledger.promote("b", to: .production, at: day, Self.cause)
    #expect(pilot(.production).next(ledger, at: day, canaryShown: 0, refused: []) == nil)
  }
}
