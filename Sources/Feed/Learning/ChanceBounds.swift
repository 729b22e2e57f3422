internal import Glibc

/// Bounds on what chance does, in closed form. They hold for every number of draws; where they are
/// not exact they are too wide, never too narrow.
enum ChanceBounds {
  /// The logarithm of 1/p, where p bounds the chance that at least `hits` of `trials` draws hit
  /// when each does with the chance `share`: trials · KL(hits/trials ‖ share) (Chernoff 1952,
  /// doi:10.1214/aoms/1177729330); 0 where no more hit than were to be expected.
  static func excess(hits: UInt64, of trials: UInt64, share: Double) -> Double {
    guard trials > 0, share < 1 else { return 0 }
    let found = Double(min(hits, trials)) / Double(trials)
    guard found > share else { return 0 }
    guard share > 0 else { return .infinity }
    var divergence = found * log(found / share)
    if found < 1 { divergence += (1 - found) * log((1 - found) / (1 - share)) }
    return Double(trials) * divergence
  }

  /// The largest share that `hits` of `trials` draws speak for, by Wilson's interval
  /// (doi:10.1080/01621459.1927.10502953) with `width` standard errors.
  static func largestShare(hits: UInt64, of trials: UInt64, width: Double) -> Double {
    guard trials > 0 else { return 1 }
    let count = Double(trials)
    let found = Double(min(hits, trials)) / count
    let square = width * width / count
    let root = (found * (1 - found) * square + square * square / 4).squareRoot()
    return min(1, (found + square / 2 + root) / (1 + square))
  }

  /// The logarithm of the mixture likelihood ratio that a difference with a variance is not 0:
  /// beyond ln(1/alpha) the chance that a difference of nothing ever gets there is below alpha,
  /// however often one looks (Johari, Koomen, Pekelis, Walsh, KDD 2017,
  /// doi:10.1145/3097983.3097992). The mixture is normal with a variance of `prior`.
  static func mixture(difference: Double, variance: Double, prior: Double) -> Double {
    guard variance > 0, prior > 0 else { return 0 }
    return 0.5 * log(variance / (variance + prior))
      + prior * difference * difference / (2 * variance * (variance + prior))
  }
}
