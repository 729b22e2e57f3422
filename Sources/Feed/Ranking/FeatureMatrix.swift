/// The features of a batch of candidates, a column each. Columns that no scorer reads are not
/// filled and must not be read.
package struct FeatureMatrix {
  /// How many candidates there are.
  package private(set) var count = 0
  /// Column-major, `stride` a column.
  private var values: [Float] = []
  private var stride = 0

  /// An empty matrix.
  package init() {}

  /// Makes room for a batch.
  package mutating func begin(count: Int) {
    self.count = count
    guard count > stride else { return }
    stride = (count + 255) / 256 * 256
    values = Array(repeating: 0, count: stride * Feature.allCases.count)
  }

  /// A feature of the candidate at `index`.
  @inline(__always)
  package subscript(feature: Feature, index: Int) -> Float {
    get { values[Int(feature.rawValue) &* stride &+ index] }
    set { values[Int(feature.rawValue) &* stride &+ index] = newValue }
  }

  /// A whole column.
  @inline(__always)
  func column(_ feature: Feature) -> ArraySlice<Float> {
    let start = Int(feature.rawValue) * stride
    return values[start..<start + count]
  }

  /// Fills a whole column by the candidate's index.
  @inline(__always)
  mutating func fill(_ feature: Feature, _ value: (Int) -> Float) {
    let start = Int(feature.rawValue) &* stride
    for index in 0..<count { values[start &+ index] = value(index) }
  }
}
