/// What a scorer may know of a candidate, for this user and moment. The raw value is the feature's
/// column.
public enum Feature: UInt8, CaseIterable, Sendable {
  /// The weight of the follow, whichever source found the item.
  case followed = 0
  /// 1 for a new item, half of it for each day of age.
  case recency
  /// The cosine to the item that the page is about, or the best one to the user's tastes.
  case similarity
  /// The decayed sum x of strengths towards the author, as x/(1 + |x|).
  case authorAffinity
  /// The same towards the topic.
  case topicAffinity
  /// The same towards the type.
  case typeAffinity
  /// 1 when the topic is one that the user chose.
  case interest
  /// Positive strength for each impression on the long scale, smoothed.
  case engagementRate
  /// Negative strength for each impression on the long scale, smoothed.
  case negativeRate
  /// ln(1 + clicks on the short scale).
  case popularity
  /// ln(1 + clicks on the burst scale).
  case burst
  /// How much faster engagement comes than it used to, as a logarithm; -3 to 3.
  case velocity
  /// What the trending source said; 0 to 2.
  case trend
  /// ln((v + 0.001)/0.001) of the value v of the co-engaged source.
  case coEngaged
  /// The same of how often the item came right after the very last one.
  case next
  /// The share of positive strength in how the author's items were received, smoothed.
  case creatorHealth
  /// 1 when the category is the one that the page is about.
  case sameCategory

  /// The name in configuration and explanations.
  public var name: String {
    switch self {
    case .followed: "followed"
    case .recency: "recency"
    case .similarity: "similarity"
    case .authorAffinity: "author_affinity"
    case .topicAffinity: "topic_affinity"
    case .typeAffinity: "type_affinity"
    case .interest: "interest"
    case .engagementRate: "engagement_rate"
    case .negativeRate: "negative_rate"
    case .popularity: "popularity"
    case .burst: "burst"
    case .velocity: "velocity"
    case .trend: "trend"
    case .coEngaged: "co_engaged"
    case .next: "next"
    case .creatorHealth: "creator_health"
    case .sameCategory: "same_category"
    }
  }

  /// Every name, in the order of the columns.
  public static var names: [String] { allCases.map(\.name) }
}

/// A set of features.
package struct FeatureSet: Sendable, Equatable {
  private var bits: UInt32 = 0

  /// The set of the features that satisfy a condition.
  package init(where isIncluded: (Feature) -> Bool) {
    for feature in Feature.allCases where isIncluded(feature) { bits |= 1 << feature.rawValue }
  }

  /// The features of either set.
  func union(_ other: FeatureSet?) -> FeatureSet {
    var all = self
    all.bits |= other?.bits ?? 0
    return all
  }

  /// Whether a feature is in the set.
  package func contains(_ feature: Feature) -> Bool { bits & 1 << feature.rawValue != 0 }

  /// Whether any of the features is in the set.
  func intersects(_ features: [Feature]) -> Bool { features.contains(where: contains) }
}
