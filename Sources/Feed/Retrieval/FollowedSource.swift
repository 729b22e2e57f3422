/// The newest posts of followed authors: from the user's inbox, where small and middle authors'
/// posts were written (push), and from the own index of each followed celebrity (pull).
///
/// The value is the weight of the follow. Both halves check that the author is still followed.
package struct FollowedSource: Source {
  package let name = SourceName.followed

  package init() {}

  package func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError) {
    guard let user = context.user else { return }
    var left = quota - pull(world, context, user, quota: quota / 2, into: &candidates)
    world.inboxes.newest(user.index, limit: .max) { row in
      guard left > 0, context.wants(row, world.items.facts) else { return }
      let weight = context.marks.followees.float(world.items.facts[Int(row)].author)
      guard weight > 0 else { return }
      candidates.add(row, .followed, value: weight)
      left -= 1
    }
  }

  /// Reads celebrities, those who posted last first.
  private func pull(
    _ world: borrowing World, _ context: RankingContext, _ user: UserRow, quota: Int,
    into candidates: inout CandidateSet
  ) -> Int {
    var celebrities: [(post: UInt64, author: UInt32, weight: Float)] = []
    for edge in world.graph.followees(of: user.index)
    where world.tier(UserRow(edge.followee)) == .celebrity {
      celebrities.append((world.users.lastPost[Int(edge.followee)], edge.followee, edge.weight))
    }
    guard !celebrities.isEmpty else { return 0 }
    celebrities.sort { $0.post == $1.post ? $0.author < $1.author : $0.post > $1.post }
    let share = max(1, quota / celebrities.count)
    var found = 0
    for celebrity in celebrities {
      var taken = 0
      for row in world.authors.newest(celebrity.author, limit: .max).reversed() {
        guard taken < share, found < quota else { break }
        guard context.wants(row, world.items.facts) else { continue }
        candidates.add(row, .followed, value: celebrity.weight)
        taken += 1
        found += 1
      }
      if found >= quota { break }
    }
    return found
  }
}
