/// Vectors of one length, one after another.
public struct VectorTable: Sendable, Equatable {
  /// Components of a vector.
  public let dimension: Int
  /// The components of all vectors: `count * dimension`, vector by vector.
  public let values: [Float]

  /// How many vectors.
  public var count: Int { values.count / dimension }

  /// A table over components.
  ///
  /// - Precondition: `dimension` is at least 1 and divides the number of values.
  public init(dimension: Int, values: [Float]) {
    precondition(dimension >= 1 && values.count.isMultiple(of: dimension))
    self.dimension = dimension
    self.values = values
  }

  /// Reads the first `dimension` columns of a file of tabs without a head, gzip or not.
  ///
  /// - Throws: `LabError` when a line has fewer, or one is not a finite number; it names the line.
  public init(tabSeparated path: String, dimension: Int) throws(LabError) {
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    while try file.read(into: &bytes) {}
    var values: [Float] = []
    for (number, line) in bytes.split(separator: 10).enumerated() {
      let cells = line.split(separator: 9, maxSplits: dimension).prefix(dimension)
      for cell in cells {
        guard let value = Float(String(decoding: cell, as: UTF8.self)), value.isFinite else {
          break
        }
        values.append(value)
      }
      guard values.count == (number + 1) * dimension else {
        throw LabError(
          .format, "\(path):\(number + 1): expected \(dimension) numbers between tabs")
      }
    }
    self.init(dimension: dimension, values: values)
  }

  /// Calls `body` with the components of vector `index`, where they lie.
  public func withVector<Result>(_ index: Int, _ body: (Span<Float>) -> Result) -> Result {
    body(values.span.extracting(index * dimension..<(index + 1) * dimension))
  }

  /// Some of the vectors, in the order of `indices`.
  public func picking(_ indices: [Int]) -> VectorTable {
    var picked: [Float] = []
    picked.reserveCapacity(indices.count * dimension)
    for index in indices { picked += values[index * dimension..<(index + 1) * dimension] }
    return VectorTable(dimension: dimension, values: picked)
  }

  /// The same vectors at length one; zero vectors stay as they are.
  public func normalised() -> VectorTable {
    var scaled = values
    for index in 0..<count {
      let range = index * dimension..<(index + 1) * dimension
      var sum = 0.0
      for i in range { sum += Double(values[i]) * Double(values[i]) }
      guard sum > 0 else { continue }
      let factor = 1 / sum.squareRoot()
      for i in range { scaled[i] = Float(Double(values[i]) * factor) }
    }
    return VectorTable(dimension: dimension, values: scaled)
  }
}
