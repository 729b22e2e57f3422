import Feed

/// A small World built by events, with a clock of its own.
final class Scene {
  var world: World
  var configuration = Configuration()
  let clock = ManualTime()
  /// Everything that was applied, in order.
  private(set) var journal: [(event: Event, outcome: Outcome)] = []
  private var offset: UInt64 = 0
  private var number: UInt64 = 0

  init(_ change: (inout Configuration) -> Void = { _ in }) {
    configuration.world.dimension = 8
    // Nothing is left to chance unless a test asks for it.
    configuration.surfaces["home"]?.exploreShare = 0
    change(&configuration)
    world = World(settings: configuration.world)
  }

  /// Applies an event as received now.
  @discardableResult
  func apply(_ event: Event) -> Outcome {
    offset += 1
    var bytes: [UInt8] = []
    event.encode(received: clock.now, into: &bytes)
    let outcome = RecordView.over(bytes, 0..<bytes.count) { world.apply(Offset(offset), $0) }
    journal.append((event, outcome))
    return outcome
  }

  /// Publishes an item that was made `age` milliseconds ago.
  @discardableResult
  func post(
    _ id: String, by author: String = "", age: Int64 = 0, _ change: (inout Item) -> Void = { _ in }
  ) -> Outcome {
    var item = Item(id: id)
    item.author = author
    item.title = id
    item.created = clock.now.advanced(milliseconds: -age)
    change(&item)
    return apply(.itemPublished(item))
  }

  /// Lets a user act on an item, or on an author.
  @discardableResult
  func act(
    _ user: String, _ action: Action, _ target: String, onAuthor: Bool = false,
    session: String = "", creates: Bool = false
  ) -> Outcome {
    var interaction = Interaction(user: user, action: action, target: target, time: clock.now)
    interaction.targetIsAuthor = onAuthor
    interaction.session = session
    interaction.createsItem = creates
    return apply(.interaction(interaction))
  }

  func follow(_ follower: String, _ followee: String, weight: Float = 1) {
    apply(.follow(Follow(follower: follower, followee: followee, weight: weight, time: clock.now)))
  }

  func unfollow(_ follower: String, _ followee: String) {
    apply(.unfollow(Follow(follower: follower, followee: followee, time: clock.now)))
  }

  func describe(
    _ user: String, region: String = "", language: String = "", interests: [String] = []
  ) {
    var profile = Profile(user: user)
    profile.region = region
    profile.language = language
    profile.interests = interests
    profile.time = clock.now
    apply(.profile(profile))
  }

  func delete(_ item: String) {
    apply(.itemDeleted(ItemDeletion(id: item, time: clock.now)))
  }

  /// Ranks with a pipeline, or with the one of the configuration.
  func rank(
    _ request: PageRequest, _ pipeline: Pipeline? = nil, time: (any TimeSource)? = nil
  ) throws -> RankedSet {
    number += 1
    return try (pipeline ?? Pipeline(configuration)).rank(
      request, world, now: clock.now, time: time ?? clock, number: number, Workspace())
  }

  /// A maker of pages with the scene's clock.
  func maker() -> PageMaker {
    PageMaker(configuration: configuration, freshness: world.freshness, time: clock)
  }

  /// The first page, from the cache when that is true.
  func page(_ maker: PageMaker, _ request: PageRequest) throws -> Page {
    if let cached = maker.cached(request) { return cached.page }
    return try maker.make(request, world: world).page
  }

  /// The items of a set, first to last.
  func items(_ set: RankedSet) -> [String] {
    (0..<set.count).map { world.id(set.row(at: $0)) }
  }

  /// The items that one source brings for a user, first to last.
  func bring(
    _ source: SourceName, for user: String = "", quota: Int = 100,
    _ change: (inout PageRequest) -> Void = { _ in }
  ) throws -> [String] {
    try items(
      rank(
        request(user, "only", change),
        Pipeline(only(source, quota: quota))))
  }

  /// A configuration with one surface, `only`, that has one source and keeps the order of scores.
  func only(
    _ source: SourceName, quota: Int = 100, weights: [String: Double] = [:]
  ) -> Configuration {
    var surface = SurfaceSettings()
    surface.sources = [source.name: quota]
    surface.weights = weights
    surface.seen = .off
    surface.mmrLambda = 1
    surface.authorCap = 0
    surface.runMax = 0
    surface.depth = 1_000
    var configuration = configuration
    configuration.surfaces = ["only": surface]
    return configuration
  }

  /// A request for a user, or for nobody.
  func request(
    _ user: String, _ surface: String = "only", _ change: (inout PageRequest) -> Void = { _ in }
  ) -> PageRequest {
    var request = PageRequest(surface: surface)
    request.user = user
    change(&request)
    return request
  }
}
