extension Engine {
  /// The first page of a request when a kept one is still true. Takes no lock of the World, so a
  /// thread that must not wait may ask.
  public func cached(_ request: PageRequest) -> CachedPage? {
    let kept = pages?.cached(request)
    if kept != nil { meters.cacheHits.add() }
    return kept
  }

  /// The first page of a request, ranked now on the calling thread unless a kept one is true. A
  /// page that was ranked goes to the log.
  public func page(_ request: PageRequest) throws(PageError) -> Page {
    guard let pages else { throw .expired }
    let start = time.ticks
    let (page, set) = try read { world throws(PageError) in
      try pages.make(request, world: world)
    }
    meters.page.observe(from: start, to: time.ticks)
    if page.stages.isEmpty {
      meters.cacheHits.add()
    } else {
      meters.cacheMisses.add()
      meters.rungs[Int(page.servedBy.rawValue)].add()
      meters.stages.served(page, of: set)
      record(page, of: set)
    }
    return page
  }

  /// A later page of a ranked set.
  public func page(at position: PagePosition, user: String) throws(PageError) -> Page {
    guard let pages else { throw .expired }
    return try read { world throws(PageError) in
      try pages.page(at: position, user: user, world: world)
    }
  }

  /// The page that was made last for a request, without what must not be shown any more: for when
  /// there is no time to rank.
  public func lastPage(_ request: PageRequest) -> Page? {
    let page = pages.flatMap { pages in read { pages.last(request, world: $0) } }
    if page != nil { meters.rungs[Int(Rung.lastPage.rawValue)].add() }
    return page
  }

  /// Puts a page on the log without waiting for it.
  private func record(_ page: Page, of set: RankedSet) {
    guard isLogged(set.number) else { return }
    let entries = page.entries.map {
      PageServed.Entry(item: $0.item, score: $0.score, sources: $0.sources)
    }
    let served = PageServed(
      user: set.request.user, surface: set.request.surface, requestID: page.requestID,
      offset: page.offset, servedBy: page.servedBy.rawValue, time: page.scoredAt, entries: entries)
    var batch = EventBatch()
    batch.append(.pageServed(served), received: time.now)
    submit(batch) { [meters] result in
      if case .failure = result { meters.pagesUnlogged.add() }
    }
  }

  /// Draws the share of pages that are logged by the set's number, so that it follows from the
  /// seed.
  private func isLogged(_ number: UInt64) -> Bool {
    let share = configuration.engine.pageLogShare
    guard share < 1 else { return true }
    let draw = Hashing.mix(number ^ configuration.engine.seed) >> 11
    return Double(draw) / Double(1 << 53 as UInt64) < share
  }
}
