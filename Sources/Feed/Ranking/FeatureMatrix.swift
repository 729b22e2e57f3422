/// The features of a batch of candidates: a column for each that is of the candidate, one number
/// for each that is of the request. Columns that no scorer reads are not filled and must not be
/// read. Every number is rounded to half precision: on its way in, or with its column (`halve`).
package struct FeatureMatrix {
  /// How many candidates there are.
  package private(set) var count = 0
  /// What has been filled for the batch.
  package internal(set) var filled = FeatureSet()
  /// Column-major, `stride` a column, by the feature's raw value.
  var values: [Float] = []
  private(set) var stride = 0
  /// By the feature's raw value; 0 for those of the candidate.
  private(set) var constants = [Float](repeating: 0, count: Feature.allCases.count)

  /// An empty matrix.
  package init() {}

  /// Makes room for a batch.
  package mutating func begin(count: Int) {
    self.count = count
    filled = FeatureSet()
    guard count > stride else { return }
    stride = (count + 255) / 256 * 256
    values = Array(repeating: 0, count: stride * Feature.allCases.count)
  }

  /// A feature of the candidate at `index`; setting it is for those of the candidate alone.
  @inline(__always)
  package subscript(feature: Feature, index: Int) -> Float {
    get {
      feature.isOfRequest
        ? constants[Int(feature.rawValue)] : values[Int(feature.rawValue) &* stride &+ index]
    }
    set { values[Int(feature.rawValue) &* stride &+ index] = Half.rounded(newValue) }
  }

  /// Sets a feature of the request.
  package mutating func set(_ feature: Feature, _ value: Float) {
    constants[Int(feature.rawValue)] = Half.rounded(value)
  }

  /// Begins a batch with what is known of some candidates of another matrix, in their order.
  mutating func take(_ indices: [Int], of other: borrowing FeatureMatrix) {
    begin(count: indices.count)
    filled = other.filled
    for feature in Feature.allCases where filled.contains(feature) {
      let column = Int(feature.rawValue)
      if feature.isOfRequest {
        constants[column] = other.constants[column]
        continue
      }
      for (place, index) in indices.enumerated() {
        values[column &* stride &+ place] = other.values[column &* other.stride &+ index]
      }
    }
  }

  /// A whole column of a feature of the candidate.
  @inline(__always)
  func column(_ feature: Feature) -> ArraySlice<Float> {
    let start = Int(feature.rawValue) * stride
    return values[start..<start + count]
  }

  /// Where a column begins in `values`.
  @inline(__always)
  func start(_ feature: Feature) -> Int { Int(feature.rawValue) &* stride }

  /// Fills a whole column by the candidate's index; `halve` rounds it.
  @inline(__always)
  mutating func fill(_ feature: Feature, _ value: (Int) -> Float) {
    let (start, count) = (self.start(feature), self.count)
    var values = self.values.mutableSpan
    for index in 0..<count { values[start &+ index] = value(index) }
  }

  /// Fills a whole column with one number.
  mutating func fill(_ feature: Feature, all value: Float) { fill(feature) { _ in value } }
}
