internal import Glibc

/// How far a feature has moved between training and serving, and how far chance alone moves it.
public enum FeatureDrift {
  /// No share counts as less, so that an empty bin has a finite weight; nor less than half a
  /// request.
  static let shareMin = 1e-4
  /// The point of the normal distribution that one of a thousand is beyond.
  private static let rare = 3.09

  /// The population stability index Σ (s − t) ln(s/t) over the bins of a profile and one more for
  /// missing values; t and s are the shares in training and serving (Siddiqi, Credit Risk
  /// Scorecards, 2006). Below 0.1 nothing has moved; above 0.2 a lot has.
  public static func psi(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample
  ) -> Double {
    let rows = sample.present + sample.missing
    guard rows > 0, sample.counts.count == profile.shares.count else { return 0 }
    let all = profile.shares.reduce(0, +)
    guard all > 0 else { return 0 }
    // The shares of a profile may be of all rows or of those with a value.
    let present = 1 - profile.missing
    let least = max(shareMin, 0.5 / Double(max(1, sample.requests)))
    var sum = term(profile.missing, Double(sample.missing) / Double(rows), least)
    for (share, count) in zip(profile.shares, sample.counts) {
      sum += term(share / all * present, Double(count) / Double(rows), least)
    }
    return sum
  }

  private static func term(_ trained: Double, _ served: Double, _ least: Double) -> Double {
    let (trained, served) = (max(trained, least), max(served, least))
    return (served - trained) * log(served / trained)
  }

  /// The index up to which a feature may have moved: `limit`, and what it went on by itself as fast
  /// as it did in training. What adds up are square roots, as the index of a small step is its
  /// square.
  ///
  /// - Parameter lagDays: how much later it was served.
  public static func psiMax(
    _ profile: ModelManifest.Profile, limit: Double, lagDays: Double
  ) -> Double {
    let root = limit.squareRoot() + profile.speed * max(0, lagDays)
    return root * root
  }

  /// How fast a distribution moves: the root of the index, less what was to be expected of nothing
  /// but chance, a day.
  ///
  /// - Parameters:
  ///   - sample: what was served so many days before.
  ///   - draws: see `psiByChance`.
  package static func speed(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample, draws: Double,
    days: Double
  ) -> Double {
    guard days > 0, sample.requests > 0 else { return 0 }
    let moved = psi(profile, sample) - freedom(profile, sample) * draws
    return max(0, moved).squareRoot() / days
  }

  /// The index that one of a thousand samples exceeds although nothing has moved: the index of N
  /// and M draws from the same B bins is distributed as (1/N + 1/M) χ² of B − 1 degrees of freedom
  /// (Yurdakul, Naranjo, The Journal of Risk Model Validation 14, 2020).
  ///
  /// - Parameter draws: 1/N + 1/M; see `ServingProfiles.draws(of:)`.
  public static func psiByChance(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample, draws: Double
  ) -> Double {
    let freedom = freedom(profile, sample)
    // The quantile of χ² by Wilson and Hilferty, PNAS 17, 1931.
    let spread = 2 / (9 * freedom)
    let root = 1 - spread + rare * spread.squareRoot()
    return freedom * root * root * root * draws
  }

  /// Bins that anything can be in, less one.
  private static func freedom(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample
  ) -> Double {
    let hasMissing = profile.missing > 0 || sample.missing > 0
    return Double(max(1, profile.shares.count + (hasMissing ? 1 : 0) - 1))
  }

  /// The shift of the mean as a share of the mean in training, or of the standard deviation there
  /// where that is larger, or of a hundredth, below which no feature says anything: a mean near
  /// zero would make every shift infinite. Where the mean rose or fell in training, what lies on
  /// its way on counts for nothing.
  ///
  /// - Parameter lagDays: how much later it was served.
  public static func meanShift(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample, lagDays: Double = 0
  ) -> Double {
    guard let mean = sample.mean else { return 0 }
    let rise = profile.trend * lagDays
    let low = profile.mean + min(0, rise)
    let high = profile.mean + max(0, rise)
    let shift = max(0, low - mean, mean - high)
    // What is served has gone through half precision, one part in 2,048.
    guard shift > max(abs(profile.mean), 1e-6) * 0x1p-10 else { return 0 }
    return shift / scale(profile)
  }

  /// The shift that one of a thousand samples exceeds although nothing has moved.
  ///
  /// - Parameter draws: see `psiByChance`.
  public static func meanShiftByChance(
    _ profile: ModelManifest.Profile, draws: Double
  ) -> Double {
    rare * profile.deviation * draws.squareRoot() / scale(profile)
  }

  /// What a shift of the mean is a share of.
  static func scale(_ profile: ModelManifest.Profile) -> Double {
    max(abs(profile.mean), profile.deviation, 0.01)
  }
}
