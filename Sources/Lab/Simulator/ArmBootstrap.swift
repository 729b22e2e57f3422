/// How far chance may have moved the difference of two arms: the percentile bootstrap (Efron, Annals
/// of Statistics 1979, doi:10.1214/aos/1176344552) over users, since what one user does on several
/// pages hangs together.
public enum ArmBootstrap {
  /// What one user did.
  public struct Sum: Equatable, Sendable {
    /// Of what is compared: clicks.
    public var total: Double
    /// On so many pages.
    public var pages: Double

    /// A user's sums.
    public init(total: Double, pages: Double) {
      self.total = total
      self.pages = pages
    }
  }

  /// A difference and its 95 % interval.
  public struct Interval: Equatable, Sendable {
    /// The rate of the one less that of the other, a page.
    public var difference: Double
    /// The same as a share of the other's rate; 0 when that is 0.
    public var relative: Double
    /// The lower end, a page.
    public var low: Double
    /// The upper end, a page.
    public var high: Double

    /// Whether chance alone does not explain it.
    public var excludesZero: Bool { low > 0 || high < 0 }
  }

  /// The difference of the rates of two arms, users drawn anew in each.
  ///
  /// - Complexity: O(resamples x users).
  public static func difference(
    _ one: [Sum], _ other: [Sum], resamples: Int, seed: UInt64
  ) -> Interval {
    var chance = SplitMix(seed: seed)
    var differences: [Double] = []
    for _ in 0..<max(1, resamples) {
      differences.append(drawn(one, &chance) - drawn(other, &chance))
    }
    differences.sort()
    let base = rate(other)
    let difference = rate(one) - base
    return Interval(
      difference: difference, relative: base > 0 ? difference / base : 0,
      low: quantile(0.025, differences), high: quantile(0.975, differences))
  }

  private static func rate(_ sums: [Sum]) -> Double {
    let pages = sums.reduce(0) { $0 + $1.pages }
    return pages > 0 ? sums.reduce(0) { $0 + $1.total } / pages : 0
  }

  /// The rate of as many users, drawn with replacement.
  private static func drawn(_ sums: [Sum], _ chance: inout SplitMix) -> Double {
    guard !sums.isEmpty else { return 0 }
    var total = 0.0
    var pages = 0.0
    for _ in sums.indices {
      let sum = sums[chance.below(sums.count)]
      total += sum.total
      pages += sum.pages
    }
    return pages > 0 ? total / pages : 0
  }

  /// Between two neighbours in sorted values, by a straight line.
  private static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
    guard let last = sorted.last else { return 0 }
    let place = share * Double(sorted.count - 1)
    let low = Int(place)
    guard low + 1 < sorted.count else { return last }
    return sorted[low] + (place - Double(low)) * (sorted[low + 1] - sorted[low])
  }
}
