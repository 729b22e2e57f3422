/// A page as the online part sees it: the candidates, what they are crossed with, what else scored
/// them. It is scored, and learned from once it is known what was chosen.
public struct OnlineTrial: Sendable {
  /// What items are crossed with; see `OnlineCross`.
  public private(set) var keys: [UInt64] = []
  /// The hash of each candidate's identifier.
  private(set) var items: [UInt64] = []
  /// The score of each candidate without a correction.
  private(set) var scores: [Float] = []
  /// Features less their mean over the page, `count` a feature.
  private(set) var columns: [Float] = []
  /// Where each candidate stood, from 1; from `placesMax` on, that. Empty = it is not known.
  private(set) var places: [UInt8] = []
  /// By key and candidate: where the weight of the cross is.
  var slots: [UInt32] = []
  /// What the weights say of each candidate, before it is bounded.
  package internal(set) var corrections: [Float] = []
  /// `OnlineWeights.version` of those that scored it; 0 = none.
  var scoredBy: UInt64 = 0

  /// Places that are told apart.
  static let placesMax = 64

  /// An empty page.
  public init() {}

  /// How many candidates there are.
  public var count: Int { items.count }

  /// A page from elsewhere, such as the log.
  ///
  /// - Parameters:
  ///   - keys: what items are crossed with, as `RankedSet.online` had them.
  ///   - items: identifiers of candidates.
  ///   - scores: of each candidate, without a correction.
  ///   - columns: the features of `OnlineSettings.features`, a column each.
  ///   - places: where each stood, from 1; empty = it is not known, or all were seen alike.
  public init?(
    keys: [UInt64], items: [String], scores: [Float], columns: [[Float]], places: [Int] = []
  ) {
    guard scores.count == items.count, keys.count <= OnlineKeys.max,
      columns.allSatisfy({ $0.count == items.count }),
      places.isEmpty || places.count == items.count
    else { return nil }
    self.keys = keys
    self.items = items.map(OnlineKeys.text)
    self.scores = scores
    self.places = places.map { UInt8(min(max(1, $0), Self.placesMax)) }
    for column in columns {
      appendColumn(column[...])
    }
  }

  /// What a page of the log showed; nil where the online part had no hand in it. Where features
  /// were not logged, it teaches crosses alone.
  ///
  /// Only what was shown could be chosen, so that the sample of what was not is left out.
  init?(_ page: PageServed, _ surface: OnlineSurface) {
    guard let online = page.online, online.corrections.count == page.entries.count else {
      return nil
    }
    self.init(
      keys: online.keys, items: page.entries.map(\.item),
      scores: zip(page.entries, online.corrections).map { entry, correction in
        // A score that was not finite was logged as the least number there is.
        entry.score > -.greatestFiniteMagnitude ? entry.score - correction : -.infinity
      },
      columns: Self.columns(page, surface.features),
      places: page.entries.map { Int($0.position) })
  }

  /// The columns of features of what a page showed; none where one of them was not logged.
  private static func columns(_ page: PageServed, _ features: [Feature]) -> [[Float]] {
    let shared = page.requestFeatures.count
    var columns: [[Float]] = []
    for feature in features {
      guard let column = page.features.firstIndex(of: feature.rawValue), column >= shared,
        page.entries.allSatisfy({ $0.features.count > column - shared })
      else { return [] }
      columns.append(page.entries.map { $0.features[column - shared] })
    }
    return columns
  }

  /// Empties it.
  mutating func removeAll() {
    scoredBy = 0
    places.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
    columns.removeAll(keepingCapacity: true)
    corrections.removeAll(keepingCapacity: true)
  }

  /// What became of some candidates, by index; nil when the page was not scored by the weights.
  func record(_ weights: OnlineWeights, _ order: ArraySlice<Int>) -> OnlineRecord? {
    guard scoredBy == weights.version, !corrections.isEmpty else { return nil }
    return OnlineRecord(
      version: weights.version, keys: keys,
      corrections: order.map { weights.bounded(corrections[$0]) })
  }

  /// Becomes the page of a request whose candidates have their scores.
  mutating func fill(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ matrix: borrowing FeatureMatrix
  ) {
    guard let online = context.surface.online else { return removeAll() }
    scoredBy = 0
    places.removeAll(keepingCapacity: true)
    OnlineKeys.find(online.crosses, world, context, into: &keys)
    items.removeAll(keepingCapacity: true)
    for row in candidates.rows { items.append(OnlineKeys.item(row, world)) }
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: candidates.scores)
    columns.removeAll(keepingCapacity: true)
    for feature in online.features { appendColumn(matrix.column(feature)) }
  }

  /// Adds a feature. What is common to all candidates changes no order, so only the distance from
  /// the mean counts; a value that is not finite stands for the mean.
  private mutating func appendColumn(_ values: ArraySlice<Float>) {
    var sum: Float = 0
    var finite: Float = 0
    for value in values where value.isFinite {
      sum += value
      finite += 1
    }
    let mean = finite > 0 ? sum / finite : 0
    for value in values {
      let distance = value - mean
      columns.append(distance.isFinite ? distance : 0)
    }
  }
}
