extension World {
  /// Touches what the records are about to need, so that the processor fetches the lines of many
  /// events side by side instead of one after another. Changes nothing that is part of the World.
  ///
  /// Replay spends most of its time waiting for memory; this hides about half of it.
  mutating func anticipate(_ batch: borrowing EventBatch) {
    var guesses: [(user: UInt32, item: UInt32)] = []
    guesses.reserveCapacity(batch.count)
    var sum: UInt64 = 0
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { record in
        guard record.load(1, as: UInt8.self) == EventKind.interaction.rawValue,
          let view = try? InteractionView(record)
        else { return }
        if view.eventID.count > 0 {
          sum &+= dedup.touch(DedupWindow.key(scope: view.user, id: view.eventID))
        }
        let user = users.ids.guess(view.user.hash(seed: 0))
        let item = items.ids.guess(view.target.hash(seed: 0))
        guesses.append((user ?? .max, item ?? .max))
      }
    }
    for (user, item) in guesses {
      if Int(user) < users.states.count { sum &+= touchUser(Int(user)) }
      if Int(item) < items.facts.count { sum &+= touchItem(Int(item)) }
    }
    for (user, item) in guesses where Int(user) < users.states.count {
      sum &+= UInt64(users.states[Int(user)].taste.vectors.last?.bitPattern ?? 0)
      let seen = users.states[Int(user)].seen.count
      if seen > 0 { sum &+= UInt64(users.states[Int(user)].seen[newest: 0]) }
      sum &+= windows.touch(item)
    }
    touched = sum
  }

  @inline(__always)
  private func touchUser(_ row: Int) -> UInt64 {
    UInt64(users.states[row].updated) &+ UInt64(users.states[row].receivedUpdated)
      &+ UInt64(users.states[row].deeds.count) &+ UInt64(users.states[row].seen.count)
      &+ UInt64(users.states[row].authors.entries.count)
      &+ UInt64(users.states[row].topics.entries.count)
      &+ UInt64(users.states[row].types.entries.count)
      &+ UInt64(users.states[row].taste.interests.count)
      &+ UInt64(users.ids.touch(UInt32(row)))
  }

  @inline(__always)
  private func touchItem(_ row: Int) -> UInt64 {
    UInt64(items.facts[row].created) &+ UInt64(items.stats[row].updated)
      &+ UInt64(items.totals[row &* Channel.count])
      &+ UInt64(items.ids.touch(UInt32(row))) &+ UInt64(coEngaged.touch(row))
  }
}
