internal import Index

/// Where the World keeps rows of items.
package enum ReferencePlace: String, CaseIterable, Sendable {
  case inbox, deeds, seen, hidden, taste, coEngaged, trending, popular, fresh, authorIndex
}

extension World {
  /// Visits every reference to an item: the place, who holds it (a user, an item or an author by
  /// row; the number of a list), and the row.
  ///
  /// - Complexity: O(size of the World).
  package borrowing func forEachReference(_ body: (ReferencePlace, UInt32, UInt32) -> Void) {
    for user in users.states.indices where users.isLive[user] {
      let holder = UInt32(user)
      inboxes.newest(holder) { row in
        body(.inbox, holder, row)
        return true
      }
      users.states[user].deeds.forEach { body(.deeds, holder, $0.item) }
      engagement.traces[user].seen.forEach { body(.seen, holder, $0) }
      engagement.traces[user].hidden.forEach { body(.hidden, holder, $0) }
      for interest in users.states[user].taste.interests where interest.item != .max {
        body(.taste, holder, interest.item)
      }
      for row in authors.newest(holder, limit: .max) { body(.authorIndex, holder, row) }
    }
    for item in items.facts.indices {
      for row in engagement.coEngaged.successors(of: UInt32(item))?.entries.map(\.row) ?? [] {
        body(.coEngaged, UInt32(item), row)
      }
    }
    for (place, lists) in [
      (ReferencePlace.trending, engagement.trending), (.popular, engagement.popular),
    ] {
      for segment in TopLists.Segment.allCases {
        for value in 0..<UInt16.max {
          guard let list = lists.list(segment, value) else { break }
          for row in list.rows { body(place, UInt32(value), row) }
        }
      }
    }
    fresh.forEach { body(.fresh, 0, $0) }
  }

  /// What is wrong with the World, a line each; empty for a sound one.
  ///
  /// - Complexity: O(size of the World).
  package borrowing func brokenInvariants() -> [String] {
    var faults: [String] = []
    forEachReference { place, holder, row in
      if Int(row) >= items.facts.count {
        faults.append("\(place.rawValue) of \(holder) holds row \(row), which there is not")
      } else if items.facts[Int(row)].life == ItemTable.Life.free.rawValue {
        faults.append("\(place.rawValue) of \(holder) holds the free row \(row)")
      }
    }
    for row in items.facts.indices where items.facts[row].isLive {
      let author = items.facts[row].author
      if author != .max, !users.isLive[Int(author)] {
        faults.append("item \(row) is of the user \(author), who is gone")
      }
    }
    for user in users.states.indices {
      for edge in graph.followees(of: UInt32(user)) where !users.isLive[Int(edge.followee)] {
        faults.append("user \(user) follows \(edge.followee), who is gone")
      }
      if !users.isLive[user], graph.followerCount(of: UInt32(user)) > 0 {
        faults.append("user \(user) is gone and still followed")
      }
    }
    let live = items.facts.indices.count { items.facts[$0].isLive && items.isLive(UInt32($0)) }
    if live != items.live.count || live != items.ids.count {
      faults.append("\(live) items live, \(items.live.count) counted, \(items.ids.count) named")
    }
    return faults
  }

  /// Rows that items ever took up: what row reuse keeps small.
  package var itemRows: Int { items.facts.count }

  /// Whether a row holds a live item.
  package func isLive(_ row: ItemRow) -> Bool { items.isLive(row.index) }
}

extension World {
  /// How many authors a user has muted.
  package func mutedCount(_ user: String) -> Int {
    users.ids.row(user).map { users.states[Int($0)].muted.count } ?? 0
  }
}

extension World {
  /// The first part that refers to what another does not have; nil when none does, as must be true
  /// of a World that was read from a snapshot before anything walks it.
  ///
  /// - Complexity: O(size of the World).
  var unsoundPart: String? {
    let rows = items.facts.count
    let areAuthorsLive = items.facts.allSatisfy { facts in
      !facts.isLive || facts.author == .max
        || (Int(facts.author) < users.isLive.count && users.isLive[Int(facts.author)])
    }
    if !areAuthorsLive { return "authors of items" }
    if !items.isSound { return "items" }
    if !engagement.windows.isSound(items: rows) { return "windows" }
    if !engagement.dwell.isSound { return "dwell times" }
    if !engagement.trending.isSound(items: rows) || !engagement.popular.isSound(items: rows) {
      return "top lists"
    }
    if !users.isSound(items: rows, dimension: vectors.dimension) { return "users" }
    if !engagement.areTracesSound(items: rows, users: users.states.count) {
      return "traces of users"
    }
    if !graph.isSound(users: users.states.count) { return "follows" }
    if !inboxes.isSound(items: rows) { return "inboxes" }
    if !authors.isSound(items: rows) { return "posts of authors" }
    if !engagement.coEngaged.isSound(items: rows) { return "co-engagements" }
    if !age.isSound(items: rows) || !fresh.elements.allSatisfy({ $0 < rows }) {
      return "newest items"
    }
    let isSweepSound =
      !sweep.isRunning || sweep.items <= items.dead.count && sweep.users <= users.dead.count
    return isSweepSound && sweep.idleCursor <= users.states.count ? nil : "sweep"
  }
}

extension World {
  /// Bytes that the largest parts have set aside, about, by name: where the memory goes.
  ///
  /// - Complexity: O(items + users).
  package borrowing func memoryByPart() -> [(part: String, bytes: Int)] {
    // What the allocator and the array's header add to each array.
    let header = 40
    var successors = 0
    for item in items.facts.indices {
      guard let list = engagement.coEngaged.successors(of: UInt32(item)) else { continue }
      successors += list.entries.capacity * 8 + header
    }
    var (deeds, seen, affinities, tastes) = (0, 0, 0, 0)
    for state in users.states {
      deeds += state.deeds.bytes + header
      tastes += state.taste.vectors.capacity * 4 + state.taste.interests.capacity * 12 + header * 2
    }
    for trace in engagement.traces {
      seen += trace.seen.bytes + header
      for entries in [trace.authors.entries, trace.topics.entries, trace.types.entries]
      where entries.capacity > 0 {
        affinities += entries.capacity * 12 + header
      }
    }
    let row =
      MemoryLayout<ItemTable.Facts>.stride + MemoryLayout<ItemStats>.stride + Channel.count * 4
    return [
      ("item columns", items.facts.capacity * row), ("windows", engagement.windows.bytes),
      ("co-engagements", successors), ("deeds", deeds), ("seen", seen),
      ("affinities", affinities), ("tastes", tastes),
      (
        "user rows",
        users.states.capacity * MemoryLayout<UserState>.stride
          + engagement.traces.capacity * MemoryLayout<UserTraces>.stride
      ),
      ("vectors", items.facts.count * settings.dimension * 4),
    ]
  }
}
