internal import Feed

extension PositionBias {
  /// From the rows whose place was drawn: what pleases is then the same at every place but for
  /// chance, so that click rates differ by how often a place is looked at alone.
  ///
  /// A row counts one over its propensity (a self-normalised mean), so that items which were drawn
  /// more often at one place than at another do not count more there.
  ///
  /// - Parameters:
  ///   - clicksMin: on drawn rows, together; with fewer there is no result. Neighbouring places are
  ///     taken together until they have a fifth of that.
  ///   - propensityMin: a smaller one counts as this.
  /// - Returns: nil when too little was drawn, or at one place only.
  public static func randomised(
    _ table: TrainingTable, clicksMin: Int = 100, propensityMin: Float = 0.01
  ) -> PositionBias? {
    guard !table.positions.isEmpty, !table.propensities.isEmpty else { return nil }
    let rows = (0..<table.count).filter { table.propensities[$0] < 1 }
    let isClicked = table.isPositive(.click)
    let clicks = rows.count { isClicked[$0] }
    guard clicks >= max(1, clicksMin), let last = table.positions.max() else { return nil }
    var places = [(rows: Int, clicks: Int)](repeating: (0, 0), count: Int(last) + 1)
    for row in rows {
      let place = Int(table.positions[row])
      places[place].rows += 1
      places[place].clicks += isClicked[row] ? 1 : 0
    }
    let pools = PlacePools(places, clicksMin: max(1, clicksMin / 5))
    var sums = [(shown: Double, clicked: Double)](repeating: (0, 0), count: pools.middle.count)
    for row in rows {
      let pool = pools.pool[Int(table.positions[row])]
      let weight = 1 / Double(max(propensityMin, table.propensities[row]))
      sums[pool].shown += weight
      sums[pool].clicked += isClicked[row] ? weight : 0
    }
    let rates = sums.map { $0.shown > 0 ? $0.clicked / $0.shown : nil }
    guard rates.count(where: { $0 != nil }) > 1 else { return nil }
    return PositionBias(source: .randomised, examination: pools.curve(rates))
  }
}
