/// What pages are told apart by in live meters: where they stood and who ranked them.
public struct LearningKey: Hashable, Sendable {
  /// The surface.
  public var surface: String
  /// The first digits of the model's id; empty = weights of the configuration.
  public var model: String
  /// Experiments and their arms, as `name=arm` separated by commas; empty = none.
  public var experiments: String

  /// A key.
  public init(surface: String, model: String = "", experiments: String = "") {
    self.surface = surface
    self.model = model
    self.experiments = experiments
  }

  /// The arm of an experiment; nil when the page took no part.
  public func arm(of experiment: String) -> String? {
    for part in experiments.split(separator: ",") {
      guard let equals = part.firstIndex(of: "="), part[..<equals] == experiment else { continue }
      return String(part[part.index(after: equals)...])
    }
    return nil
  }
}

/// What came of pages of one kind so far. Labels count as soon as they join, a shown item and
/// objective once.
public struct LearningCounts: Equatable, Sendable {
  /// Pages served.
  public var pages: UInt64 = 0
  /// Items shown on them.
  public var impressions: UInt64 = 0
  /// Of them known to have been seen.
  public var seen: UInt64 = 0
  private var labels = SIMD16<UInt64>()

  /// Nothing yet.
  public init() {}

  /// Shown items that reached an objective.
  public subscript(objective: Objective) -> UInt64 {
    get { labels[Int(objective.rawValue)] }
    set { labels[Int(objective.rawValue)] = newValue }
  }

  /// Labels of an objective for each item shown, 0…1; 0 when nothing was shown.
  public func rate(_ objective: Objective) -> Double {
    impressions > 0 ? Double(self[objective]) / Double(impressions) : 0
  }

  /// Labels of an objective for each page; 0 when there is none.
  public func perPage(_ objective: Objective) -> Double {
    pages > 0 ? Double(self[objective]) / Double(pages) : 0
  }

  /// Adds other pages.
  public static func += (left: inout LearningCounts, right: LearningCounts) {
    left.pages &+= right.pages
    left.impressions &+= right.impressions
    left.seen &+= right.seen
    left.labels &+= right.labels
  }

  /// What came since an earlier look at the same counts.
  public func since(_ earlier: LearningCounts) -> LearningCounts {
    var rest = self
    rest.pages &-= earlier.pages
    rest.impressions &-= earlier.impressions
    rest.seen &-= earlier.seen
    rest.labels &-= earlier.labels
    return rest
  }

  /// Notes what an event added to the labels of one shown item.
  mutating func note(from old: EntryLabels, to new: EntryLabels) {
    if new.isSeen, !old.isSeen { seen &+= 1 }
    var fresh = new.bits & ~old.bits
    while fresh != 0 {
      let bit = fresh.trailingZeroBitCount
      labels[bit] &+= 1
      fresh &= fresh &- 1
    }
  }
}
