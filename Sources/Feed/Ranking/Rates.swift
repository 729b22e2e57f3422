/// Brings an item's decayed counters to the time of a request.
struct Rates {
  /// Velocities are cut here.
  static let velocityMax: Float = 3
  /// 1 for an item of this second, half of it for each day of age.
  static let recencySteps = stepsPerSecond(halfLifeMs: 24 * 3_600_000)

  /// Counters of one item as of now.
  struct Now {
    var burstClicks: Float
    var shortClicks: Float
    var shortEngagement: Float
    var longImpressions: Float
    var longEngagement: Float
    var longNegative: Float
    /// See `Rates.velocity`.
    var velocity: Float
  }

  // Decay in 1/256 of a half-life a second: thousands of factors are wanted of each, and to
  // multiply is cheaper than to divide.
  let burst: Double
  let short: Double
  let long: Double
  /// What a steady rate gives on the short scale for each one on the long scale.
  let steady: Float

  init(_ settings: WorldSettings) {
    burst = Self.stepsPerSecond(halfLifeMs: settings.burstHalfLifeMs)
    short = Self.stepsPerSecond(halfLifeMs: settings.shortHalfLifeMs)
    long = Self.stepsPerSecond(halfLifeMs: settings.longHalfLifeMs)
    steady = Float(
      Double(max(1, settings.shortHalfLifeMs)) / Double(max(1, settings.longHalfLifeMs)))
  }

  private static func stepsPerSecond(halfLifeMs: Int64) -> Double {
    halfLifeMs > 0 ? 256_000 / Double(halfLifeMs) : 0
  }

  /// The counters at `second`, which is not before their own time or is taken to be it.
  @inline(__always)
  func now(_ stats: borrowing ItemStats, second: UInt32) -> Now {
    let elapsed = second > stats.updated ? Double(second &- stats.updated) : 0
    let byShort = Decay.factor(steps: elapsed * short)
    let byLong = Decay.factor(steps: elapsed * long)
    let shortEngagement = stats.shortEngagement * byShort
    let longEngagement = stats.longEngagement * byLong
    return Now(
      burstClicks: stats.burstClicks * Decay.factor(steps: elapsed * burst),
      shortClicks: stats.shortClicks * byShort, shortEngagement: shortEngagement,
      longImpressions: stats.longImpressions * byLong, longEngagement: longEngagement,
      longNegative: stats.longNegative * byLong,
      velocity: velocity(short: shortEngagement, long: longEngagement))
  }

  /// How much faster engagement comes than it used to: ln((s + 1) ÷ (l · Hs/Hl + 1)) with s and l
  /// the sums of half-lives Hs and Hl, cut at ±3. 0 at a steady rate and when nothing happened.
  @inline(__always)
  private func velocity(short: Float, long: Float) -> Float {
    let ratio = Logarithm.natural((short + 1) / (long * steady + 1))
    return min(Self.velocityMax, max(-Self.velocityMax, ratio))
  }

  /// A rate that is pulled towards `mean` as strongly as `weight` trials would: the mean of a Beta
  /// posterior. At most 1, whatever the counts.
  @inline(__always)
  static func smoothed(_ hits: Float, of trials: Float, mean: Float, weight: Float) -> Float {
    min(1, (hits + mean * weight) / (max(trials, hits) + weight))
  }
}

extension Logarithm {
  /// The natural logarithm of a positive number, to about 3e-6.
  @inline(__always)
  static func natural(_ value: Float) -> Float { base2(value) * 0.693_147_18 }
}
