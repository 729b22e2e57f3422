internal import Index

extension World {
  /// Folds an interaction in: counters, windows and lists of the item; deeds, affinities and taste
  /// of the user; what follows what inside the session.
  @inline(__always)
  mutating func interact(_ view: InteractionView, _ hashes: InteractionHashes) -> Outcome {
    received = max(received, view.received)
    guard view.eventID.count > 0 else { return act(view, hashes) }
    let key = hashes.event
    guard !dedup.contains(key) else { return .duplicate }
    let outcome = act(view, hashes)
    switch outcome {
    case .applied, .late: dedup.insert(key)
    // What did not count may come again under its id, once its target is known.
    case .duplicate, .unknownTarget, .refused, .poison: break
    }
    return outcome
  }

  @inline(__always)
  private mutating func act(_ view: InteractionView, _ hashes: InteractionHashes) -> Outcome {
    // The client's time, unless it is in the future or missing.
    let isBelieved = !view.isAhead(by: limits.futureSkewMs) && view.time.milliseconds > 0
    let time = isBelieved ? view.time : view.received
    newest = max(newest, time)
    let second = time.seconds
    guard let user = userRow(view.user, hash: hashes.user, second: second) else {
      return .refused
    }
    freshness.bump(user)
    let session = view.session.count > 0 ? view.session.hash(seed: 1) | 1 : 0
    users.states[Int(user)].touch(
      second: second, sessionKey: session, gapMs: limits.sessionGapMs)
    if view.targetIsAuthor {
      guard let author = users.ids.row(view.target) ?? stranger(view, second) else {
        return .unknownTarget
      }
      judge(user, author, view.action)
      return .applied
    }
    guard let item = items.ids.row(view.target, hash: hashes.target) ?? makeBare(view, second)
    else { return .unknownTarget }
    if view.action.concernsAuthor {
      let author = items.facts[Int(item)].author
      guard author != .max else { return .unknownTarget }
      judge(user, author, view.action)
      return .applied
    }
    let strength = limits.strength(view, strengths[Int(view.action.rawValue)])
    let isLate = time < watermark
    count(view, item: item, user: user, strength: strength, second: second, isLate: isLate)
    remember(view.action, item: item, user: user, strength: strength, second: second)
    return isLate ? .late : .applied
  }

  /// Whom one mutes or blocks may not have done anything yet, as whom one follows; nil when nobody
  /// can have that name, or there is no room.
  private mutating func stranger(_ view: InteractionView, _ second: UInt32) -> UInt32? {
    guard Self.mayMeetStranger(view) else { return nil }
    return userRow(view.target, second: second)
  }

  static func mayMeetStranger(_ view: InteractionView) -> Bool {
    (view.action == .mute || view.action == .block)
      && !view.target.hasPrefix(World.anonymousPrefix)
  }

  private mutating func makeBare(_ view: InteractionView, _ second: UInt32) -> UInt32? {
    guard view.createsItem, view.target.count > 0 else { return nil }
    let row = add(view.target)
    items.facts[Int(row.index)].isBare = 1
    items.facts[Int(row.index)].created = second
    return row.index
  }

  /// Mutes, blocks and their ends.
  private mutating func judge(_ user: UInt32, _ author: UInt32, _ action: Action) {
    // Anonymous sessions come and go; nobody can know one by name.
    guard !users.isAnonymous(author) else { return }
    func add(_ row: UInt32, to rows: inout [UInt32]) {
      guard !rows.contains(row) else { return }
      if rows.count >= settings.mutesMax, !rows.isEmpty { rows.removeFirst() }
      rows.append(row)
    }
    switch action {
    case .mute: add(author, to: &users.states[Int(user)].muted)
    case .unmute: users.states[Int(user)].muted.removeAll { $0 == author }
    case .block:
      add(author, to: &users.states[Int(user)].blocked)
      // The blocked one must not see the other's items on a kept page either.
      freshness.bump(author)
      graph.unfollow(user, author)
    case .unblock: users.states[Int(user)].blocked.removeAll { $0 == author }
    default: break
    }
  }

  /// What changes in the engagement.
  private mutating func count(
    _ view: InteractionView, item: UInt32, user: UInt32, strength: Float, second: UInt32,
    isLate: Bool
  ) {
    guard let channel = view.action.channel else { return }
    var change = Engagement.Change(
      kind: .count, channel: channel, isLate: isLate, item: item, user: user, second: second,
      strength: strength)
    if channel == .impression { return self.change(change) }
    if view.action == .dwell, view.value.isFinite {
      change.isDwell = true
      change.dwell = max(0, view.value)
    }
    switch view.action {
    case .hide, .notInterested, .report: change.isHiding = true
    default: break
    }
    let facts = items.facts[Int(item)]
    change.author = facts.author
    change.region = users.states[Int(user)].region
    change.category = facts.category
    change.topic = facts.topic
    change.type = facts.type
    self.change(change)
  }

  /// The user's side.
  private mutating func remember(
    _ action: Action, item: UInt32, user: UInt32, strength: Float, second: UInt32
  ) {
    let row = Int(user)
    if action == .impression { return }
    if strength > 0 { joinSession(item, user: row, second: second) }
    users.states[row].note(action, item: item, second: second, limits: limits)
    guard strength != 0 else { return }
    var taste = Taste()
    swap(&taste, &users.states[row].taste)
    vectors.withVector(row: item) { vector in
      taste.add(
        vector, item: item, strength: strength, second: second, halfLife: limits.tasteHalfLifeMs,
        joinCosine: limits.tasteJoinCosine, max: limits.tasteVectors)
    }
    swap(&taste, &users.states[row].taste)
  }

  /// Joins the item to the items before it in the session, each run of deeds on one item once.
  private mutating func joinSession(_ item: UInt32, user: Int, second: UInt32) {
    let earlier = users.states[user].earlierItems(
      before: item, reach: limits.coEngagedReach, strengths: strengths)
    for place in 0..<earlier.count {
      let before = earlier.items[place]
      if before == item || !items.isLive(before) { continue }
      change(
        Engagement.Change(
          kind: .follow, item: item, second: second, strength: 1 / Float(place &+ 1),
          before: before))
    }
  }
}

extension FoldLimits {
  /// How strongly an event of a strength speaks: dwell and watch by their share of a long read.
  @inline(__always)
  fileprivate func strength(_ view: InteractionView, _ full: Float) -> Float {
    switch view.action {
    case .dwell: return full * share(view.value)
    case .watch: return full * max(0.25, share(view.value * 1000))
    default: return full
    }
  }

  private func share(_ milliseconds: Float) -> Float {
    guard milliseconds.isFinite, milliseconds > 0 else { return 0 }
    return min(1, milliseconds / Float(max(1, longDwellMs)))
  }
}
