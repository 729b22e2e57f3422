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
  /// By key and candidate: where the weight of the cross is.
  var slots: [UInt32] = []
  /// What the weights say of each candidate, before it is bounded.
  package internal(set) var corrections: [Float] = []
  /// `OnlineWeights.version` of those that scored it; 0 = none.
  var scoredBy: UInt64 = 0

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
  public init?(keys: [UInt64], items: [String], scores: [Float], columns: [[Float]]) {
    guard scores.count == items.count, keys.count <= OnlineKeys.max,
      columns.allSatisfy({ $0.count == items.count })
    else { return nil }
    self.keys = keys
    self.items = items.map(OnlineKeys.text)
    self.scores = scores
    for column in columns {
      appendColumn(column[...])
    }
  }

  /// Empties it.
  mutating func removeAll() {
    scoredBy = 0
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
