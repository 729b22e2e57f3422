import Feed
import Glibc
import Trees

/// Gradient boosting as the books have it (Friedman, Annals of Statistics 2001,
/// doi:10.1214/aos/1013203451): shallow trees over binned features, logistic loss, Newton leaves.
/// Enough to learn from a simulated week.
struct SmallBooster {
  var trees = 40
  var depth = 4
  var rate = 0.15
  var leafRows = 40
  private let rows: [[Float]]
  private var edges: [[Float]] = []
  /// Feature by feature, the bin of each row: how many edges are at or below its value.
  private var bins: [[UInt8]] = []

  init(_ rows: [[Float]]) {
    self.rows = rows
    for feature in 0..<(rows.first?.count ?? 0) {
      let values = rows.map { $0[feature] }.filter { !$0.isNaN }.sorted()
      var edges: [Float] = []
      for step in 1..<24 where !values.isEmpty {
        let edge = values[values.count * step / 24]
        if edge > edges.last ?? values[0] { edges.append(edge) }
      }
      self.edges.append(edges)
      bins.append(
        rows.map { row in
          row[feature].isNaN
            ? UInt8(edges.count) : UInt8(edges.count { $0 <= row[feature] })
        })
    }
  }

  /// A forest that says the chance of `labels`.
  func forest(_ labels: [Bool]) -> Forest {
    let positive = Double(labels.count { $0 })
    let base = log(max(1, positive) / max(1, Double(labels.count) - positive))
    var margins = [Double](repeating: base, count: rows.count)
    var made: [[Forest.Node]] = []
    for _ in 0..<trees {
      let chances = margins.map { 1 / (1 + exp(-$0)) }
      let gradients = zip(chances, labels).map { $0 - ($1 ? 1 : 0) }
      let curvatures = chances.map { $0 * (1 - $0) }
      var nodes: [Forest.Node] = []
      grow(
        Array(rows.indices), depth, gradients, curvatures, &nodes, &margins)
      made.append(nodes)
    }
    return Forest(
      featureCount: edges.count, base: Float(base), link: .logistic, trees: made)
  }

  @discardableResult
  private func grow(
    _ indices: [Int], _ depth: Int, _ gradients: [Double], _ curvatures: [Double],
    _ nodes: inout [Forest.Node], _ margins: inout [Double]
  ) -> Int32 {
    let place = Int32(nodes.count)
    let gradient = indices.reduce(0) { $0 + gradients[$1] }
    let curvature = indices.reduce(0) { $0 + curvatures[$1] }
    let leaf = -gradient / (curvature + 1) * rate
    nodes.append(Forest.Node(leaf: Float(leaf)))
    guard depth > 0, let split = best(indices, gradients, curvatures, gradient, curvature) else {
      for index in indices { margins[index] += leaf }
      return place
    }
    let isLeft = { (row: Int) in bins[split.feature][row] <= split.edge }
    let left = grow(
      indices.filter(isLeft), depth - 1, gradients, curvatures, &nodes, &margins)
    let right = grow(
      indices.filter { !isLeft($0) }, depth - 1, gradients, curvatures, &nodes, &margins)
    nodes[Int(place)] = Forest.Node(
      feature: Int32(split.feature), below: edges[split.feature][Int(split.edge)], left: left,
      right: right, goesLeftIfMissing: false)
    return place
  }

  private func best(
    _ indices: [Int], _ gradients: [Double], _ curvatures: [Double], _ gradient: Double,
    _ curvature: Double
  ) -> (feature: Int, edge: UInt8)? {
    var best: (gain: Double, feature: Int, edge: UInt8)?
    for feature in edges.indices where !edges[feature].isEmpty {
      var sums = [(gradient: Double, curvature: Double, rows: Int)](
        repeating: (0, 0, 0), count: edges[feature].count + 1)
      for index in indices {
        let bin = Int(bins[feature][index])
        sums[bin].gradient += gradients[index]
        sums[bin].curvature += curvatures[index]
        sums[bin].rows += 1
      }
      var left = (gradient: 0.0, curvature: 0.0, rows: 0)
      for edge in edges[feature].indices {
        left.gradient += sums[edge].gradient
        left.curvature += sums[edge].curvature
        left.rows += sums[edge].rows
        guard left.rows >= leafRows, indices.count - left.rows >= leafRows else { continue }
        let gain =
          Self.score(left.gradient, left.curvature)
          + Self.score(gradient - left.gradient, curvature - left.curvature)
          - Self.score(gradient, curvature)
        if gain > best?.gain ?? 1 { best = (gain, feature, UInt8(edge)) }
      }
    }
    return best.map { ($0.feature, $0.edge) }
  }

  private static func score(_ gradient: Double, _ curvature: Double) -> Double {
    gradient * gradient / (curvature + 1)
  }
}
