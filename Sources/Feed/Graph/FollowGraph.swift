/// Who follows whom, in both directions.
package struct FollowGraph {
  /// An edge as its follower holds it.
  package struct Edge: BitwiseCopyable {
    package var followee: UInt32
    /// Above 0, at most 1.
    package var weight: Float
  }

  private var outgoing: [[Edge]] = []
  private var incoming: [[UInt32]] = []
  package private(set) var edgeCount = 0

  /// Whom a user follows.
  package func followees(of user: UInt32) -> [Edge] {
    Int(user) < outgoing.count ? outgoing[Int(user)] : []
  }

  /// Who follows a user, in no order.
  package func followers(of user: UInt32) -> [UInt32] {
    Int(user) < incoming.count ? incoming[Int(user)] : []
  }

  /// How many follow a user.
  @inline(__always)
  package func followerCount(of user: UInt32) -> Int {
    Int(user) < incoming.count ? incoming[Int(user)].count : 0
  }

  /// Adds an edge or sets its weight.
  ///
  /// - Returns: false when the user already follows `max` others.
  package mutating func follow(_ follower: UInt32, _ followee: UInt32, weight: Float, max: Int)
    -> Bool
  {
    while outgoing.count <= Int(Swift.max(follower, followee)) {
      outgoing.append([])
      incoming.append([])
    }
    if let place = outgoing[Int(follower)].firstIndex(where: { $0.followee == followee }) {
      outgoing[Int(follower)][place].weight = weight
      return true
    }
    guard outgoing[Int(follower)].count < max else { return false }
    outgoing[Int(follower)].append(Edge(followee: followee, weight: weight))
    incoming[Int(followee)].append(follower)
    edgeCount += 1
    return true
  }

  /// Removes an edge.
  ///
  /// - Returns: whether there was one.
  /// - Complexity: O(followees of one + followers of the other).
  @discardableResult
  package mutating func unfollow(_ follower: UInt32, _ followee: UInt32) -> Bool {
    guard Int(follower) < outgoing.count, Int(followee) < incoming.count,
      let place = outgoing[Int(follower)].firstIndex(where: { $0.followee == followee })
    else { return false }
    outgoing[Int(follower)].remove(at: place)
    if let other = incoming[Int(followee)].firstIndex(of: follower) {
      incoming[Int(followee)].swapAt(other, incoming[Int(followee)].count - 1)
      incoming[Int(followee)].removeLast()
    }
    edgeCount -= 1
    return true
  }

  /// Removes every edge of a user.
  package mutating func removeAll(_ user: UInt32) {
    for edge in followees(of: user) { unfollow(user, edge.followee) }
    for follower in followers(of: user) { unfollow(follower, user) }
  }

  package init() {}

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt64(outgoing.count))
    for row in outgoing.indices {
      try writer.put(column: outgoing[row])
      try writer.put(column: incoming[row])
    }
  }

  init(_ reader: inout SnapshotReader) throws(SnapshotError) {
    for _ in 0..<(try reader.length(stride: 16)) {
      outgoing.append(try reader.column(of: Edge.self))
      incoming.append(try reader.column(of: UInt32.self))
      edgeCount += outgoing[outgoing.count - 1].count
    }
  }
}

extension FollowGraph {
  /// Whether every edge is between `users`.
  func isSound(users: Int) -> Bool {
    outgoing.count <= users
      && outgoing.allSatisfy { edges in edges.allSatisfy { $0.followee < outgoing.count } }
      && incoming.allSatisfy { rows in rows.allSatisfy { $0 < outgoing.count } }
  }
}
