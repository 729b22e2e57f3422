internal import Feed
internal import Glibc

extension PositionBias {
  /// From all shown rows: the chance to look at a place and the chance that an item pleases are
  /// found together, the latter as a forest over the features (regression-EM, Wang et al., WSDM
  /// 2018, doi:10.1145/3159652.3159732).
  ///
  /// A round computes how likely each row that was not clicked pleased all the same, grows one tree
  /// towards that, and then sets each place to what makes the clicks seen most likely (the direct
  /// step of Liu and Rubin, 1994, doi:10.1093/biomet/81.4.633, which needs tens of rounds where the
  /// plain step needs hundreds when clicks are rare). Rounds end when the held-out clicks become no
  /// likelier.
  ///
  /// - Parameters:
  ///   - table: has positions.
  ///   - stop: later rows that say when to stop.
  ///   - clicksMin: neighbouring places are taken together until they have so many clicks.
  /// - Returns: nil where positions are not known, or there is only one.
  package static func byRegression(
    _ table: TrainingTable, stop: TrainingTable, rounds: Int = 600, clicksMin: Int = 20,
    seed: UInt64, threads: Int, watch: TrainingWatch
  ) throws(LabError) -> PositionBias? {
    guard let last = table.positions.max(), last > 0, table.count > 0, stop.count > 0 else {
      return nil
    }
    var model = PlacesAndItems(table, last: Int(last), clicksMin: clicksMin)
    guard model.pools.middle.count > 1 else { return nil }
    let held = PlacesAndItems.Held(stop)
    var settings = BoosterSettings()
    (settings.depth, settings.eta, settings.columns) = (3, 0.1, 1)
    let learn = try DMatrix(table, threads: threads)
    let judge = try DMatrix(stop, threads: threads)
    let booster = try Booster(
      over: learn, stop: judge,
      parameters: settings.parameters(seed: seed, threads: threads) + [
        ("objective", "binary:logistic"), ("base_score", "\(model.base)"),
      ])
    var (best, curve, since) = (-Double.infinity, [Float](), 0)
    for round in 0..<rounds {
      model.take(try booster.predict(learn, isMargin: false))
      let now = model.curve
      let value = held.likelihood(
        try booster.predict(judge, isMargin: false),
        PositionBias(source: .regressionEM, examination: model.places))
      if value > best { (best, curve, since) = (value, now, 0) } else { since += 1 }
      if since >= 40 { break }
      try booster.boost(learn, gradients: &model.gradients, hessians: &model.hessians)
      try watch.tell("position bias", round + 1, of: rounds)
    }
    return curve.isEmpty ? nil : PositionBias(source: .regressionEM, examination: curve)
  }
}

/// The two unknowns of the position-based model.
private struct PlacesAndItems {
  let pools: PlacePools
  /// The share of clicks of the pool with the largest, within what a logarithm takes.
  let base: Float
  var gradients: [Float]
  var hessians: [Float]
  private let poolOfRow: [Int]
  private let isClicked: [Bool]
  private let clicks: [Double]
  /// The chance that each pool is looked at; the largest is 1.
  private var chances: [Double]

  init(_ table: TrainingTable, last: Int, clicksMin: Int) {
    isClicked = table.isPositive(.click)
    var places = [(rows: Int, clicks: Int)](repeating: (0, 0), count: last + 1)
    for row in 0..<table.count {
      places[Int(table.positions[row])].rows += 1
      places[Int(table.positions[row])].clicks += isClicked[row] ? 1 : 0
    }
    let pools = PlacePools(places, clicksMin: clicksMin)
    poolOfRow = table.positions.map { pools.pool[Int($0)] }
    var (rows, clicks) = ([Double](repeating: 0, count: pools.middle.count), [Double]())
    clicks = rows
    for row in 0..<table.count {
      rows[poolOfRow[row]] += 1
      clicks[poolOfRow[row]] += isClicked[row] ? 1 : 0
    }
    let rates = zip(clicks, rows).map { $1 > 0 ? $0 / $1 : 0 }
    let most = rates.max() ?? 0
    chances = rates.map { most > 0 ? max(0.01, $0 / most) : 1 }
    self.pools = pools
    self.clicks = clicks
    // Where the likeliest place to look at begins: from a lower start, chances that can't be above
    // 1 would first be pressed together at the top, and what pleases would make up for it.
    base = Float(min(1 - 1e-6, max(1e-6, most)))
    gradients = [Float](repeating: 0, count: table.count)
    hessians = gradients
  }

  /// The chance of each place over that of the first.
  var curve: [Float] { pools.curve(chances) }

  /// The chance of each place.
  var places: [Float] { pools.pool.map { Float(chances[$0]) } }

  /// A round: the places given what pleases, then where the forest should go.
  mutating func take(_ pleases: [Float]) {
    var unclicked = [[Double]](repeating: [], count: chances.count)
    for row in pleases.indices where !isClicked[row] {
      unclicked[poolOfRow[row]].append(Double(pleases[row]))
    }
    for pool in chances.indices {
      chances[pool] = Self.likeliest(
        clicks: clicks[pool], unclicked: unclicked[pool], near: chances[pool])
    }
    let most = chances.max() ?? 1
    for pool in chances.indices { chances[pool] /= most }
    for row in pleases.indices {
      let (pleased, seen) = (Double(pleases[row]), chances[poolOfRow[row]])
      // What is not clicked may please and not have been looked at.
      let target = isClicked[row] ? 1 : (1 - seen) * pleased / max(1e-12, 1 - seen * pleased)
      gradients[row] = Float(pleased - target)
      hessians[row] = Float(max(1e-16, pleased * (1 - pleased)))
    }
  }

  /// The chance θ that makes the clicks of a pool likeliest: the root of clicks/θ = Σ γ/(1 - θγ)
  /// over the rows without one, whose left side falls and whose right side rises in θ. Newton's
  /// steps, and halves of what is left where one leads out of it.
  private static func likeliest(clicks: Double, unclicked: [Double], near: Double) -> Double {
    var (low, high, at) = (1e-4, 1.0, near)
    for _ in 0..<8 {
      var (value, slope) = (-clicks / at, clicks / (at * at))
      for pleases in unclicked {
        let share = pleases / max(1e-9, 1 - at * pleases)
        value += share
        slope += share * share
      }
      if value > 0 { high = at } else { low = at }
      let next = at - value / max(1e-300, slope)
      let isInside = next > low && next < high
      let moved = isInside ? next : (low + high) / 2
      if abs(moved - at) < 1e-6 { return moved }
      at = moved
    }
    return at
  }

  /// Rows that rounds are judged by.
  struct Held {
    private let positions: [UInt16]
    private let isClicked: [Bool]

    init(_ table: TrainingTable) {
      positions = table.positions
      isClicked = table.isPositive(.click)
    }

    /// The mean log likelihood of their clicks.
    func likelihood(_ pleases: [Float], _ bias: PositionBias) -> Double {
      var sum = 0.0
      for row in pleases.indices {
        let chance = Double(bias.chance(positions[row])) * Double(pleases[row])
        let held = min(1 - 1e-7, max(1e-7, chance))
        sum += log(isClicked[row] ? held : 1 - held)
      }
      return sum / Double(max(1, pleases.count))
    }
  }
}
