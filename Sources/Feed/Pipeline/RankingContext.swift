/// One request, resolved against the World: what every stage reads.
package final class RankingContext {
  /// The surface.
  package let surface: Surface
  /// The time of the request.
  package let now: Timestamp
  /// The same in seconds.
  let second: UInt32
  /// Items on a page.
  package let limit: Int
  /// For whom; nil for nobody, and for somebody of whom nothing is known.
  package let user: UserRow?
  /// What is known of the user; empty for nobody.
  let state: UserState
  let traces: UserTraces
  /// The item that the page is about.
  package let item: ItemRow?
  /// The category that the page is limited to; 0 = any.
  let category: UInt16
  /// The region that the request names, or the user's; 0 = none that is known.
  let region: UInt16
  /// Hashes of the request's context.
  let words: [UInt64]
  /// Whether the request names the region.
  let namesRegion: Bool
  /// What the seen filter removes.
  let seen: SurfaceSettings.SeenPolicy
  /// How hard the nearest items are looked for; 0 = by their number.
  let nearestEffort: Int
  /// What the nearest items are looked for, when the page is not about an item.
  let queries: [TasteQuery]
  /// Rows by what the user did with them.
  let marks: Marks
  private let time: any TimeSource
  private let sourcesEnd: UInt64
  private let end: UInt64

  /// Whether no further source should be asked.
  package var isSourceTimeOver: Bool { time.ticks >= sourcesEnd }

  /// Whether the page has taken longer than it may.
  package var isTimeOver: Bool { time.ticks >= end }

  /// Whether the user's last visit is still running: deeds of its session count as now.
  func isVisitOpen(_ settings: WorldSettings) -> Bool {
    guard state.deeds.count > 0 else { return false }
    return Int64(second) - Int64(state.latest) <= settings.sessionGapMs / 1000
  }

  /// Whether a source should spend its quota on a row: live, of the category, not seen.
  @inline(__always)
  func wants(_ row: UInt32, _ facts: Span<ItemTable.Facts>) -> Bool {
    guard Int(row) < facts.count, facts[Int(row)].isLive else { return false }
    guard category == 0 || facts[Int(row)].category == category else { return false }
    return !marks.seen.contains(row)
  }

  /// Fetches what `wants` will look at.
  @inline(__always)
  func fetch(_ row: UInt32, _ facts: Span<ItemTable.Facts>) {
    Prefetch.element(facts, Int(row))
    marks.seen.fetch(row)
  }

  /// Resolves a request.
  ///
  /// - Parameter isKept: for a page of a set that was ranked before: what the user has merely seen
  ///   since stays, and an item that the page was about need not be there any more.
  init(
    _ request: PageRequest, _ surface: Surface, _ world: borrowing World, now: Timestamp,
    time: any TimeSource, engine: EngineSettings, marks: consuming Marks, isKept: Bool = false
  ) throws(PageError) {
    let start = time.ticks
    sourcesEnd = start &+ Self.nanoseconds(surface.settings.sourcesDeadlineMs)
    end = start &+ Self.nanoseconds(surface.settings.deadlineMs)
    self.time = time
    self.surface = surface
    self.now = now
    second = now.seconds
    limit = surface.limit(request.limit)
    user = request.user.isEmpty ? nil : world.user(request.user)
    state = user.map { world.users.states[Int($0.index)] } ?? UserState()
    traces = user.map { world.engagement.traces[Int($0.index)] } ?? UserTraces()
    item = request.item.isEmpty ? nil : world.item(request.item)
    if !request.item.isEmpty, item == nil, !isKept { throw .unknownItem(request.item) }
    let category = world.categories.number(request.category)
    if category == nil, !isKept { throw .unknownCategory(request.category) }
    self.category = category ?? 0
    namesRegion = !request.region.isEmpty
    region = namesRegion ? world.regions.number(request.region) ?? 0 : state.region
    words = request.context.prefix(8).map(OnlineKeys.text)
    seen = isKept ? .off : surface.settings.seen
    nearestEffort = engine.nearestEffort
    queries =
      item == nil && !isKept ? TasteQuery.all(state, world, second: second) : []
    let followees = user.map { world.graph.followees(of: $0.index) } ?? []
    var marks = marks
    marks.prepare(
      state, traces, seen: seen, second: second, halfLife: world.settings.tasteHalfLifeMs,
      followees: followees)
    self.marks = marks
  }

  private static func nanoseconds(_ milliseconds: Int) -> UInt64 {
    UInt64(clamping: max(0, milliseconds)) &* 1_000_000
  }
}
