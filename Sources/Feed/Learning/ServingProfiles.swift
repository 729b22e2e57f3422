/// How features were distributed on pages that were served, in the bins of a model's profiles: the
/// other side of the drift check.
public struct ServingProfiles: Sendable {
  /// One feature as it was served. One of the request counts once a page, others once an item.
  public struct Sample: Equatable, Sendable {
    /// Pages that had the feature.
    public var requests = 0
    /// Values that were there.
    public var present = 0
    /// Values that were missing.
    public var missing = 0
    /// The sum of all values.
    public var sum = 0.0
    /// Values in each bin.
    public var counts: [Int]
    /// Nothing yet, in so many bins.
    package init(bins: Int) { counts = [Int](repeating: 0, count: bins) }

    /// The mean of the values; nil without any.
    public var mean: Double? { present > 0 ? sum / Double(present) : nil }
  }

  /// The profiles of training that give the bins.
  public let profiles: [ModelManifest.Profile]
  /// Requests that the profiles are of; 0 = not known.
  public let profiledRequests: Int
  /// How many days later than what the profiles are of it is served, as far as trends may be
  /// followed.
  public let lagDays: Double
  /// A sample a profile.
  public private(set) var samples: [Sample]
  /// Items shown with their features so far.
  public private(set) var rows = 0
  /// Different items among them.
  public var items: Int { shown.count }
  private var shown: Set<String> = []
  /// Different authors of them; nil = not known.
  public private(set) var authors: Int?
  private let features: [Feature?]

  /// Nothing yet.
  ///
  /// - Parameters:
  ///   - profiledRequests: requests that the profiles are of; 0 = not known.
  ///   - lagDays: see `lagDays`.
  public init(
    _ profiles: [ModelManifest.Profile], profiledRequests: Int = 0, lagDays: Double = 0
  ) {
    self.profiles = profiles
    self.profiledRequests = profiledRequests
    self.lagDays = lagDays
    samples = profiles.map { Sample(bins: $0.edges.count + 1) }
    features = profiles.map { Feature.named($0.feature) }
  }

  /// Nothing yet, of what is served between two instants.
  ///
  /// A feature that grows with the age of an installation grew in training already: it may go on as
  /// it went there, from the middle of what the profiles are of to the middle of what is served,
  /// for as long as training saw it go at most.
  public init(_ manifest: ModelManifest, from start: Timestamp, to end: Timestamp) {
    let dayMs = 86_400_000.0
    let (profiled, data) = (manifest.profiled, manifest.data)
    let seen = Double(data.to.milliseconds - data.from.milliseconds) / dayMs
    let later =
      Double(start.milliseconds - profiled.from.milliseconds)
      + Double(end.milliseconds - profiled.to.milliseconds)
    self.init(
      manifest.profiles, profiledRequests: profiled.requests,
      lagDays: profiled.to > .zero ? min(max(0, later / 2 / dayMs), max(0, seen)) : 0)
  }

  /// Adds the items that a page showed, if their features were kept.
  public mutating func add(_ page: PageServed) {
    var columns = [Int?](repeating: nil, count: Int(UInt8.max) + 1)
    for (column, feature) in page.features.enumerated() { columns[Int(feature)] = column }
    let shared = page.requestFeatures.count
    let width = page.features.count - shared
    guard width >= 0, !page.features.isEmpty else { return }
    let entries = page.entries.filter { $0.features.count == width }
    guard !entries.isEmpty else { return }
    rows += entries.count
    for entry in entries { shown.insert(entry.item) }
    for (place, feature) in features.enumerated() {
      // A column that the page has not says nothing of the feature.
      guard let feature, let column = columns[Int(feature.rawValue)] else { continue }
      samples[place].requests += 1
      if column < shared {
        add(page.requestFeatures[column], to: place)
      } else {
        for entry in entries { add(entry.features[column - shared], to: place) }
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

  /// Counts the authors of what was shown.
  ///
  /// - Parameter author: who made some items; an item that is gone has none.
  mutating func countAuthors(_ author: ([String]) -> [UInt32]) {
    let items = Array(shown)
    var authors: Set<UInt32> = []
    for start in stride(from: 0, to: items.count, by: 1_000) {
      authors.formUnion(author(Array(items[start..<min(items.count, start + 1_000)])))
    }
    self.authors = max(1, authors.count)
  }

  /// 1/N + 1/M, where N and M are what was drawn in training and in serving, as far as it is one
  /// independent of another: requests, as rows of one are alike; and of what belongs to items or
  /// their authors not more than these, as the same few are shown again and again.
  public func draws(of place: Int) -> Double {
    let feature = features[place]
    let known = feature?.isOfAuthor == true ? min(items, authors ?? items) : items
    let most = feature?.isOfRequest == true ? Int.max : max(1, known)
    let served = 1 / Double(min(max(1, samples[place].requests), most))
    return served + (profiledRequests > 0 ? 1 / Double(min(profiledRequests, most)) : 0)
  }

  /// The bin of a value; one that is equal to an edge is below it.
  package static func bin(of value: Float, _ edges: [Float]) -> Int {
    var low = 0
    var high = edges.count
    while low < high {
      let middle = (low + high) / 2
      if value <= edges[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
