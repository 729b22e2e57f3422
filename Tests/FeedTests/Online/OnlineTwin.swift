import Feed

/// The conditional logit of `OnlineModel` as a textbook has it: a dictionary of coordinates, in
/// doubles, with no bound and no hashing.
struct OnlineTwin {
  struct Coordinate {
    var z = 0.0
    var n = 0.0
  }

  let settings: OnlineSettings
  var features: [Coordinate]
  var crosses: [String: Coordinate] = [:]
  /// By place.
  var places: [Int: Coordinate] = [:]

  init(_ settings: OnlineSettings) {
    self.settings = settings
    features = Array(repeating: Coordinate(), count: settings.features.count)
  }

  /// What is added to each score.
  func corrections(_ page: OnlinePage) -> [Double] {
    page.items.indices.map { index in
      var sum = 0.0
      for (feature, column) in page.columns.enumerated() {
        sum +=
          weight(features[feature], settings.featureRate, l1: 0, l2: 0)
          * centred(column)[index]
      }
      for key in page.keys {
        let coordinate = crosses["\(key)|\(page.items[index])"] ?? Coordinate()
        sum += weight(coordinate, settings.crossRate, l1: settings.l1, l2: settings.l2)
      }
      return sum
    }
  }

  mutating func learn(_ page: OnlinePage, gains: [Double]) {
    var scores = zip(page.scores, corrections(page)).map { Double($0) + $1 }
    for (index, place) in page.places.enumerated() {
      let coordinate = places[min(place, 64)] ?? Coordinate()
      scores[index] += weight(coordinate, settings.crossRate, l1: 0, l2: 0)
    }
    let highest = scores.max() ?? 0
    let shares = scores.map { exponential($0 - highest) }
    let all = shares.reduce(0, +)
    let total = gains.reduce(0, +)
    let gradients = zip(shares, gains).map { $0 / all * total - $1 }
    for (place, gradient) in zip(page.places, gradients) {
      step(
        &places[min(place, 64), default: Coordinate()], gradient, settings.crossRate, l1: 0, l2: 0)
    }
    for (feature, column) in page.columns.enumerated() {
      let gradient = zip(gradients, centred(column)).map(*).reduce(0, +)
      step(&features[feature], gradient, settings.featureRate, l1: 0, l2: 0)
    }
    for key in page.keys {
      for (item, gradient) in zip(page.items, gradients) where abs(gradient) >= 1e-4 {
        step(
          &crosses["\(key)|\(item)", default: Coordinate()], gradient, settings.crossRate,
          l1: settings.l1, l2: settings.l2)
      }
    }
  }

  private func centred(_ column: [Float]) -> [Double] {
    let mean = column.map(Double.init).reduce(0, +) / Double(max(1, column.count))
    return column.map { Double($0) - mean }
  }

  private func weight(_ it: Coordinate, _ alpha: Double, l1: Double, l2: Double) -> Double {
    guard abs(it.z) > l1 else { return 0 }
    let sign: Double = it.z < 0 ? -1 : 1
    return -(it.z - sign * l1) / ((settings.beta + it.n.squareRoot()) / alpha + l2)
  }

  private func step(
    _ it: inout Coordinate, _ gradient: Double, _ alpha: Double, l1: Double, l2: Double
  ) {
    let old = weight(it, alpha, l1: l1, l2: l2)
    let sigma = ((it.n + gradient * gradient).squareRoot() - it.n.squareRoot()) / alpha
    it.z += gradient - sigma * old
    it.n += gradient * gradient
  }

  /// e^x for x ≤ 0, by squaring its series.
  private func exponential(_ x: Double) -> Double {
    let small = x / 1024
    var power = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4)))
    for _ in 0..<10 { power *= power }
    return power
  }
}

/// A page in plain arrays.
struct OnlinePage {
  var keys: [UInt64] = []
  var items: [String] = []
  var scores: [Float] = []
  var columns: [[Float]] = []
  var places: [Int] = []

  /// The page as the model takes it.
  var trial: OnlineTrial? {
    OnlineTrial(keys: keys, items: items, scores: scores, columns: columns, places: places)
  }
}
