internal import Glibc

/// How likely a user is to look at each place of a page, whatever stands there; what makes clicks
/// on upper places count for less.
///
/// A click is taken to be a place that was looked at and an item that pleases, the two independent
/// of each other: the position-based model (Craswell et al., WSDM 2008,
/// doi:10.1145/1341531.1341545).
public struct PositionBias: Equatable, Sendable {
  /// How it was found.
  public enum Source: String, Sendable {
    /// Every place counts the same.
    case none
    /// From places that chance filled.
    case randomised
    /// From all places, together with what pleases.
    case regressionEM = "regression-em"
  }

  /// How it was found.
  public var source: Source
  /// The chance that a place is looked at, over that of the first one; one number a place, from the
  /// first. Beyond the last one it stays the same.
  public var examination: [Float]

  /// No bias.
  public static let none = PositionBias(source: .none, examination: [])

  /// A curve.
  public init(source: Source, examination: [Float]) {
    self.source = source
    self.examination = examination
  }

  /// The chance that a place is looked at, above 0 to 1.
  public func chance(_ position: UInt16) -> Float {
    guard let last = examination.last else { return 1 }
    let place = Int(position)
    return place < examination.count ? examination[place] : last
  }

  /// What the rows of a table count when they please: one over the chance that they were seen, at
  /// most `clip`, so that a rare click far down does not decide alone. Empty = all 1.
  ///
  /// - Parameter clip: 1 or more.
  public func weights(_ table: TrainingTable, clip: Float) -> [Float] {
    guard source != .none else { return [] }
    return table.positions.map { min(clip, 1 / max(chance($0), 1e-6)) }
  }
}

/// Places side by side that are taken together, because each alone has too few clicks.
package struct PlacePools {
  /// The pool of each place.
  package private(set) var pool: [Int] = []
  /// Where each pool's middle lies: the mean of ln(1 + place) over its rows.
  private(set) var middle: [Double] = []

  /// Pools of at least so many clicks; the last one may have fewer.
  ///
  /// - Parameter clicks: of each place, with how many rows it has.
  package init(_ places: [(rows: Int, clicks: Int)], clicksMin: Int) {
    var (rows, clicks, sum) = (0, 0, 0.0)
    for (place, counts) in places.enumerated() {
      pool.append(middle.count)
      rows += counts.rows
      clicks += counts.clicks
      sum += Double(counts.rows) * PlacePools.scale(place)
      guard clicks >= clicksMin || place == places.count - 1 else { continue }
      middle.append(rows > 0 ? sum / Double(rows) : PlacePools.scale(place))
      (rows, clicks, sum) = (0, 0, 0)
    }
  }

  static func scale(_ place: Int) -> Double { log1p(Double(place)) }

  /// A curve over places through what each pool has, straight in ln(1 + place) and ln(chance),
  /// level behind the last pool, over that of the first place; at most 1.
  ///
  /// - Parameter chances: one a pool; nil = unknown.
  package func curve(_ chances: [Double?]) -> [Float] {
    let known = zip(middle, chances).compactMap { middle, chance in
      chance.flatMap { $0 > 0 ? (x: middle, y: log($0)) : nil }
    }
    guard let first = known.first, let last = known.last else { return [] }
    func level(_ x: Double) -> Double {
      guard known.count > 1, x < last.x else { return last.y }
      // Before the first pool the first straight line goes on.
      let right = max(1, known.firstIndex { $0.x > x } ?? known.count - 1)
      let (low, high) = (known[right - 1], known[right])
      guard high.x > low.x else { return low.y }
      return low.y + (x - low.x) / (high.x - low.x) * (high.y - low.y)
    }
    let top = known.count > 1 ? level(0) : first.y
    return pool.indices.map { place in
      Float(min(1, max(1e-4, exp(level(PlacePools.scale(place)) - top))))
    }
  }
}
