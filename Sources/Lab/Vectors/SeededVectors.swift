/// Vectors of a low intrinsic dimension, as a learned model makes them: points around centres in a
/// small latent space, bent into a large one, at length one.
///
/// A latent point is a centre, one of 256, drawn from N(0, I) in `latent` dimensions, plus half of
/// such a draw. It is taken through `1.5 x / (1 + |x|)` of W z, with Gaussian W of variance
/// 1 / latent, and a linear map to `dimension` components, and gets noise of a twentieth of a
/// component's spread. Everything follows from the seed. Queries are drawn from the same process.
public struct SeededVectors: Sendable {
  /// How many.
  public var count: Int
  /// Components of a vector.
  public var dimension: Int
  /// What everything follows from.
  public var seed: UInt64

  private static let latent = 16
  private static let hidden = 64
  private static let centres = 256

  /// A description of vectors; `vectors` makes them.
  public init(count: Int, dimension: Int, seed: UInt64 = 1) {
    self.count = count
    self.dimension = dimension
    self.seed = seed
  }

  /// The vectors and `queries` more of the same kind.
  public func made(queries: Int) -> (vectors: VectorTable, queries: VectorTable) {
    var source = Source(self)
    var (vectors, others): ([Float], [Float]) = ([], [])
    vectors.reserveCapacity(count * dimension)
    for _ in 0..<count { source.appendNext(to: &vectors) }
    for _ in 0..<queries { source.appendNext(to: &others) }
    return (
      VectorTable(dimension: dimension, values: vectors).normalised(),
      VectorTable(dimension: dimension, values: others).normalised()
    )
  }

  /// The same vectors a few at a time, for more of them than memory holds.
  ///
  /// - Parameter body: gets the number of the first vector and a table of at most `most`.
  public func pieces(of most: Int, _ body: (Int, VectorTable) -> Void) {
    var source = Source(self)
    for first in stride(from: 0, to: count, by: max(most, 1)) {
      var values: [Float] = []
      values.reserveCapacity(most * dimension)
      for _ in first..<min(first + max(most, 1), count) { source.appendNext(to: &values) }
      body(first, VectorTable(dimension: dimension, values: values).normalised())
    }
  }

  /// Queries of the same kind that do not wait for the vectors to be drawn.
  public func queries(_ count: Int) -> VectorTable {
    var source = Source(self, drawing: ~seed)
    var values: [Float] = []
    for _ in 0..<count { source.appendNext(to: &values) }
    return VectorTable(dimension: dimension, values: values).normalised()
  }

  /// The process that vectors are drawn from.
  private struct Source {
    private var chance: Gaussian
    private let centres: [Float]
    private let bend: [Float]
    private let spread: [Float]
    private let dimension: Int
    private var point = [Float](repeating: 0, count: SeededVectors.latent)

    /// - Parameter drawing: what the draws follow from, when not from the seed like the process.
    init(_ plan: SeededVectors, drawing other: UInt64? = nil) {
      let (latent, hidden) = (SeededVectors.latent, SeededVectors.hidden)
      dimension = plan.dimension
      chance = Gaussian(seed: plan.seed)
      centres = chance.draw(SeededVectors.centres * latent)
      bend = chance.draw(latent * hidden, scale: 1 / Float(latent).squareRoot())
      spread = chance.draw(hidden * dimension, scale: 1 / Float(hidden).squareRoot())
      if let other { chance = Gaussian(seed: other) }
    }

    mutating func appendNext(to values: inout [Float]) {
      let centre = chance.below(SeededVectors.centres) * SeededVectors.latent
      for i in point.indices { point[i] = centres[centre + i] + 0.5 * chance.next() }
      let inner = SeededVectors.product(point, bend, columns: SeededVectors.hidden)
        .map { SeededVectors.bent($0) }
      let outer = SeededVectors.product(inner, spread, columns: dimension)
      for value in outer { values.append(value + 0.05 * chance.next()) }
    }
  }

  /// More vectors out of few: each of the `count` is one of `table` plus Gaussian noise of `share`
  /// of its component's standard deviation.
  public static func grown(
    from table: VectorTable, to count: Int, share: Float = 0.35, seed: UInt64 = 1
  ) -> VectorTable {
    var chance = Gaussian(seed: seed)
    let deviations = (0..<table.dimension).map { column -> Float in
      let values = stride(from: column, to: table.values.count, by: table.dimension)
        .map { Double(table.values[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      return Float(variance.squareRoot()) * share
    }
    var all: [Float] = []
    all.reserveCapacity(count * table.dimension)
    for index in 0..<count {
      let start = index % table.count * table.dimension
      for column in 0..<table.dimension {
        all.append(table.values[start + column] + deviations[column] * chance.next())
      }
    }
    return VectorTable(dimension: table.dimension, values: all)
  }

  private static func product(_ vector: [Float], _ matrix: [Float], columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: columns)
    for (row, value) in vector.enumerated() {
      for column in 0..<columns { result[column] += value * matrix[row * columns + column] }
    }
    return result
  }

  /// A rational stand-in for tanh: bounded, odd, the same on every machine.
  private static func bent(_ x: Float) -> Float { 1.5 * x / (1 + x.magnitude) }
}

/// Numbers of N(0, 1), near enough for test data: the sum of twelve uniform ones, less six.
private struct Gaussian {
  private var chance: SplitMix

  init(seed: UInt64) { chance = SplitMix(seed: seed) }

  mutating func next() -> Float {
    var sum: Float = -6
    // Three draws of four 16-bit numbers.
    for _ in 0..<3 {
      let bits = chance.next()
      for part in 0..<4 { sum += Float((bits >> UInt64(16 * part)) & 0xffff) / 65_536 }
    }
    return sum
  }

  mutating func draw(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in next() * scale }
  }

  mutating func below(_ bound: Int) -> Int { chance.below(bound) }
}
