extension World {
  /// Folds one record in: the only way that the World changes.
  ///
  /// Pure: the outcome and the new state depend on the old state and the record alone. An offset
  /// that is not above `offset` was folded in before and changes nothing.
  /// - Parameter breathe: called between pieces of work that is long (a post with many followers),
  ///   so that the owner can let readers in; the World is readable whenever it is called.
  @discardableResult
  public mutating func apply(
    _ offset: Offset, _ record: RecordView, breathe: () -> Void = {}
  ) -> Outcome {
    apply(offset, record, nil, breathe: breathe)
  }

  /// - Parameter hashes: those of an interaction, when they are known already.
  @discardableResult
  mutating func apply(
    _ offset: Offset, _ record: RecordView, _ hashes: InteractionHashes?,
    breathe: () -> Void = {}
  ) -> Outcome {
    guard offset > self.offset else { return .duplicate }
    self.offset = offset
    let outcome: Outcome
    do {
      outcome = try fold(record, hashes, breathe)
    } catch {
      outcome = .poison(error)
    }
    return conclude(outcome)
  }

  /// Folds a publication in that was read ahead.
  mutating func apply(_ offset: Offset, _ publication: Publication) {
    guard offset > self.offset else { return }
    self.offset = offset
    if let received = publication.received { self.received = max(self.received, received) }
    _ = conclude(publish(publication.item, publication, {}))
  }

  @inline(__always)
  private mutating func conclude(_ outcome: Outcome) -> Outcome {
    switch outcome {
    case .applied: tally.applied += 1
    case .late:
      tally.applied += 1
      tally.late += 1
    case .duplicate: tally.duplicates += 1
    case .unknownTarget: tally.unknown += 1
    case .refused: tally.refused += 1
    case .poison: tally.poison += 1
    }
    tidyUp()
    return outcome
  }

  /// What `apply` would say of a record, as far as it can be told without applying it: a writer
  /// asks before it appends, so that retries do not fill the log.
  public func foresee(_ record: RecordView) -> Outcome {
    do {
      if try record.kind() == .interaction {
        let view = try InteractionView(record)
        if view.eventID.count > 0,
          dedup.contains(DedupWindow.key(scope: view.user, id: view.eventID))
        {
          return .duplicate
        }
        if view.targetIsAuthor {
          let isKnown = users.ids.row(view.target) != nil || Self.mayMeetStranger(view)
          return isKnown ? .applied : .unknownTarget
        }
        let isKnown = view.createsItem || items.ids.row(view.target) != nil
        return isKnown ? .applied : .unknownTarget
      }
      return foresee(try Event.decode(record))
    } catch {
      return .poison(error)
    }
  }

  private func foresee(_ event: Event) -> Outcome {
    switch event {
    case .itemPublished(let item):
      return item.eventID.isEmpty || !dedup.contains(Self.key(item)) ? .applied : .duplicate
    case .itemChanged(let item): return self.item(item.id) == nil ? .unknownTarget : .applied
    case .itemDeleted(let deletion):
      return self.item(deletion.id) == nil ? .unknownTarget : .applied
    case .userErased(let erasure): return user(erasure.user) == nil ? .unknownTarget : .applied
    case .itemVector(let vector): return self.item(vector.item) == nil ? .unknownTarget : .applied
    default: return .applied
    }
  }

  private mutating func fold(
    _ record: RecordView, _ hashes: InteractionHashes?, _ breathe: () -> Void
  ) throws(DecodeError) -> Outcome {
    let kind = try record.kind()
    if kind == .interaction {
      let view = try InteractionView(record)
      return interact(view, hashes ?? InteractionHashes(view))
    }
    let event = try Event.decode(record)
    if let received = record.received { self.received = max(self.received, received) }
    switch event {
    case .itemPublished(let item): return publish(item, nil, breathe)
    case .itemChanged(let item): return change(item)
    case .itemDeleted(let deletion):
      guard let row = item(deletion.id) else { return .unknownTarget }
      drop(row)
      return .applied
    case .profile(let profile): return describe(profile)
    case .userErased(let erasure): return erase(erasure)
    case .follow(let follow): return self.follow(follow)
    case .unfollow(let follow): return unfollow(follow)
    case .pageServed:
      tally.pages += 1
      return .applied
    case .itemVector(let vector): return set(vector)
    case .spaceSwitched(let change): return serve(change, breathe)
    case .tasteSet(let setting): return set(setting)
    case .interaction: return .applied
    }
  }

  /// The row of a user, who is added when new; nil at the bound.
  ///
  /// - Parameter second: when a new user was first seen; nil = now.
  mutating func userRow(_ id: RecordView, second: UInt32? = nil) -> UInt32? {
    userRow(id, hash: id.hash(seed: 0), second: second)
  }

  @inline(__always)
  mutating func userRow(_ id: RecordView, hash: UInt64, second: UInt32? = nil) -> UInt32? {
    if let row = users.ids.row(id, hash: hash) { return row }
    return newUser(id, second: second)
  }

  private mutating func newUser(_ id: RecordView, second: UInt32?) -> UInt32? {
    guard users.count < settings.usersMax, id.count > 0 else { return nil }
    let row = users.add(id, isAnonymous: id.hasPrefix(World.anonymousPrefix))
    change(Engagement.Change(kind: .user, user: row))
    users.states[Int(row)].updated = second ?? received.seconds
    freshness.bump(row)
    return row
  }

  mutating func userRow(_ id: String) -> UInt32? {
    RecordView.over(id) { userRow($0) }
  }

  /// Identifiers of anonymous sessions begin with this; no token may name such a user.
  public static let anonymousPrefix = "anon:"

  // MARK: Users and follows

  private mutating func describe(_ profile: Profile) -> Outcome {
    guard let row = userRow(profile.user) else { return .refused }
    let region = regions.intern(profile.region)
    let language = languages.intern(profile.language)
    let interests = profile.interests.prefix(16).map { topics.intern($0) }
    users.states[Int(row)].region = region
    users.states[Int(row)].language = language
    users.states[Int(row)].interests = interests
    freshness.bump(row)
    return .applied
  }

  private mutating func follow(_ follow: Follow) -> Outcome {
    guard let follower = userRow(follow.follower), let followee = userRow(follow.followee),
      follower != followee
    else { return .refused }
    let isNew = !graph.followees(of: follower).contains { $0.followee == followee }
    let weight = follow.weight.isFinite ? min(max(follow.weight, 0.01), 1) : 1
    guard graph.follow(follower, followee, weight: weight, max: settings.followsMax) else {
      return .refused
    }
    if isNew, tier(UserRow(followee)) != .celebrity {
      // The author's newest posts are in the new follower's feed at once.
      inboxes.reserve(users: Int(follower) + 1)
      for row in authors.newest(followee, limit: 20) { inboxes.push(row, to: follower) }
    }
    freshness.bump(follower)
    return .applied
  }

  private mutating func unfollow(_ follow: Follow) -> Outcome {
    guard let follower = users.ids.row(follow.follower),
      let followee = users.ids.row(follow.followee)
    else { return .unknownTarget }
    freshness.bump(follower)
    return graph.unfollow(follower, followee) ? .applied : .unknownTarget
  }

  private mutating func erase(_ erasure: UserErasure) -> Outcome {
    guard let row = users.ids.row(erasure.user) else { return .unknownTarget }
    // The author's own list is bounded, so every item is looked at.
    for post in items.facts.indices where items.facts[post].author == row {
      if items.facts[post].isLive { drop(ItemRow(UInt32(post))) }
    }
    graph.removeAll(row)
    inboxes.removeAll(row)
    users.drop(row, isReferenced: true)
    change(Engagement.Change(kind: .user, user: row))
    freshness.bump(row)
    return .applied
  }
}
