internal import Feed
internal import HTTP
internal import Sync
internal import Synchronization

/// Answers one request for a page: from the cache on the I/O thread, else on a ranking thread.
struct PageService: Sendable {
  private let call: Call
  private let ask: PageAsk
  /// For whom: a cursor may know better than the request.
  private let user: String

  init(call: Call, ask: PageAsk, user: String? = nil) {
    self.call = call
    self.ask = ask
    self.user = user ?? ask.request.user
  }

  private var engine: Engine { call.engine }
  private var writer: PageWriter {
    PageWriter(shape: ask.shape, cursors: call.service.cursors)
  }

  private var request: PageRequest {
    var request = ask.request
    request.user = user
    request.requestID = call.exchange.requestID
    return request
  }

  private var binding: Cursors.Binding {
    let request = ask.request
    return Cursors.Binding(
      user: user, surface: request.surface, item: request.item, category: request.category,
      region: request.region)
  }

  func serve() throws(Problem) {
    if let cursor = ask.cursor { return try serve(cursor) }
    if let cached = engine.cached(ask.key, now: call.received) {
      call.service.meters.pages.cached.add()
      return call.finish(kept(rendered(cached)))
    }
    let deadline = call.start &+ UInt64(max(1, ask.deadlineMs)) * 1_000_000
    try enqueue { [self] in
      answer(make(deadline), ask.limit)
    }
  }

  // MARK: Pages from the cache

  private func rendered(_ cached: CachedPage) -> PageWriter.Rendered {
    let slot = (cached.rendered ?? cached.keep(rendered: PageWriter.Slot())) as? PageWriter.Slot
    if let ready = slot?.rendered(ask.shape) { return ready }
    let fresh = writer.render(cached.page, binding: binding, limit: ask.limit, now: call.received)
    return slot?.keep(fresh, ask.shape) ?? fresh
  }

  // MARK: Pages that are made

  /// Hands work to a ranking thread; the connection waits without one.
  private func enqueue(_ work: @escaping @Sendable () -> Void) throws(Problem) {
    let service = call.service
    service.meters.pages.ranking.add(1, ordering: .relaxed)
    let isTaken = service.ranking.submit {
      work()
      service.meters.pages.ranking.subtract(1, ordering: .relaxed)
    }
    guard isTaken else {
      service.meters.pages.ranking.subtract(1, ordering: .relaxed)
      service.meters.shed(.rankingQueue, of: call.route)
      throw Problem(
        .overloaded, "Too many pages wait for a ranking thread.", retryAfterMs: 1_000)
    }
  }

  /// The page: ranked, or when its time went by in the queue, the last one that there is.
  private func make(_ deadline: UInt64) -> Result<Page, PageError> {
    if engine.time.ticks > deadline {
      call.service.meters.pages.lateInQueue.add()
      let request = self.request
      if let last = engine.lastPage(request) { return .success(last) }
      var nobodys = request
      nobodys.user = ""
      if let last = engine.lastPage(nobodys) { return .success(last) }
    }
    do throws(PageError) {
      return .success(try engine.page(request))
    } catch {
      return .failure(error)
    }
  }

  private func serve(_ cursor: String) throws(Problem) {
    let isAnonymous = call.caller.role == .anonymous
    let (position, user) = try call.service.cursors.position(
      cursor, for: binding, isAnonymous: isAnonymous, now: call.received)
    var place = position
    if ask.request.limit != nil { place.limit = ask.limit }
    let asked = place
    let service = PageService(call: call, ask: ask, user: user)
    try enqueue {
      let page: Result<Page, PageError>
      do throws(PageError) {
        page = .success(try service.engine.page(at: asked, user: user))
      } catch {
        page = .failure(error)
      }
      service.answer(page, asked.limit)
    }
  }

  // MARK: Answers

  private func answer(_ result: Result<Page, PageError>, _ limit: Int) {
    switch result {
    case .success(let page):
      call.service.meters.pages.note(page)
      let rendered = writer.render(page, binding: binding, limit: limit, now: call.received)
      let total = engine.time.ticks &- call.start
      answer(rendered, PageWriter.timing(page.stages, total: total))
    case .failure(.unknownSurface(let name)):
      call.fail(Problem.parameter("surface", "No such surface: \(name)."))
    case .failure(.unknownItem):
      call.fail(Problem(.notFound, "There is no such item."))
    case .failure(.unknownCategory):
      call.fail(Problem(.notFound, "There is no such category."))
    case .failure(.expired):
      call.fail(
        Problem(
          .cursorExpired, "These pages are no longer kept: ask for the first page again."))
    }
  }

  private func answer(_ rendered: PageWriter.Rendered, _ timing: String) {
    call.finish(response(rendered, timing))
  }

  /// The answer with a kept page, which is asked for in the same words again and again.
  private func kept(_ rendered: PageWriter.Rendered) -> SharedResponse {
    if let asked = rendered.asked.load(), asked.path == ask.path, asked.query == ask.query {
      return asked.answer
    }
    let answer = SharedResponse(response(rendered, "cache;desc=hit"))
    rendered.asked.storeIfNil(
      PageWriter.Asked(path: ask.path, query: ask.query, answer: answer))
    return answer
  }

  private func response(_ rendered: PageWriter.Rendered, _ timing: String) -> Response {
    var headers = Call.privateHeaders
    if let cursor = rendered.cursor { headers.append(.init("Link", link(cursor))) }
    var response = Response(headers: headers, shared: rendered.body)
    response.serverTiming = timing
    return response
  }

  /// The next page as a link: this query with the cursor.
  private func link(_ cursor: String) -> String {
    var target = ask.path.utf8.reduce(into: "") {
      $0 += PercentText.escape($1, in: .path)
    }
    target += "?"
    for (name, value) in call.parameters where name != "cursor" {
      target += name + "=" + PercentText.encode(value) + "&"
    }
    return "<\(target)cursor=\(cursor)>; rel=\"next\""
  }
}
