internal import Glibc

/// What all lists show together: how much of the catalogue, how evenly, how far from the beaten
/// path.
extension RankingMetrics {
  /// The share of the catalogue that stands on at least one list.
  ///
  /// - Parameter exposures: how often each item of the catalogue was shown.
  public static func coverage(exposures: [Int]) -> Double {
    exposures.isEmpty ? 0 : Double(exposures.count { $0 > 0 }) / Double(exposures.count)
  }

  /// The Gini coefficient of exposure: 0 where every item is shown as often, towards 1 where one
  /// has it all. Σ (2i − n − 1) xᵢ / (n Σ x) over the sorted x (Gini, 1912).
  ///
  /// - Returns: 0 where nothing was shown.
  public static func gini(exposures: [Int]) -> Double {
    let total = exposures.reduce(0.0) { $0 + Double(max(0, $1)) }
    guard total > 0 else { return 0 }
    let count = Double(exposures.count)
    let weighted = exposures.map { Double(max(0, $0)) }.sorted().enumerated().reduce(0.0) {
      $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element
    }
    return weighted / (count * total)
  }

  /// How surprising what is shown is: the mean over shown places of −log2 of the share of users
  /// that had turned to the item before (Vargas and Castells, 2011, doi:10.1145/2043932.2043955).
  /// Items that nobody knew count as if one user did.
  ///
  /// - Parameters:
  ///   - exposures: how often each item was shown.
  ///   - users: how many users turned to each item; as many as `exposures`.
  ///   - of: how many users there are.
  /// - Returns: bits; 0 where nothing was shown.
  public static func novelty(exposures: [Int], users: [Int], of all: Int) -> Double {
    precondition(exposures.count == users.count, "a count of users an item")
    var (shown, bits) = (0.0, 0.0)
    for (exposure, known) in zip(exposures, users) where exposure > 0 {
      let share = min(1, Double(max(1, known)) / Double(max(1, all)))
      shown += Double(exposure)
      bits -= Double(exposure) * log2(share)
    }
    return shown > 0 ? bits / shown : 0
  }
}
