import Feed
import Foundation
import TestKit
import Testing

@Suite struct NumberTests {
  @Test func decayIsAPowerOfTwo() {
    var chance = SeededGenerator.announced("decay against exp2")
    for _ in 0..<100_000 {
      let halfLife = Int64.random(in: 1_000...10_000_000_000, using: &chance)
      // Short times matter as much: a busy counter is decayed many times a second.
      let share = Foundation.exp2(Double.random(in: -30...4, using: &chance))
      let elapsed = Int64(Double(halfLife) * share)
      let exact = Foundation.exp2(-Double(elapsed) / Double(halfLife))
      let factor = Double(Decay.factor(elapsed: elapsed, halfLife: halfLife))
      #expect(abs(factor - exact) <= exact * 2e-7)
    }
    #expect(Decay.factor(elapsed: 0, halfLife: 5) == 1)
    #expect(Decay.factor(elapsed: -7, halfLife: 5) == 1)
    #expect(Decay.factor(elapsed: 5, halfLife: 5) == 0.5)
    #expect(Decay.factor(elapsed: 1_000, halfLife: 1) == 0)
  }

  @Test func logarithmsAreCloseAndKeepTheOrder() {
    var chance = SeededGenerator.announced("log2 against Foundation")
    var points: [Float] = []
    for _ in 0..<100_000 {
      points.append(Float.random(in: 0...1, using: &chance))
      points.append(Float.random(in: 0...1_000_000, using: &chance))
    }
    points.sort()
    var last = -Float.infinity
    var (worst, disorder) = (0.0, Float(0))
    for point in points where point > 0 {
      let value = Logarithm.base2(point)
      let error = abs(Double(value) - Foundation.log2(Double(point)))
      worst = max(worst, error)
      #expect(Logarithm.floor2(point) <= value && value - Logarithm.floor2(point) <= 1)
      disorder = max(disorder, last - value)
      last = value
    }
    #expect(worst < 6e-6)
    // Neighbouring numbers may change places by a rounding.
    #expect(disorder < 2e-6)
    #expect(Logarithm.base2(0) == -.infinity)
    #expect(Logarithm.base2(-1) == -.infinity)
    for odd in [0, -1, .leastNonzeroMagnitude, .nan] as [Float] {
      #expect(Logarithm.floor2(odd) == -.infinity)
    }
  }

  @Test func dwellQuantilesLieInTheBucketOfTheExactOnes() {
    var chance = SeededGenerator.announced("dwell quantiles")
    for _ in 0..<50 {
      var store = DwellStore()
      var exact: [Float] = []
      for _ in 0..<(1 + chance.below(500)) {
        let dwell = 250 * Float(Foundation.exp2(Double.random(in: 0..<12, using: &chance)))
        store.add(3, milliseconds: dwell)
        exact.append(dwell)
      }
      exact.sort()
      for share in [Float(0.1), 0.5, 0.9, 1] {
        let rank = max(1, Int((share * Float(exact.count)).rounded(.up)))
        let found = store.quantile(3, share) ?? 0
        let ratio = found / exact[min(rank, exact.count) - 1]
        #expect(ratio > 0.6 && ratio < 1.6)
      }
    }
    var store = DwellStore()
    #expect(store.quantile(0, 0.5) == nil)
    store.add(0, milliseconds: 1_000)
    store.removeAll(0)
    #expect(store.quantile(0, 0.5) == nil)
    store.add(1, milliseconds: .infinity)
    #expect((store.quantile(1, 0.5) ?? 0) > 1_000_000)
  }

  /// A counter that is decayed at every event must forget as one that is decayed once.
  @Test(arguments: [200, 2_000, 50_000])
  func decayedSumsComeCloseToExactOnes(events: Int) {
    var chance = SeededGenerator.announced("decayed counters in any order")
    let seconds = (0..<events).map { _ in 1_767_225_600 + UInt32(chance.below(20_000)) }
    let last = seconds.max() ?? 0
    let exact = seconds.reduce(0.0) { $0 + Foundation.exp2(-Double(last - $1) / 1_800) }
    for isSorted in [true, false] {
      var stats = ItemStats()
      for second in isSorted ? seconds.sorted() : seconds.shuffled(using: &chance) {
        let weight = stats.advance(to: second, burst: 300_000, short: 1_800_000, long: 86_400_000)
        stats.shortClicks += weight.short
      }
      #expect(abs(Double(stats.shortClicks) - exact) <= exact * 1e-3)
      #expect(stats.updated == last)
    }
  }
}
