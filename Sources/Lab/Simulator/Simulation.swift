public import Feed

/// Days of the seeded world in simulated time: users with true tastes come, look down their pages,
/// click, read, like and hide by the world's model of choice (`SeededWorld.choices`), authors post,
/// and everything goes through the engine's own fold, ranking and log.
///
/// Users are split over arms, each a surface of the configuration; what came of the arms is
/// compared at the end. Between two days the caller may train on what was logged and let a model
/// serve:
///
/// ```swift
/// var simulation = try Simulation(options, configuration)
/// try simulation.run { day, engine in
///   if day == 10 { … JoinedExamples(engine.log, engine.configuration) … }
/// }
/// print(simulation.report.comparisons)
/// ```
///
/// It is deterministic: equal options and configurations give equal logs and reports, bit for bit.
public struct Simulation {
  /// What some of the users get.
  public struct Arm: Equatable, Sendable {
    /// The name in reports.
    public var name: String
    /// The surface of the configuration that makes their pages.
    public var surface: String

    /// An arm.
    public init(_ name: String, surface: String) {
      self.name = name
      self.surface = surface
    }
  }

  /// What is simulated.
  public struct Options: Equatable, Sendable {
    /// Everything that is drawn follows from it.
    public var seed: UInt64 = 1
    /// Days in all.
    public var days = 10
    /// The first day, from 1, from which on users are split and measured; before it all of them get
    /// the first arm.
    public var measuredFrom = 1
    /// Users, authors and the past.
    public var size = SeededWorld.Size()
    /// Pages that a user asks for in a day, on average.
    public var pagesPerUser = 6.0
    /// Posts in a day, all authors together.
    public var postsPerDay = 300
    /// New follows for each page.
    public var followsPerPage = 0.02
    /// Items on a page.
    public var limit = 20
    /// Who gets what: the first is the one that others are compared with.
    public var arms = [Arm("home", surface: "home")]
    /// Resamples of the bootstrap.
    public var resamples = 1_000

    /// The defaults: 300 users of a town.
    public init() {
      size.users = 300
      size.interactions = 12_000
    }
  }

  /// What came of it so far.
  public private(set) var report: SimulationReport
  /// The engine that serves.
  public let engine: SteppedEngine
  private let options: Options
  private let start: Timestamp
  private var world: SeededWorld
  private var chance: SplitMix
  private var serial = 0

  private static let dayMs: Int64 = 24 * 3_600_000
  /// 2026-01-05T00:00:00Z, a Monday.
  private static let firstDay: Int64 = 1_767_571_200_000

  /// A world whose past has happened.
  ///
  /// - Throws: `LabError` when an arm's surface is not in the configuration or a number is out of
  ///   range.
  public init(_ options: Options, _ configuration: Configuration) throws {
    try Self.check(options, configuration)
    self.options = options
    start = Timestamp(milliseconds: Self.firstDay)
    engine = SteppedEngine(Self.firstPages(options, configuration), now: start)
    world = SeededWorld(seed: options.seed, size: options.size)
    chance = SplitMix(seed: options.seed ^ 0x5157_4c41_5445)
    report = SimulationReport(options, users: world.userNames)
    for batch in world.history(now: start) { try engine.take(batch) }
  }

  /// The configuration with the arms' rankings cut to what is looked at: users of a simulation never
  /// follow a cursor, and the places of a page do not depend on those behind it.
  private static func firstPages(
    _ options: Options, _ configuration: Configuration
  ) -> Configuration {
    var configuration = configuration
    for arm in options.arms {
      configuration.surfaces[arm.surface]?.limitDefault = options.limit
      configuration.surfaces[arm.surface]?.limitMax = options.limit
      configuration.surfaces[arm.surface]?.depth = options.limit
    }
    return configuration
  }

  private static func check(_ options: Options, _ configuration: Configuration) throws(LabError) {
    guard !options.arms.isEmpty else {
      throw LabError(.option, "a simulation needs an arm at least")
    }
    for arm in options.arms where configuration.surfaces[arm.surface] == nil {
      throw LabError(
        .option,
        "arm \(arm.name): no surface \(arm.surface); there are "
          + configuration.surfaces.keys.sorted().joined(separator: ", "))
    }
    guard Set(options.arms.map(\.name)).count == options.arms.count else {
      throw LabError(.option, "two arms of the same name can't be told apart")
    }
    guard options.size.users >= options.arms.count, options.days >= 1, options.limit >= 1,
      options.pagesPerUser.isFinite, (0...10_000).contains(options.pagesPerUser)
    else {
      throw LabError(
        .option, "a simulation needs a day, and at least as many users as there are arms")
    }
  }

  /// The name of the arm that a user is in.
  public func arm(of user: Int) -> Arm { options.arms[report.arms(of: user)] }

  /// Lets all days pass.
  ///
  /// - Parameters:
  ///   - dayEnded: called at the end of each day, from 1, before the next one begins; what it
  ///     changes at the engine serves from then on.
  ///   - progress: called about every hundred pages with the pages so far and the share of days.
  public mutating func run(
    dayEnded: (Int, SteppedEngine) throws -> Void = { _, _ in },
    progress: (Int, Double) -> Void = { _, _ in }
  ) throws {
    for day in 1...options.days {
      try live(day, progress)
      try dayEnded(day, engine)
    }
    report.finish()
  }

  private enum Plan {
    case page(user: Int)
    case post
  }

  private mutating func live(_ day: Int, _ progress: (Int, Double) -> Void) throws {
    let midnight = start.advanced(milliseconds: Int64(day - 1) * Self.dayMs)
    var plans: [(time: Int64, plan: Plan)] = []
    let pages = Int((Double(options.size.users) * options.pagesPerUser).rounded())
    for _ in 0..<pages {
      plans.append((moment(), .page(user: chance.below(options.size.users))))
    }
    for _ in 0..<options.postsPerDay { plans.append((moment(), .post)) }
    let order = plans.indices.sorted { (plans[$0].time, $0) < (plans[$1].time, $1) }
    for (number, index) in order.enumerated() {
      engine.now = midnight.advanced(milliseconds: plans[index].time)
      switch plans[index].plan {
      case .post: try engine.take([.itemPublished(world.publish(time: engine.now))])
      case .page(let user): try visit(user, day)
      }
      if number % 100 == 0 {
        let share = Double(day - 1) + Double(number) / Double(max(1, order.count))
        progress(report.pages, share / Double(options.days))
      }
    }
    engine.now = midnight.advanced(milliseconds: Self.dayMs)
  }

  /// A moment of a day: people are awake from seven to midnight, most of them in the evening.
  private mutating func moment() -> Int64 {
    let hours = 7 + 17 * (chance.share() + max(chance.share(), chance.share())) / 2
    return Int64(hours * 3_600_000)
  }

  private mutating func visit(_ user: Int, _ day: Int) throws {
    let isMeasured = day >= options.measuredFrom
    let arm = isMeasured ? report.arms(of: user) : 0
    serial += 1
    var request = PageRequest(surface: options.arms[arm].surface)
    request.user = world.userName(user)
    request.limit = options.limit
    request.requestID = "sim-\(serial)"
    let page = try engine.page(request)
    let items = page.entries.map(\.item)
    let places = Dictionary(
      zip(items, page.entries.map { UInt16(clamping: $0.rank) }),
      uniquingKeysWith: { one, _ in one })
    let deeds = world.choices(
      user: user, page: items, time: engine.now.advanced(milliseconds: 1_000)
    ).map { deed in
      var deed = deed
      deed.requestID = page.requestID
      deed.position = places[deed.target] ?? 0
      return deed
    }
    if !deeds.isEmpty {
      engine.now = engine.now.advanced(milliseconds: 2_000)
      try engine.take(deeds.map { .interaction($0) })
    }
    report.note(
      user: user, arm: arm, day: day, isMeasured: isMeasured, shown: page.entries.count,
      deeds: deeds, longDwellMs: engine.configuration.world.longDwellMs)
    if chance.share() < options.followsPerPage,
      let follow = world.newFollow(user: user, time: engine.now)
    {
      try engine.take([.follow(follow)])
    }
  }
}
