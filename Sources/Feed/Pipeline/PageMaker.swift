internal import Sync
internal import Synchronization

/// Requests in, pages out: from the cache while they are true, else ranked.
///
/// A kept page is true while three things hold. Nothing happened to the user: own actions, follows
/// and posts of small authors bump the user's version. Nothing was removed, or none of its items
/// were. No celebrity that the user follows has posted. Beyond `cacheAgeMs` it is made anew anyway.
public final class PageMaker: Sendable {
  private let configuration: Configuration
  private let pipeline: Pipeline
  private let freshness: Freshness
  private let time: any TimeSource
  private let models: ModelBoard
  private let online: OnlineBoard
  private let cache: PageCache
  private let workspaces = WorkspacePool()
  private let numbers: Atomic<UInt64>

  /// Pages that were made without a source or without scores are made anew after this time.
  private static let degradedAgeMs: Int64 = 5_000

  /// A maker of pages of one World.
  ///
  /// - Parameters:
  ///   - configuration: the surfaces and bounds.
  ///   - freshness: the World's.
  ///   - time: the time of requests, and of deadlines.
  ///   - models: which models serve.
  ///   - online: what corrects the scores of surfaces that want it.
  ///   - neighbours: where the table of learned neighbours stands.
  public convenience init(
    configuration: Configuration, freshness: Freshness, time: any TimeSource,
    models: ModelBoard = ModelBoard(), online: OnlineBoard = OnlineBoard(),
    neighbours: NeighbourBoard = NeighbourBoard()
  ) {
    self.init(
      configuration: configuration, freshness: freshness, time: time, models: models,
      online: online, pipeline: Pipeline(configuration, neighbours: neighbours))
  }

  /// A maker with a pipeline of one's own.
  package init(
    configuration: Configuration, freshness: Freshness, time: any TimeSource,
    models: ModelBoard = ModelBoard(), online: OnlineBoard = OnlineBoard(), pipeline: Pipeline
  ) {
    self.configuration = configuration
    self.models = models
    self.online = online
    self.pipeline = pipeline
    self.freshness = freshness
    self.time = time
    cache = PageCache(capacity: configuration.engine.cachedPagesMax)
    // Numbers go on growing over a restart, so that a cursor never finds another set.
    numbers = Atomic(UInt64(clamping: max(0, time.now.milliseconds)) &<< 20)
  }

  /// How many pages are kept.
  public var cachedCount: Int { cache.count }

  /// The first page of a request when a kept one is true; takes no lock of the World.
  public func cached(_ request: PageRequest) -> CachedPage? {
    cached(PageKey(request), now: time.now)
  }

  /// The same for a request whose key is at hand.
  public func cached(_ key: PageKey, now: Timestamp) -> CachedPage? {
    guard let surface = pipeline.surface(of: key), let kept = cache.page(key.cut(to: surface))
    else { return nil }
    guard isYoung(kept.set, surface, now), kept.endsAt > now.seconds,
      isScored(kept.set, surface), isOwnTrue(kept.set), kept.removals == freshness.removals,
      kept.celebrityPosts == freshness.celebrityPosts
    else { return nil }
    return kept
  }

  /// The first page of a request: a kept one that is still true, or one ranked now. Call it while
  /// nobody writes to the World.
  public func make(
    _ request: PageRequest, world: borrowing World
  ) throws(PageError) -> (page: Page, set: RankedSet) {
    let surface = try pipeline.surface(request.surface)
    let key = PageKey(request).cut(to: surface)
    let now = time.now
    let workspace = workspaces.take()
    defer { workspaces.give(workspace) }
    if let kept = cache.page(key),
      let page = try renew(kept, key, surface, world, now: now, workspace)
    {
      return (page, kept.set)
    }
    let number = numbers.add(1, ordering: .relaxed).newValue
    let serving = surface.serving(models.arms().serving(request.user))
    let set = try pipeline.rank(
      request, world, now: now, time: time, number: number, serving: serving,
      online: weights(surface, serving), isLogged: isLogged(number), workspace)
    let result = PageBuilder.cut(set, world, start: 0, limit: set.limit)
    cache.keep(CachedPage(result.page, of: set, freshness, endsAt: result.endsAt), key)
    var page = result.page
    page.stages = set.stages
    return (page, set)
  }

  /// A later page of a set. Call it while nobody writes to the World.
  public func page(
    at position: PagePosition, user: String, world: borrowing World
  ) throws(PageError) -> Page {
    try later(at: position, user: user, world: world).page
  }

  /// A later page of a set, and the set. Call it while nobody writes to the World.
  func later(
    at position: PagePosition, user: String, world: borrowing World
  ) throws(PageError) -> (page: Page, set: RankedSet) {
    guard let set = cache.set(position.set, user: user),
      isAlive(set, user, world), age(set, time.now) < configuration.engine.cursorAgeMs
    else { throw .expired }
    let surface = try pipeline.surface(set.request.surface)
    let workspace = workspaces.take()
    defer { workspaces.give(workspace) }
    let result = try cut(
      set, world, start: max(0, position.start), limit: surface.limit(position.limit), workspace)
    return (result.page, set)
  }

  /// The page that was made last for a request, without what must not be shown any more: for when
  /// there is no time to rank. Call it while nobody writes to the World.
  public func last(_ request: PageRequest, world: borrowing World) -> Page? {
    guard let surface = try? pipeline.surface(request.surface),
      let kept = cache.page(PageKey(request).cut(to: surface)),
      isAlive(kept.set, request.user, world),
      age(kept.set, time.now) < configuration.engine.cursorAgeMs
    else { return nil }
    let workspace = workspaces.take()
    defer { workspaces.give(workspace) }
    var page = try? cut(kept.set, world, start: 0, limit: kept.set.limit, workspace).page
    page?.servedBy = .lastPage
    return page
  }

  /// Changes the settings of a surface for pages that are made from now on; kept pages of it are
  /// made anew.
  package func change(_ surface: String, _ body: (inout SurfaceSettings) -> Void) throws(PageError)
  {
    try pipeline.change(surface, body)
  }

  /// The settings of a surface as they are now.
  func settings(_ surface: String) throws(PageError) -> SurfaceSettings {
    try pipeline.surface(surface).settings
  }

  // MARK: Whether a kept page is true

  private func age(_ set: RankedSet, _ now: Timestamp) -> Int64 {
    max(0, now.milliseconds - set.scoredAt.milliseconds)
  }

  private func isYoung(_ set: RankedSet, _ surface: Surface, _ now: Timestamp) -> Bool {
    let most = surface.settings.cacheAgeMs
    return age(set, now) < (set.degraded.isEmpty ? most : min(most, Self.degradedAgeMs))
  }

  /// Whether it would be scored by the same model and settings again.
  private func isScored(_ set: RankedSet, _ surface: Surface) -> Bool {
    guard set.scoring.digest == surface.digest else { return false }
    let serving = surface.serving(models.arms().serving(set.request.user))
    return set.scoring.arm == serving.arm && set.scoring.model == (serving.model?.id ?? "")
  }

  /// What corrects the scores of a page. Newer weights do not make a kept page untrue: its age
  /// does, and what its user does.
  private func weights(_ surface: Surface, _ serving: Serving) -> OnlineWeights? {
    guard surface.online != nil else { return nil }
    return online.weights(surface.name, scorer: PageServed.digits(serving.model?.id ?? ""))
  }

  /// Draws the share of pages that are logged by the set's number, so that it follows from the
  /// seed.
  private func isLogged(_ number: UInt64) -> Bool {
    let share = configuration.engine.pageLogShare
    guard share < 1 else { return true }
    let draw = Hashing.mix(number ^ configuration.engine.seed) >> 11
    return Double(draw) * 0x1p-53 < share
  }

  /// Whether nothing happened to the user; of a user who was not known it can't be told.
  private func isOwnTrue(_ set: RankedSet) -> Bool {
    guard let user = set.user else { return set.request.user.isEmpty }
    return freshness.version(user) == set.version
  }

  /// Whether the set's user is still the user of that name.
  private func isAlive(_ set: RankedSet, _ user: String, _ world: borrowing World) -> Bool {
    set.user == nil || world.user(user) == set.user
  }

  private func celebrityPosted(since set: RankedSet, _ world: borrowing World) -> Bool {
    guard let user = set.user else { return false }
    return world.graph.followees(of: user.index).contains { edge in
      world.users.lastPost[Int(edge.followee)] > set.offset.value
        && world.tier(UserRow(edge.followee)) == .celebrity
    }
  }

  /// The page of a kept set, checked again; nil when it has to be ranked anew.
  private func renew(
    _ kept: CachedPage, _ key: PageKey.Cut, _ surface: Surface, _ world: borrowing World,
    now: Timestamp, _ workspace: Workspace
  ) throws(PageError) -> Page? {
    let set = kept.set
    guard isYoung(set, surface, now), isScored(set, surface), isOwnTrue(set),
      isAlive(set, key.key.user, world),
      !celebrityPosted(since: set, world)
    else { return nil }
    let result = try cut(set, world, start: 0, limit: set.limit, workspace)
    // A page that has become short is made anew.
    guard result.page.entries.count >= kept.page.entries.count else { return nil }
    cache.keep(CachedPage(result.page, of: set, freshness, endsAt: result.endsAt), key)
    return result.page
  }

  private func cut(
    _ set: RankedSet, _ world: borrowing World, start: Int, limit: Int, _ workspace: Workspace
  ) throws(PageError) -> PageBuilder.Result {
    let context = try pipeline.context(
      set.request, world, now: time.now, time: time, workspace, isKept: true)
    let result = PageBuilder.cut(
      set, world, start: start, limit: limit, context, workspace)
    workspace.give(context.marks)
    return result
  }
}

/// Workspaces that are not in use: as many as ranked at once so far.
private final class WorkspacePool: @unchecked Sendable {
  // Sendable: the list is only touched under the lock, and a workspace is out of it while in use.
  private let lock = Lock()
  private var free: [Workspace] = []

  func take() -> Workspace { lock.withLock { free.popLast() } ?? Workspace() }

  func give(_ workspace: Workspace) { lock.withLock { free.append(workspace) } }
}
