/// What is drawn by chance for one ranking: it follows from the seed and the set's number.
///
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, doi:10.1145/2660193.2660195).
struct Draw {
  private var state: UInt64

  init(seed: UInt64, number: UInt64) { state = Hashing.mix(Hashing.fold(seed, number)) }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Hashing.mix(state)
  }

  /// 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// 0..<bound, each as likely as the others to 2^-64.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// With the chance `share`, puts the first `top` of an order into a random one, each as likely as
  /// the others (Fisher and Yates).
  ///
  /// - Returns: where each of them stood.
  mutating func shuffle(_ order: inout [Int], top: Int, share: Double) -> [UInt8] {
    var origins = (0..<top).map { UInt8(clamping: $0) }
    guard unit() < share else { return origins }
    for place in stride(from: top - 1, to: 0, by: -1) {
      let other = below(place + 1)
      order.swapAt(place, other)
      origins.swapAt(place, other)
    }
    return origins
  }

  /// `count` different numbers of 0..<bound in rising order, every set of them as likely as the
  /// others (Floyd; Bentley, CACM 30, 1987, doi:10.1145/30401.315746).
  mutating func sample(_ count: Int, below bound: Int) -> [Int] {
    var chosen: Set<Int> = []
    for end in max(0, bound - count)..<max(0, bound) {
      let drawn = below(end + 1)
      chosen.insert(chosen.contains(drawn) ? end : drawn)
    }
    return chosen.sorted()
  }
}
