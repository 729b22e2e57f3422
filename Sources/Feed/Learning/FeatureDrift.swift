internal import Glibc

/// How far a feature has moved between training and serving.
public enum FeatureDrift {
  /// No share counts as less, so that an empty bin has a finite weight.
  static let shareMin = 1e-4

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
    var sum = term(profile.missing, Double(sample.missing) / Double(rows))
    for (share, count) in zip(profile.shares, sample.counts) {
      sum += term(share / all * present, Double(count) / Double(rows))
    }
    return sum
  }

  private static func term(_ trained: Double, _ served: Double) -> Double {
    let trained = max(trained, shareMin)
    let served = max(served, shareMin)
    return (served - trained) * log(served / trained)
  }

  /// The shift of the mean as a share of the mean in training, or of the standard deviation there
  /// where that is larger: a mean near zero would make every shift infinite. A feature that was the
  /// same everywhere and is not any more has shifted without bound.
  public static func meanShift(
    _ profile: ModelManifest.Profile, _ sample: ServingProfiles.Sample
  ) -> Double {
    guard let mean = sample.mean else { return 0 }
    let shift = abs(mean - profile.mean)
    // What is served has gone through half precision, one part in 2,048.
    guard shift > max(abs(profile.mean), 1e-6) * 0x1p-10 else { return 0 }
    let scale = max(abs(profile.mean), profile.deviation)
    return scale > 0 ? shift / scale : .infinity
  }
}
