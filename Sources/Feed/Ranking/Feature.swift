/// What a scorer may know of a candidate, for this user and moment.
///
/// Raw values stand in logs and in models: they are never reused, and new ones go to the end. Each
/// feature is either of the candidate or of the request, which is the same for all candidates.
/// Every value is of half precision, so that a log of halves holds what was scored.
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

  // Counts of sliding windows, as ln(1 + n).

  /// Impressions in 24 hours.
  case impressionsDay
  /// Clicks in 5 minutes.
  case clicks5Minutes
  /// Clicks in 30 minutes.
  case clicks30Minutes
  /// Clicks in an hour.
  case clicksHour
  /// Clicks in 24 hours.
  case clicksDay

  // Counts for each impression of the same window, smoothed.

  /// Clicks in an hour.
  case clickRateHour
  /// Clicks in 24 hours.
  case clickRateDay
  /// Likes in 24 hours.
  case likeRateDay
  /// Shares in 24 hours.
  case shareRateDay
  /// Comments in 24 hours.
  case commentRateDay
  /// Saves in 24 hours.
  case saveRateDay
  /// Reads and plays to the end in 24 hours.
  case completeRateDay
  /// Clicks since the item was made.
  case clickRate
  /// ln(1 + impressions since the item was made).
  case impressions

  /// ln(1 + s) of the seconds s that half of those who dwelt on the item stayed at least.
  case dwellMedian
  /// The same of the tenth who stayed longest.
  case dwellLong
  /// ln(1 + hours since the item was made).
  case age
  /// ln(1 + hours since anything happened to the item).
  case quiet
  /// 1 when the item has a vector.
  case hasVector
  /// The cosine to what was liked in the running visit; 0 without such.
  case sessionSimilarity
  /// The cosine to the user's strongest taste.
  case tasteFirst
  /// The cosine to the second taste.
  case tasteSecond
  /// The cosine to the third taste.
  case tasteThird
  /// How many sources brought the item.
  case sourceCount
  /// ln(1 + followers of the author).
  case authorFollowers
  /// ln(1 + all strength with which the author's items were received).
  case authorReception
  /// ln(1 + positive deeds of the running visit on items of the author).
  case sessionAuthor
  /// The same on items of the topic.
  case sessionTopic
  /// 1 when the item's language is known to be the user's.
  case sameLanguage

  // Of the request.

  /// The sine of the hour of the day (UTC) on a circle.
  case hourSine
  /// The cosine of it.
  case hourCosine
  /// The sine of the day of the week (UTC) on a circle.
  case weekdaySine
  /// The cosine of it.
  case weekdayCosine
  /// ln(1 + actions that are kept of the user).
  case userDeeds
  /// ln(1 + items that the user has seen).
  case userSeen
  /// ln(1 + days since the oldest action that is kept of the user).
  case userDays
  /// ln(1 + authors that the user follows).
  case userFollows
  /// ln(1 + actions in the running visit).
  case sessionDeeds
  /// ln(1 + minutes since the user's last action).
  case userIdle
  /// How many tastes the user has.
  case userTastes
  /// ln(1 + the sum of their weights).
  case tasteStrength
  /// 1 for an anonymous session, and for nobody.
  case isAnonymous
  /// 1 when the region is known.
  case hasRegion
  /// 1 when the page is about an item.
  case aboutItem
  /// 1 when the page is limited to a category.
  case aboutCategory
  /// 0 to 1,023, out of the surface's name.
  case surfaceCode
  /// ln(1 + candidates).
  case candidates

  /// The name in configuration, models and explanations, such as `click_rate_day`.
  public var name: String { Self.names[Int(rawValue)] }

  /// Whether the value is the same for every candidate of a request.
  @inline(__always)
  public var isOfRequest: Bool { rawValue >= Feature.hourSine.rawValue && rawValue <= Self.end }

  /// Whether the value follows from the clock alone. A day's traffic has other hours than a
  /// month's, so its distribution says nothing of how it was computed.
  public var isOfClock: Bool {
    rawValue >= Feature.hourSine.rawValue && rawValue <= Feature.weekdayCosine.rawValue
  }

  /// Whether the value is the author's, the same for all items of one.
  public var isOfAuthor: Bool {
    self == .creatorHealth || self == .authorFollowers || self == .authorReception
  }

  /// The last one of the request; what comes later is of the candidate again.
  private static var end: UInt8 { Feature.candidates.rawValue }

  /// Every name, in the order of raw values.
  public static let names: [String] = allCases.map { snake("\($0)") }

  /// The feature of a name; nil when there is none.
  public static func named(_ name: String) -> Feature? {
    names.firstIndex(of: name).map { allCases[$0] }
  }

  /// `clickRateDay` as `click_rate_day`.
  private static func snake(_ name: String) -> String {
    var snake = ""
    var wasLetter = false
    for character in name {
      let isBreak = character.isUppercase || (character.isNumber && wasLetter)
      if isBreak { snake += "_" }
      snake += character.lowercased()
      wasLetter = !character.isNumber
    }
    return snake
  }
}

/// A set of features.
package struct FeatureSet: Sendable, Equatable {
  private var bits: UInt128 = 0

  /// The set of the features that satisfy a condition.
  package init(where isIncluded: (Feature) -> Bool = { _ in false }) {
    for feature in Feature.allCases where isIncluded(feature) { bits |= 1 << feature.rawValue }
  }

  /// The set of some features.
  package init(_ features: [Feature]) { for feature in features { bits |= 1 << feature.rawValue } }

  /// Every feature.
  package static let all = FeatureSet { _ in true }
  /// Every feature of the request.
  package static let ofRequest = FeatureSet(where: \.isOfRequest)

  /// Whether there is none.
  package var isEmpty: Bool { bits == 0 }

  /// Whether a feature is in the set.
  @inline(__always)
  package func contains(_ feature: Feature) -> Bool { bits & 1 << feature.rawValue != 0 }

  /// Whether any feature is in both sets.
  package func intersects(_ other: FeatureSet) -> Bool { bits & other.bits != 0 }

  /// Features that are in either set.
  package func union(_ other: FeatureSet) -> FeatureSet {
    var union = self
    union.bits |= other.bits
    return union
  }

  /// Features that are in this set and not in the other.
  package func subtracting(_ other: FeatureSet) -> FeatureSet {
    var rest = self
    rest.bits &= ~other.bits
    return rest
  }

  /// Features that are in both sets.
  package func intersection(_ other: FeatureSet) -> FeatureSet {
    var both = self
    both.bits &= other.bits
    return both
  }

  /// The features, in the order of raw values.
  package var features: [Feature] { Feature.allCases.filter(contains) }
}
