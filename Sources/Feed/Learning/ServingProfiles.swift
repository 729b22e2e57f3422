/// How features were distributed on pages that were served, in the bins of a model's profiles: the
/// other side of the drift check.
public struct ServingProfiles: Sendable {
  /// One feature as it was served.
  public struct Sample: Equatable, Sendable {
    /// Rows that had a value.
    public var present = 0
    /// Rows that had none.
    public var missing = 0
    /// The sum of all values.
    public var sum = 0.0
    /// Rows in each bin.
    public var counts: [Int]

    /// Nothing yet, in so many bins.
    init(bins: Int) { counts = [Int](repeating: 0, count: bins) }

    /// The mean of the values; nil without any.
    public var mean: Double? { present > 0 ? sum / Double(present) : nil }
  }

  /// The profiles of training that give the bins.
  public let profiles: [ModelManifest.Profile]
  /// A sample a profile.
  public private(set) var samples: [Sample]
  /// Rows so far: items shown with their features.
  public private(set) var rows = 0
  private let features: [Feature?]

  /// Nothing yet.
  public init(_ profiles: [ModelManifest.Profile]) {
    self.profiles = profiles
    samples = profiles.map { Sample(bins: $0.edges.count + 1) }
    features = profiles.map { Feature.named($0.feature) }
  }

  /// Adds the items that a page showed, if their features were kept.
  public mutating func add(_ page: PageServed) {
    var columns = [Int?](repeating: nil, count: Int(UInt8.max) + 1)
    for (column, feature) in page.features.enumerated() { columns[Int(feature)] = column }
    let shared = page.requestFeatures.count
    let width = page.features.count - shared
    guard width >= 0, !page.features.isEmpty else { return }
    for entry in page.entries where entry.features.count == width {
      rows += 1
      for (place, feature) in features.enumerated() {
        // A column that the page has not says nothing of the feature.
        guard let feature, let column = columns[Int(feature.rawValue)] else { continue }
        let value =
          column < shared ? page.requestFeatures[column] : entry.features[column - shared]
        add(value, to: place)
      }
    }
  }

  private mutating func add(_ value: Float, to place: Int) {
    guard value.isFinite else {
      samples[place].missing += 1
      return
    }
    samples[place].present += 1
    samples[place].sum += Double(value)
    samples[place].counts[Self.bin(of: value, profiles[place].edges)] += 1
  }

  /// The bin of a value; one that is equal to an edge is below it.
  static func bin(of value: Float, _ edges: [Float]) -> Int {
    var low = 0
    var high = edges.count
    while low < high {
      let middle = (low + high) / 2
      if value <= edges[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
