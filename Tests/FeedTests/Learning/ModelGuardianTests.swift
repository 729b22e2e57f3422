import Feed
import TestKit
import Testing

@Suite("A guardian takes a bad model back, and leaves a good one alone")
struct ModelGuardianTests {
  /// A reading of whole numbers, as far as they matter: a tenth of the pages takes 8 ms, the
  /// others 2 ms, and every page has 15 authors but for one more or less.
  private func reading(
    pages: UInt64 = 1_000, failures: UInt64 = 0, impressions: UInt64 = 20_000,
    clicks: UInt64 = 1_000, authors: UInt64 = 15, slow: UInt64 = 0
  ) -> ModelGuardian.Reading {
    var reading = ModelGuardian.Reading()
    reading.pages = pages
    reading.failures = failures
    reading.impressions = impressions
    reading.clicks = clicks
    reading.authors = authors * pages
    reading.authorSquares = (authors * authors + 1) * pages
    reading.durations = Self.durations([
      (2, pages - pages / 10 - slow), (8, pages / 10), (30, slow),
    ])
    return reading
  }

  /// Pages by how many milliseconds they took.
  static func durations(_ pages: [(ms: Double, count: UInt64)]) -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: ArmMeters.durations.count + 1)
    for (ms, count) in pages {
      let place = ArmMeters.durations.firstIndex { $0 >= ms / 1_000 } ?? counts.count - 1
      counts[place] += count
    }
    return counts
  }

  /// What breaks when an arm goes on like this, and after how many pages.
  private func breach(
    _ treated: (UInt64) -> ModelGuardian.Reading, pages: [UInt64]
  ) -> (guardrail: ModelGuardian.Guardrail, pages: UInt64)? {
    var guardian = ModelGuardian()
    guardian.watch("a")
    for (look, count) in pages.enumerated() {
      let time = Timestamp(milliseconds: Int64(look) * 1_000)
      if let breach = guardian.observe(treated(count), control: reading(), at: time) {
        return (breach.guardrail, count)
      }
    }
    return nil
  }

  private let steps = (1...40).map { UInt64($0) * 50 }

  @Test func whatIsClearlyBrokenIsFoundAtOnce() {
    #expect(breach({ reading(pages: $0) }, pages: steps) == nil)
    let failing = breach({ reading(pages: $0, failures: $0) }, pages: (1...9).map { $0 })
    #expect(failing?.guardrail == .errors && failing?.pages == 2)
    let often = breach({ reading(pages: $0, failures: $0 / 5) }, pages: steps)
    #expect(often?.guardrail == .errors && often?.pages == 50)
    let slow = breach({ reading(pages: $0, slow: $0 / 2) }, pages: steps)
    #expect(slow?.guardrail == .latency && slow?.pages == 300)
    let narrow = breach({ reading(pages: $0, authors: 7) }, pages: steps)
    #expect(narrow?.guardrail == .diversity && narrow?.pages == 300)
    let dull = breach(
      { reading(pages: $0, impressions: $0 * 20, clicks: $0 / 2) }, pages: steps)
    #expect(dull?.guardrail == .clicks && (dull?.pages ?? .max) <= 200)
  }

  @Test func whatIsWithinItsLimitIsLeftAlone() {
    let long = (1...60).map { UInt64($0) * 500 }
    #expect(breach({ reading(pages: $0, failures: $0 / 100) }, pages: long) == nil)
    #expect(breach({ reading(pages: $0, slow: $0 / 200) }, pages: long) == nil)
    #expect(breach({ reading(pages: $0, authors: 11) }, pages: long) == nil)
    #expect(
      breach({ reading(pages: $0, impressions: $0 * 20, clicks: $0 * 48 / 50) }, pages: long)
        == nil)
  }

  @Test func tooLittleIsNotJudged() {
    let few: [UInt64] = [60, 120, 199]
    #expect(breach({ reading(pages: $0, slow: $0 / 2) }, pages: few) == nil)
    #expect(breach({ reading(pages: $0, authors: 1) }, pages: few) == nil)
    #expect(breach({ reading(pages: $0, impressions: 999, clicks: 0) }, pages: few) == nil)
    #expect(breach({ reading(pages: $0, failures: 1) }, pages: few) == nil)
    // A fast page may be many times slower than a faster one.
    var fast = reading()
    fast.durations = Self.durations([(0.3, 1_000)])
    var treated = fast
    var guardian = ModelGuardian()
    guardian.watch("a")
    for look in 1...20 {
      treated.pages = UInt64(look) * 200
      treated.authors = treated.pages * 15
      treated.durations = Self.durations([(3, treated.pages)])
      let time = Timestamp(milliseconds: Int64(look) * 1_000)
      #expect(guardian.observe(treated, control: fast, at: time) == nil)
    }
  }

  /// One pause, during which every page is slow, is no property of the model.
  @Test func aPauseIsNoBreach() {
    let pause = { (pages: UInt64) in pages > 1_000 ? min(60, pages - 1_000) : 0 }
    #expect(breach({ reading(pages: $0, slow: pause($0)) }, pages: steps) == nil)
    // Slowness that stays is found within the looks that it takes.
    let lasting = { (pages: UInt64) in pages > 1_000 ? pages - 1_000 : 0 }
    let found = breach(
      { reading(pages: $0, slow: min(lasting($0), $0 - $0 / 10)) }, pages: steps)
    #expect(found?.guardrail == .latency && (found?.pages ?? .max) <= 1_300)
  }

  @Test func aModelThatBeginsToFailIsFoundWithinPages() {
    let long = (1...100).map { UInt64($0) * 1_000 } + (1...20).map { 100_000 + UInt64($0) * 5 }
    let found = breach(
      { reading(pages: $0, failures: $0 > 100_000 ? $0 - 100_000 : 0) }, pages: long)
    #expect(found?.guardrail == .errors && (found?.pages ?? .max) <= 100_050)
  }

  @Test func aReadingTooSoonDoesNotCount() {
    var guardian = ModelGuardian()
    guardian.watch("a")
    for look in 0..<20 {
      let time = Timestamp(milliseconds: Int64(look))
      let slow = reading(pages: 1_000 + UInt64(look) * 100, slow: 800)
      #expect(guardian.observe(slow, control: reading(), at: time) == nil)
    }
  }

  @Test func aBreachIsToldOnceAModel() {
    var guardian = ModelGuardian()
    let bad = reading(failures: 500)
    #expect(guardian.observe(bad, control: reading(), at: .zero) == nil, "nothing is watched")
    guardian.watch("a")
    #expect(guardian.observe(bad, control: reading(), at: .zero)?.guardrail == .errors)
    #expect(
      guardian.observe(bad, control: reading(), at: Timestamp(milliseconds: 5_000)) == nil)
    guardian.watch("b")
    #expect(
      guardian.observe(bad, control: reading(), at: Timestamp(milliseconds: 5_000))?.guardrail
        == .errors)
  }
}
