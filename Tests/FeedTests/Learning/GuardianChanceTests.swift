import Feed
import Glibc
import TestKit
import Testing

/// What the guardian makes of arms that follow from chance, over a thousand runs each.
@Suite("Guardrails against chance")
struct GuardianChanceTests {
  /// How pages of an arm come about.
  struct Arm {
    /// Beside those of the other arm.
    var slowness = 1.0
    var failing = 0.002
    /// Clicks of an item shown, on pages that interest and on others: clicks of a page come
    /// together.
    var clicks = (low: 0.02, high: 0.08)
    var authors = 10...20

    static let itemsShown = 20

    /// The share of pages in each bucket, added up: times are log-normal around 2.5 ms, with a
    /// 99th percentile of 10 ms.
    var durations: [Double] {
      ArmMeters.durations.map { bound in
        let z = log(bound / 0.0025 / slowness) / 0.6
        return 0.5 * erfc(-z / 2.0.squareRoot())
      } + [1]
    }

    /// Binomial shares of clicks on a page, added up.
    static func counts(_ rate: Double) -> [Double] {
      var share = pow(1 - rate, Double(itemsShown))
      var sum = share
      var all = [sum]
      for hits in 1...itemsShown {
        share *= Double(itemsShown - hits + 1) / Double(hits) * rate / (1 - rate)
        sum += share
        all.append(sum)
      }
      all[itemsShown] = 1
      return all
    }
  }

  /// An arm with its tables, which pages are drawn from.
  private struct Source {
    let arm: Arm
    let durations: [Double]
    let few: [Double]
    let many: [Double]
    var reading = ModelGuardian.Reading()

    init(_ arm: Arm) {
      self.arm = arm
      durations = arm.durations
      few = Arm.counts(arm.clicks.low)
      many = Arm.counts(arm.clicks.high)
      reading.durations = [UInt64](repeating: 0, count: durations.count)
    }

    mutating func draw(_ pages: Int, _ chance: inout SeededGenerator) {
      for _ in 0..<pages {
        reading.pages += 1
        reading.impressions += UInt64(Arm.itemsShown)
        let table = chance.chance(0.5) ? few : many
        reading.clicks += UInt64(Self.place(Double.random(in: 0..<1, using: &chance), table))
        if chance.chance(arm.failing) { reading.failures += 1 }
        let authors = UInt64(Int.random(in: arm.authors, using: &chance))
        reading.authors += authors
        reading.authorSquares += authors * authors
        reading.durations[Self.place(Double.random(in: 0..<1, using: &chance), durations)] += 1
      }
    }

    private static func place(_ share: Double, _ table: [Double]) -> Int {
      var (low, high) = (0, table.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if share < table[middle] { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  /// Runs of 40 looks, 50 new pages each; the control is beside it, or was before it.
  private func breaches(
    _ arm: Arm, isBeside: Bool, runs: Int, _ chance: inout SeededGenerator
  ) -> [(guardrail: ModelGuardian.Guardrail, pages: UInt64)] {
    var found: [(guardrail: ModelGuardian.Guardrail, pages: UInt64)] = []
    for _ in 0..<runs {
      var treated = Source(arm)
      var control = Source(Arm())
      if !isBeside { control.draw(1_000, &chance) }
      var guardian = ModelGuardian()
      guardian.watch("a")
      for look in 1...40 {
        treated.draw(50, &chance)
        if isBeside { control.draw(50, &chance) }
        let time = Timestamp(milliseconds: Int64(look) * 1_000)
        if let breach = guardian.observe(treated.reading, control: control.reading, at: time) {
          found.append((breach.guardrail, treated.reading.pages))
          break
        }
      }
    }
    return found
  }

  @Test(
    "of a thousand models that are as good as the other, hardly one is taken back",
    arguments: [true, false])
  func equalArms(isBeside: Bool) {
    var chance = SeededGenerator.announced("equal arms")
    let found = breaches(Arm(), isBeside: isBeside, runs: 1_000, &chance)
    print("equal arms, beside \(isBeside): \(found.count) of 1000 taken back")
    // Four guardrails, each of which may be wrong once in a hundred runs; two of them are bounds.
    #expect(found.count <= 15, "\(found)")
  }

  @Test(
    "a model that is worse is taken back by the guardrail that it breaks",
    arguments: [
      (ModelGuardian.Guardrail.errors, UInt64(150)), (.latency, 400), (.clicks, 1_000),
      (.diversity, 300),
    ], [true, false])
  func worseArms(_ broken: (guardrail: ModelGuardian.Guardrail, pages: UInt64), isBeside: Bool) {
    var chance = SeededGenerator.announced("worse arms")
    var arm = Arm()
    switch broken.guardrail {
    case .errors: arm.failing = 0.2
    case .latency: arm.slowness = 4
    case .clicks: arm.clicks = (0.012, 0.048)
    case .diversity: arm.authors = 4...10
    }
    let found = breaches(arm, isBeside: isBeside, runs: 100, &chance)
    let right = found.filter { $0.guardrail == broken.guardrail }
    let pages = right.map(\.pages).sorted()
    print(
      "\(broken.guardrail), beside \(isBeside): \(right.count) of 100, after at most "
        + "\(pages.last ?? 0) pages")
    #expect(right.count >= 95, "\(found)")
    #expect(pages.dropLast(5).last ?? .max <= broken.pages)
  }

  /// Half as slow again as the limit: not at once, but before long.
  @Test("what is slower than it may be is found in the end", arguments: [true, false])
  func slowerArms(isBeside: Bool) {
    var chance = SeededGenerator.announced("slower arms")
    var arm = Arm()
    arm.slowness = 2.5
    let found = breaches(arm, isBeside: isBeside, runs: 100, &chance)
    print("slower, beside \(isBeside): \(found.count) of 100 within 2000 pages")
    #expect(found.count >= 85 && found.allSatisfy { $0.guardrail == .latency })
  }
}
