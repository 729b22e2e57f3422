/// How much more clicks vary from reading to reading than those of independent items would: clicks
/// of one page, one user and one hour come together, so many items tell less than they seem to.
struct ClickSpread: Sendable {
  /// Readings below which nothing is known.
  private static let readingsMin = 8

  private var last = ModelGuardian.Reading()
  private var readings = 0
  private var impressions = 0.0
  private var clicks = 0.0
  private var squares = 0.0

  /// Takes in what came since the reading before.
  mutating func note(_ reading: ModelGuardian.Reading) {
    let fresh = reading.since(last)
    guard fresh.impressions > 0 else { return }
    last = reading
    let shown = Double(fresh.impressions)
    let clicked = Double(min(fresh.clicks, fresh.impressions))
    readings += 1
    impressions += shown
    clicks += clicked
    squares += clicked * clicked / shown
  }

  /// How many times the variance of independent items it is, at least 1: Pearson's χ² over its
  /// degrees of freedom (McCullagh, Nelder, Generalized Linear Models, 1989, 4.5).
  var dispersion: Double {
    guard readings >= Self.readingsMin, clicks > 0, clicks < impressions else { return 1 }
    let rate = clicks / impressions
    let sum = squares - clicks * rate
    return max(1, sum / (rate * (1 - rate)) / Double(readings - 1))
  }
}
