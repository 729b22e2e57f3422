extension Engine {
  /// The first page of a request when a kept one is still true.
  public func cached(_ request: PageRequest) -> CachedPage? {
    cached(PageKey(request), now: time.now)
  }

  /// The same for a request whose key is at hand, at the present time. Takes no lock of the World,
  /// so a thread that must not wait may ask.
  public func cached(_ key: PageKey, now: Timestamp) -> CachedPage? {
    let kept = pages?.cached(key, now: now)
    if kept != nil { meters.cacheHits.add() }
    return kept
  }

  /// The first page of a request, ranked now on the calling thread unless a kept one is true. A
  /// page that was ranked goes to the log.
  public func page(_ request: PageRequest) throws(PageError) -> Page {
    try ranked(request).page
  }

  /// The same, and the set that the page was cut from.
  package func ranked(_ request: PageRequest) throws(PageError) -> (page: Page, set: RankedSet) {
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
      meters.arms.served(page, of: set)
      record(page, of: set)
    }
    return (page, set)
  }

  /// A later page of a ranked set. It goes to the log too when its first page did.
  public func page(at position: PagePosition, user: String) throws(PageError) -> Page {
    guard let pages else { throw .expired }
    let (page, set) = try read { world throws(PageError) in
      try pages.later(at: position, user: user, world: world)
    }
    record(page, of: set)
    return page
  }

  /// The page that was made last for a request, without what must not be shown any more: for when
  /// there is no time to rank.
  public func lastPage(_ request: PageRequest) -> Page? {
    let page = pages.flatMap { pages in read { pages.last(request, world: $0) } }
    if page != nil { meters.rungs[Int(Rung.lastPage.rawValue)].add() }
    return page
  }

  /// Gives a page to the desk, which writes it to the log after the answer.
  private func record(_ page: Page, of set: RankedSet) {
    guard set.evidence != nil else { return }
    let entry = PageDesk.Entry(
      page: page, set: set, time: time.now, sampleRate: configuration.engine.pageLogShare)
    if !desk.put(entry) { meters.pagesUnlogged.add() }
  }

  /// Waits until every page that was served before is on its way to the log.
  public func flushPages() { desk.flush() }

  /// The settings of a surface as pages are made by now.
  public func settings(surface: String) throws(PageError) -> SurfaceSettings {
    guard let pages else { throw .expired }
    return try pages.settings(surface)
  }

  /// Changes what a model's predictions weigh on a surface, from the next page on: kept pages are
  /// made anew. It holds until the program ends; what stays belongs into the configuration.
  ///
  /// - Parameter utility: see `SurfaceSettings.utility`.
  public func setUtility(
    _ utility: [String: Double], surface: String
  ) throws(PageError) {
    guard let pages else { throw .expired }
    try pages.change(surface) { $0.utility = utility }
  }
}
