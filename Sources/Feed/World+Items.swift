internal import Index

extension World {
  static func key(_ item: Item) -> (UInt64, UInt64) {
    RecordView.over(item.author) { scope in
      RecordView.over(item.eventID) { DedupWindow.key(scope: scope, id: $0) }
    }
  }

  /// Takes a new item in and hands it to its author's followers.
  ///
  /// - Parameter ready: the same item read ahead.
  mutating func publish(
    _ item: Item, _ ready: Publication? = nil, _ breathe: () -> Void
  ) -> Outcome {
    if !item.eventID.isEmpty {
      let key = Self.key(item)
      guard !dedup.contains(key) else { return .duplicate }
      dedup.insert(key)
    }
    let known = self.item(item.id)
    if let known, items.facts[Int(known.index)].isBare == 0 { return change(item) }
    let row = known ?? add(item.id)
    fill(row, item, ready)
    guard !item.author.isEmpty, let author = userRow(item.author) else { return .applied }
    items.facts[Int(row.index)].author = author
    authors.add(row.index, author: author)
    users.lastPost[Int(author)] = offset.value
    fanOut(row.index, author, breathe)
    freshness.bump(author)
    return .applied
  }

  /// A row for an item that is not known yet; at the bound the oldest item leaves.
  mutating func add(_ id: String) -> ItemRow {
    RecordView.over(id) { add($0) }
  }

  mutating func add(_ id: RecordView) -> ItemRow {
    if items.live.count >= settings.itemsMax { retireOldest() }
    let row = items.add(id)
    change(Engagement.Change(kind: .admit, item: row.index))
    age.append(row.index, serial: items.facts[Int(row.index)].serial)
    fresh.append(row.index, capacity: Self.freshItems)
    return row
  }

  /// Sets what is said of an item anew.
  mutating func change(_ item: Item) -> Outcome {
    guard let row = self.item(item.id) else { return .unknownTarget }
    let facts = items.facts[Int(row.index)]
    fill(row, item, nil)
    items.facts[Int(row.index)].author = facts.author
    if item.created == .zero { items.facts[Int(row.index)].created = facts.created }
    // What was on pages may have changed.
    freshness.noteRemoval()
    return .applied
  }

  private mutating func fill(_ row: ItemRow, _ item: Item, _ ready: Publication?) {
    let topic = item.topic.isEmpty ? item.tags.first ?? item.category : item.topic
    var facts = items.facts[Int(row.index)]
    facts.created = (item.created == .zero ? received : min(item.created, received)).seconds
    facts.expires = item.expires == .zero ? 0 : max(1, item.expires.seconds)
    facts.type = types.intern(item.contentType)
    facts.category = categories.intern(item.category)
    facts.topic = topics.intern(topic)
    facts.language = languages.intern(item.language)
    facts.region = regions.intern(item.region)
    facts.isBare = 0
    items.facts[Int(row.index)] = facts
    items.titles.set(Int(row.index), item.title)
    if item.embedding.count == vectors.dimension, item.embedding.allSatisfy(\.isFinite) {
      place(row.index, item.embedding.span)
    } else if spaces[0].serving.encoder == VectorSpace.hashed {
      if let ready {
        let vectors = ready.vectors.span
        return placeEncoded(
          row.index, vectors.extracting(ready.start..<ready.start + encoder.dimension))
      }
      var vector: [Float] = []
      var features = HashedTextEncoder.Scratch()
      swap(&vector, &scratch)
      item.encode(by: encoder, into: &vector, &features)
      placeEncoded(row.index, vector.span)
      swap(&vector, &scratch)
    }
  }

  private mutating func placeEncoded(_ row: UInt32, _ vector: Span<Float>) {
    for component in vector.indices where vector[component] != 0 { return place(row, vector) }
    vectors.remove(row: row)
    placed.remove(row)
  }

  /// Writes a post to the inboxes of followers, or leaves it to be read, by the author's tier.
  private mutating func fanOut(_ row: UInt32, _ author: UInt32, _ breathe: () -> Void) {
    switch tier(UserRow(author)) {
    case .celebrity:
      tally.postsCelebrity += 1
      freshness.noteCelebrityPost()
      return
    case .small: tally.postsSmall += 1
    case .middle: tally.postsMiddle += 1
    }
    let isSmall = tier(UserRow(author)) == .small
    let followers = graph.followers(of: author)
    inboxes.reserve(users: users.states.count)
    var start = 0
    while start < followers.count {
      let end = min(followers.count, start + 4_096)
      inboxes.push(row, toAll: followers[start..<end])
      if isSmall { for follower in followers[start..<end] { freshness.bump(follower) } }
      start = end
      if start < followers.count { breathe() }
    }
  }

  /// Takes an item out of every page, at once.
  mutating func drop(_ row: ItemRow) {
    let author = items.facts[Int(row.index)].author
    items.drop(row)
    change(Engagement.Change(kind: .forget, item: row.index))
    for space in spaces { space.remove(row.index) }
    placed.remove(row.index)
    if author != .max { authors.remove(row.index, author: author) }
    freshness.noteRemoval()
  }

  private mutating func retireOldest() {
    while let oldest = age.first {
      age.removeFirst()
      let facts = items.facts[Int(oldest.row)]
      guard facts.isLive, facts.serial == oldest.serial else { continue }
      drop(ItemRow(oldest.row))
      tally.retired += 1
      return
    }
  }

  // MARK: Upkeep

  /// A few steps of upkeep after each event: what is too old leaves, and references to dropped rows
  /// are searched for, so that the rows can be used again.
  mutating func tidyUp() {
    if offset.value % UInt64(Self.upkeepEvery) == 0 {
      retireExpired()
      forgetIdle()
    }
    if sweep.isRunning { return sweepStep() }
    let deadRows = items.dead.count + users.dead.count
    guard deadRows >= max(1_024, items.live.count / 10) else { return }
    sweep.isRunning = true
    sweep.cursor = 0
    sweep.items = items.dead.count
    sweep.users = users.dead.count
  }

  /// Upkeep is done for this many events at once.
  private static let upkeepEvery = 16

  private mutating func retireExpired() {
    for _ in 0..<2 * Self.upkeepEvery {
      guard let oldest = age.first else { return }
      let facts = items.facts[Int(oldest.row)]
      guard facts.isLive, facts.serial == oldest.serial else {
        age.removeFirst()
        continue
      }
      guard isPastRetention(facts, second: received.seconds) else { return }
      age.removeFirst()
      drop(ItemRow(oldest.row))
      tally.retired += 1
    }
  }

  /// Whether an item has lived its time, by its creation or by its own end.
  @inline(__always)
  func isPastRetention(_ facts: ItemTable.Facts, second: UInt32) -> Bool {
    if facts.expires != 0, second >= facts.expires { return true }
    guard settings.itemRetentionMs > 0 else { return false }
    return Int64(second) * 1000 > Int64(facts.created) * 1000 + settings.itemRetentionMs
  }

  /// Forgets a few anonymous sessions that have been idle for long.
  private mutating func forgetIdle() {
    change(Engagement.Change(kind: .sweep, second: newest.seconds))
    guard !users.states.isEmpty else { return }
    for _ in 0..<Self.upkeepEvery {
      sweep.idleCursor = sweep.idleCursor + 1 < users.states.count ? sweep.idleCursor + 1 : 0
      let row = sweep.idleCursor
      guard users.isAnonymous(UInt32(row)), users.isLive[row], users.lastPost[row] == 0,
        Int64(users.states[row].updated) * 1000 + settings.anonymousRetentionMs
          < received.milliseconds
      else { continue }
      graph.removeAll(UInt32(row))
      inboxes.removeAll(UInt32(row))
      users.drop(UInt32(row), isReferenced: false)
      change(Engagement.Change(kind: .user, user: UInt32(row)))
      freshness.bump(UInt32(row))
    }
  }

  /// Looks at a few places for references to dropped rows.
  private mutating func sweepStep() {
    settle()
    let lists = engagement.coEngaged.sweepCount
    let tops = engagement.trending.sweepCount
    let populars = engagement.popular.sweepCount
    let total = users.states.count + lists + tops + populars + 1
    for _ in 0..<8 {
      var place = sweep.cursor
      guard place < total else { return finishSweep() }
      sweep.cursor += 1
      if place < users.states.count {
        sweepUser(place)
        continue
      }
      place -= users.states.count
      let items = self.items.facts
      let isLive: (UInt32) -> Bool = { items[Int($0)].isLive }
      if place < lists {
        engagement.coEngaged.sweep(place, isLive: isLive)
      } else if place < lists + tops {
        engagement.trending.sweep(place - lists, isLive: isLive)
      } else if place < lists + tops + populars {
        engagement.popular.sweep(place - lists - tops, isLive: isLive)
      } else {
        fresh.keep(where: isLive)
      }
    }
  }

  private mutating func sweepUser(_ row: Int) {
    let facts = items.facts
    let isLive = users.isLive
    users.states[row].sweep(
      isLiveItem: { $0 == .max || facts[Int($0)].isLive }, isLiveUser: { isLive[Int($0)] })
    engagement.traces[row].sweep(
      isLiveItem: { facts[Int($0)].isLive }, isLiveUser: { isLive[Int($0)] })
    inboxes.sweep(UInt32(row)) { facts[Int($0)].isLive }
  }

  private mutating func finishSweep() {
    items.release(sweep.items)
    users.release(sweep.users)
    sweep.isRunning = false
  }
}
