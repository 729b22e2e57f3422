import Feed
import Lab
import TestKit
import Testing

@Suite struct IsotonicTests {
  /// The best rising fit by trying every way to cut the sorted rows into steps.
  private func bruteForce(_ seen: [Double], _ weights: [Double]) -> [Double] {
    var (best, least) = ([Double](), Double.infinity)
    for cuts in 0..<(1 << (seen.count - 1)) {
      var (fit, error, first) = ([Double](), 0.0, 0)
      for row in seen.indices where row == seen.count - 1 || cuts & 1 << row != 0 {
        let weight = weights[first...row].reduce(0, +)
        let mean = zip(seen[first...row], weights[first...row]).reduce(0) { $0 + $1.0 * $1.1 }
        fit += [Double](repeating: mean / weight, count: row + 1 - first)
        first = row + 1
      }
      guard zip(fit, fit.dropFirst()).allSatisfy({ $0 <= $1 + 1e-12 }) else { continue }
      for row in seen.indices {
        error += weights[row] * (seen[row] - fit[row]) * (seen[row] - fit[row])
      }
      if error < least - 1e-12 { (best, least) = (fit, error) }
    }
    return best
  }

  @Test(arguments: 0..<40)
  func poolsLikeBruteForce(_ seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...10, using: &chance)
    let raw = (0..<count).map { Float($0) / 10 }.shuffled(using: &chance)
    let seen = raw.map { _ in Float(Int.random(in: 0...1, using: &chance)) }
    let weights = raw.map { _ in Float.random(in: 0.1...3, using: &chance) }
    let order = raw.indices.sorted { raw[$0] < raw[$1] }
    let expected = bruteForce(order.map { Double(seen[$0]) }, order.map { Double(weights[$0]) })
    let blocks = Isotonic.blocks(raw: raw, seen: seen, weights: weights)
    let fitted = order.map { row in
      blocks.first { $0.first <= raw[row] && raw[row] <= $0.last }?.value ?? -1
    }
    for (left, right) in zip(fitted, expected) {
      #expect(abs(left - right) < 1e-6, "seed \(seed)")
    }
  }

  @Test func equalRawValuesAreOnePlace() {
    let blocks = Isotonic.blocks(raw: [0.5, 0.5, 0.5, 0.2], seen: [1, 0, 1, 1], weights: [])
    #expect(blocks.count == 1)
    let map = Isotonic.calibration(raw: [.nan, 0.5], seen: [1, 1], weights: [1, 0])
    #expect(map == Calibration())
  }

  @Test(arguments: 0..<5)
  func mapsRawValuesToWhatIsSeen(_ seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    // Overconfident: the truth is nearer to a half.
    let raw = (0..<20_000).map { _ in Float.random(in: 0...1, using: &chance) }
    let truth = raw.map { 0.25 + $0 / 2 }
    let seen = truth.map { Float.random(in: 0..<1, using: &chance) < $0 ? Float(1) : 0 }
    let map = Isotonic.calibration(raw: raw, seen: seen)
    #expect(zip(map.raw, map.raw.dropFirst()).allSatisfy(<))
    #expect(zip(map.calibrated, map.calibrated.dropFirst()).allSatisfy(<=))
    #expect(map.calibrated.allSatisfy { $0 > 0 && $0 < 1 })
    let errors = stride(from: Float(0.02), to: 1, by: 0.02).map {
      abs(map.apply($0) - (0.25 + $0 / 2))
    }
    #expect(errors.reduce(0, +) / Float(errors.count) < 0.02, "seed \(seed)")
    #expect((errors.max() ?? 1) < 0.08, "seed \(seed)")
  }

  @Test func aLoneClickAtTheTopIsNotCertain() {
    let raw = (0..<100).map { Float($0) / 100 }
    let map = Isotonic.calibration(raw: raw, seen: raw.map { $0 > 0.985 ? 1 : 0 })
    #expect(map.apply(1) < 0.25)
    #expect(map.apply(0) > 0)
  }
}
