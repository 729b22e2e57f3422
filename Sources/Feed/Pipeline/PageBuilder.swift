/// Cuts pages from ranked sets and looks up what they show.
struct PageBuilder {
  /// A page, where it ends, and when its first item does.
  struct Result {
    var page: Page
    /// The second at which the first of its items comes to its end; `.max` = never.
    var endsAt: UInt32
  }

  /// Cuts a page from a set that has just been ranked.
  static func cut(
    _ set: RankedSet, _ world: borrowing World, start: Int, limit: Int
  ) -> Result {
    let start = min(start, set.count)
    return cut(set, world, start..<set.count, limit)
  }

  /// Cuts a page from a set that was ranked before, without what must not be shown any more:
  /// items that are gone, hidden, muted, blocked, or of an author no longer followed when only the
  /// follow had brought them.
  static func cut(
    _ set: RankedSet, _ world: borrowing World, start: Int, limit: Int,
    _ context: RankingContext, _ workspace: Workspace
  ) -> Result {
    let start = min(start, set.count)
    workspace.candidates.begin(capacity: set.count - start)
    for place in set.places[start...] {
      workspace.candidates.add(place.row, .popular, value: 0)
    }
    Pipeline.review(world, context, &workspace.candidates, &workspace.verdicts)
    let candidates = workspace.candidates
    var kept: [Int] = []
    for index in start..<set.count {
      let place = set.places[index]
      guard let found = candidates.index(of: place.row), workspace.verdicts.isKept[found],
        candidates.facts[found].serial <= set.serial
      else { continue }
      let isFollowed = context.marks.followees.contains(candidates.facts[found].author)
      if place.sources != SourceName.followed.bit || isFollowed { kept.append(index) }
    }
    return cut(set, world, kept, limit)
  }

  /// A page of the first `limit` of some places.
  private static func cut(
    _ set: RankedSet, _ world: borrowing World, _ indices: some Collection<Int>, _ limit: Int
  ) -> Result {
    var page = Page()
    page.scoredAt = set.scoredAt
    page.offset = set.offset
    page.servedBy = set.servedBy
    page.degraded = set.degraded
    page.requestID = set.request.requestID
    page.entries.reserveCapacity(min(limit, set.count))
    var endsAt = UInt32.max
    for index in indices {
      guard page.entries.count < limit else {
        page.next = PagePosition(set: set.number, start: index, limit: limit)
        break
      }
      page.entries.append(entry(set, world, index))
      endsAt = min(endsAt, end(world, set.places[index].row))
    }
    return Result(page: page, endsAt: endsAt)
  }

  private static func entry(_ set: RankedSet, _ world: borrowing World, _ index: Int) -> Page.Entry
  {
    let place = set.places[index]
    let facts = world.items.facts[Int(place.row)]
    let author = facts.author == .max ? "" : world.users.ids.text(facts.author)
    let reason = set.reason(at: index)
    var because = ""
    switch reason {
    case .followed, .author: because = author
    case .topic: because = world.topics.text(facts.topic)
    case .nearTaste, .coEngaged, .similar: because = name(set, world, place.because)
    case .trending, .fresh, .popular: break
    }
    return Page.Entry(
      item: world.items.ids.text(place.row), author: author, title: title(world, place.row),
      contentType: world.types.text(facts.type), category: world.categories.text(facts.category),
      created: Timestamp(milliseconds: Int64(facts.created) * 1000), score: place.score,
      rank: index + 1, reason: reason, because: because, sources: place.sources)
  }

  /// What people know an item by: its title, or else its identifier; empty when it is gone.
  private static func name(_ set: RankedSet, _ world: borrowing World, _ row: UInt32) -> String {
    guard world.items.isLive(row), world.items.facts[Int(row)].serial <= set.serial else {
      return ""
    }
    let title = title(world, row)
    return title.isEmpty ? world.items.ids.text(row) : title
  }

  private static func title(_ world: borrowing World, _ row: UInt32) -> String {
    var title = ""
    world.items.titles.withText(Int(row)) { title = $0.text }
    return title
  }

  /// The second at which an item comes to its end; `.max` = never.
  private static func end(_ world: borrowing World, _ row: UInt32) -> UInt32 {
    let facts = world.items.facts[Int(row)]
    var end = facts.expires == 0 ? UInt32.max : facts.expires
    let retention = world.settings.itemRetentionMs
    if retention > 0 {
      end = min(end, UInt32(clamping: Int64(facts.created) + retention / 1000))
    }
    return end
  }
}
