/// Chance for the property tests, from a seed that each of them prints with a failure.
struct Drawing: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
    return mixed ^ mixed >> 29
  }

  /// Components between -1 and 1.
  mutating func vector(_ dimension: Int) -> [Float] {
    (0..<dimension).map { _ in Float.random(in: -1...1, using: &self) }
  }

  /// Components among a few small integers, so that scores tie often and are exact.
  mutating func coarseVector(_ dimension: Int) -> [Float] {
    (0..<dimension).map { _ in Float(Int.random(in: -2...2, using: &self)) }
  }
}
