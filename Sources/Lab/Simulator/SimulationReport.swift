internal import Feed

/// What users did with the pages of a simulation, by arm, and how the arms compare.
public struct SimulationReport: Equatable, Sendable {
  /// What is counted for pages.
  public struct Counts: Equatable, Sendable {
    /// Pages.
    public var pages = 0
    /// Items on them.
    public var shown = 0
    /// Items that were looked at.
    public var seen = 0
    /// Items that were opened.
    public var clicks = 0
    /// Items that were read for longer than `world.long_dwell`.
    public var longDwells = 0
    /// Items that were liked.
    public var likes = 0
    /// Items that were hidden.
    public var hides = 0

    /// Nothing yet.
    public init() {}

    static func += (left: inout Counts, right: Counts) {
      left.pages += right.pages
      left.shown += right.shown
      left.seen += right.seen
      left.clicks += right.clicks
      left.longDwells += right.longDwells
      left.likes += right.likes
      left.hides += right.hides
    }

    /// Clicks for each page.
    public var clicksPerPage: Double { rate(clicks) }
    /// Long dwells for each page.
    public var longDwellsPerPage: Double { rate(longDwells) }
    /// Hides for each page.
    public var hidesPerPage: Double { rate(hides) }

    private func rate(_ count: Int) -> Double { pages > 0 ? Double(count) / Double(pages) : 0 }
  }

  /// One arm on its measured days.
  public struct ArmResult: Equatable, Sendable {
    /// The arm's name.
    public var name: String
    /// Users in it.
    public var users: Int
    /// All of their pages on measured days.
    public var counts = Counts()
  }

  /// One arm on one day; on days that are not measured, the first arm has all users.
  public struct DayResult: Equatable, Sendable {
    /// The day, from 1.
    public var day: Int
    /// The arm's name.
    public var arm: String
    /// What was counted.
    public var counts = Counts()
  }

  /// How an arm does beside the first one.
  public struct Comparison: Equatable, Sendable {
    /// The arm.
    public var arm: String
    /// The one it is compared with.
    public var against: String
    /// Clicks a page: the difference.
    public var clicks: ArmBootstrap.Interval
    /// Long dwells a page: the difference.
    public var longDwells: ArmBootstrap.Interval
    /// Hides a page: the difference.
    public var hides: ArmBootstrap.Interval
  }

  /// The arms, in the order of the options.
  public private(set) var arms: [ArmResult]
  /// Days and arms.
  public private(set) var days: [DayResult] = []
  /// Every arm but the first beside the first, once the simulation has ended.
  public private(set) var comparisons: [Comparison] = []
  /// Pages of all days.
  public private(set) var pages = 0
  /// Events of all days that users caused.
  public private(set) var deeds = 0
  private let armOfUser: [Int]
  private var users: [Counts]
  private let seed: UInt64
  private let resamples: Int

  /// The users are dealt to the arms after a shuffle, so that arms are of equal size.
  init(_ options: Simulation.Options, users: [String]) {
    var chance = SplitMix(seed: options.seed ^ 0x4152_4d53)
    var armOfUser = users.indices.map { $0 % options.arms.count }
    armOfUser.shuffle(using: &chance)
    self.armOfUser = armOfUser
    self.users = Array(repeating: Counts(), count: users.count)
    seed = options.seed
    resamples = max(1, options.resamples)
    arms = options.arms.enumerated().map { place, arm in
      ArmResult(name: arm.name, users: armOfUser.count { $0 == place })
    }
  }

  /// The place of a user's arm among the arms.
  func arms(of user: Int) -> Int { armOfUser.indices.contains(user) ? armOfUser[user] : 0 }

  mutating func note(
    user: Int, arm: Int, day: Int, isMeasured: Bool, shown: Int, deeds: [Interaction],
    longDwellMs: Int64
  ) {
    var counts = Counts()
    counts.pages = 1
    counts.shown = shown
    for deed in deeds {
      switch deed.action {
      case .impression: counts.seen += 1
      case .click: counts.clicks += 1
      case .dwell: if Double(deed.value) > Double(longDwellMs) { counts.longDwells += 1 }
      case .like: counts.likes += 1
      case .hide: counts.hides += 1
      default: break
      }
    }
    pages += 1
    self.deeds += deeds.count
    if let place = days.lastIndex(where: { $0.day == day && $0.arm == arms[arm].name }) {
      days[place].counts += counts
    } else {
      days.append(DayResult(day: day, arm: arms[arm].name, counts: counts))
    }
    guard isMeasured else { return }
    arms[arm].counts += counts
    users[user] += counts
  }

  mutating func finish() {
    days.sort { ($0.day, $0.arm) < ($1.day, $1.arm) }
    comparisons = []
    for place in arms.indices.dropFirst() {
      comparisons.append(
        Comparison(
          arm: arms[place].name, against: arms[0].name, clicks: bootstrap(place, \.clicks),
          longDwells: bootstrap(place, \.longDwells), hides: bootstrap(place, \.hides)))
    }
  }

  private func bootstrap(_ arm: Int, _ value: (Counts) -> Int) -> ArmBootstrap.Interval {
    ArmBootstrap.difference(
      sums(arm, value), sums(0, value), resamples: resamples, seed: seed)
  }

  private func sums(_ arm: Int, _ value: (Counts) -> Int) -> [ArmBootstrap.Sum] {
    users.indices.filter { armOfUser[$0] == arm }.map {
      ArmBootstrap.Sum(total: Double(value(users[$0])), pages: Double(users[$0].pages))
    }
  }
}
