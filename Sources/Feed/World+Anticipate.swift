internal import Index

/// What is guessed of an interaction before it is folded in.
struct Anticipated {
  var hashes: InteractionHashes
  /// The user's row, `max` when there seems to be none.
  var user = UInt32.max
  /// The item's row, `max` when there seems to be none.
  var item = UInt32.max
  /// What is counted; nil for an action that counts nothing.
  var channel: Channel?

  /// Whether it is more than an impression.
  @inline(__always)
  var isDeed: Bool { channel != .impression }
}

extension World {
  /// Has the processor fetch what records are about to need, so that the lines of many events are
  /// on their way side by side instead of one after another. Changes nothing of the World.
  ///
  /// It goes over the records a few times: each pass follows one pointer further than the one
  /// before, whose lines have arrived by then.
  mutating func anticipate(_ batch: borrowing ReadBatch, _ range: Range<Int>) {
    ahead.removeAll(keepingCapacity: true)
    for index in range {
      guard case .interaction(let event) = batch.entries[index].expected else { continue }
      users.ids.fetchSlot(event.hashes.user)
      items.ids.fetchSlot(event.hashes.target)
      dedup.fetch(event.hashes.event, ahead: ahead.count)
      ahead.append(event)
    }
    for index in ahead.indices { guessRows(index) }
    for index in ahead.indices { fetchStates(ahead[index]) }
    for index in ahead.indices { fetchContents(ahead[index]) }
  }

  /// The rows, and what is found by row.
  @inline(__always)
  private mutating func guessRows(_ index: Int) {
    if let user = users.ids.guess(ahead[index].hashes.user), Int(user) < users.states.count {
      ahead[index].user = user
      let bytes = ahead[index].isDeed ? UserState.deedBytes : UserState.eventBytes
      Prefetch.element(&users.states, Int(user), bytes: bytes)
      users.ids.fetchPlace(user)
      freshness.fetch(user)
    }
    if let item = items.ids.guess(ahead[index].hashes.target), Int(item) < items.facts.count {
      ahead[index].item = item
      Prefetch.element(&items.facts, Int(item))
      items.ids.fetchPlace(item)
      if ahead[index].isDeed { vectors.fetchPlace(row: item) }
    }
  }

  /// What the states point to.
  @inline(__always)
  private mutating func fetchStates(_ event: Anticipated) {
    if event.user != .max {
      users.ids.fetchText(event.user)
      if event.isDeed { users.states[Int(event.user)].fetchHeads() }
    }
    if event.item != .max {
      items.ids.fetchText(event.item)
    }
  }

  /// What the lists of the states hold.
  @inline(__always)
  private mutating func fetchContents(_ event: Anticipated) {
    if event.user != .max {
      if event.isDeed { users.states[Int(event.user)].fetchContents(limits) }
    }
    if event.item != .max {
      if event.isDeed { vectors.fetch(row: event.item) }
    }
  }
}

// These change nothing: `mutating` has them work on the state where it lies, not on a copy.
extension UserState {
  /// Fetches what tells the lengths of the lists that a deed changes.
  @inline(__always)
  fileprivate mutating func fetchHeads() {
    deeds.fetchHead()
    Prefetch.head(&taste.interests)
    Prefetch.head(&taste.vectors)
  }

  /// Fetches what the lists hold; `fetchHeads` came before.
  @inline(__always)
  fileprivate mutating func fetchContents(_ limits: FoldLimits) {
    deeds.fetchNewest(limits.userActions)
    let componentCount = taste.vectors.count
    Prefetch.first(&taste.vectors, componentCount)
  }
}
