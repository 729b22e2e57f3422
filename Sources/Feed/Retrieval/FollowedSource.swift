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
    let left = quota - pull(world, context, user, quota: quota / 2, into: &candidates)
    var found = Found(most: left)
    var inbox: [UInt32] = []
    // The facts of a row are here by the time that some more of the inbox are read.
    world.inboxes.newest(user.index) { row in
      context.fetch(row, world.items.facts.span)
      inbox.append(row)
      if inbox.count > FeatureExtractor.ahead {
        found.take(inbox[inbox.count &- 1 &- FeatureExtractor.ahead], world, context)
      }
      return !found.isFull
    }
    for row in inbox.suffix(FeatureExtractor.ahead) { found.take(row, world, context) }
    candidates.add(found.rows, .followed, values: found.weights)
  }

  /// The newest rows of the inbox that the request wants and that are by followed authors.
  private struct Found {
    let most: Int
    var rows: [UInt32] = []
    var weights: [Float] = []

    init(most: Int) { self.most = most }

    var isFull: Bool { rows.count >= most }

    @inline(__always)
    mutating func take(_ row: UInt32, _ world: borrowing World, _ context: RankingContext) {
      guard !isFull, context.wants(row, world.items.facts.span) else { return }
      let weight = context.marks.followees.float(world.items.facts[Int(row)].author)
      guard weight > 0 else { return }
      rows.append(row)
      weights.append(weight)
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
        guard context.wants(row, world.items.facts.span) else { continue }
        candidates.add(row, .followed, value: celebrity.weight)
        taken += 1
        found += 1
      }
      if found >= quota { break }
    }
    return found
  }
}
