internal import Glibc

// Safe because a variable of the environment is copied before anything could change it: tests set
// none.

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, doi:10.1145/2660193.2660195): the same numbers from
/// the same seed on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator that starts from `seed`.
  public init(seed: UInt64) { state = seed }

  /// A generator for a property test: its seed is `UPDRAFT_TEST_SEED` or a fixed one, and is
  /// printed, so that a failure can be repeated.
  public static func announced(_ test: String, seed: UInt64 = 20_261_121) -> SeededGenerator {
    let variable = unsafe getenv("UPDRAFT_TEST_SEED")
    let given = unsafe variable.flatMap { unsafe UInt64(String(cString: $0)) }
    print("\(test): seed \(given ?? seed)")
    return SeededGenerator(seed: given ?? seed)
  }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// A whole number below `bound`, which is positive.
  public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// True with a probability of `share`.
  public mutating func chance(_ share: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < share
  }
}
