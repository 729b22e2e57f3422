internal import Index

/// The users, one state a row. Rows of erased users wait for a sweep before they are used again.
struct UserTable {
  var ids = IdentifierTable()
  var states: [UserState] = []
  var anonymous = RowSet()
  /// Whether a row holds a user.
  var isLive: [Bool] = []
  /// The offset of each author's newest post.
  var lastPost: [UInt64] = []
  var free: [UInt32] = []
  var dead: [UInt32] = []

  /// How many users there are.
  var count: Int { ids.count }

  /// Whether a user goes away when idle.
  @inline(__always)
  func isAnonymous(_ row: UInt32) -> Bool { anonymous.contains(row) }

  /// A row for a new identifier.
  mutating func add(_ id: RecordView, isAnonymous: Bool) -> UInt32 {
    let row: UInt32
    if let reused = free.popLast() {
      row = reused
    } else {
      row = UInt32(states.count)
      states.append(UserState())
      isLive.append(true)
      lastPost.append(0)
    }
    ids.insert(id, row: row)
    isLive[Int(row)] = true
    anonymous[row] = isAnonymous
    return row
  }

  /// Forgets a user. Without references elsewhere the row may be used again at once.
  mutating func drop(_ row: UInt32, isReferenced: Bool) {
    ids.remove(row: row)
    states[Int(row)] = UserState()
    anonymous.remove(row)
    isLive[Int(row)] = false
    lastPost[Int(row)] = 0
    if isReferenced { dead.append(row) } else { free.append(row) }
  }

  /// Lets the first `count` dead rows be used again.
  mutating func release(_ count: Int) {
    free.append(contentsOf: dead.prefix(count))
    dead.removeFirst(count)
  }
}

extension UserTable {
  /// Whether every row that a user holds is there, and free rows hold nobody.
  func isSound(items: Int, dimension: Int) -> Bool {
    var isTaken = isLive
    for row in free + dead {
      guard row < states.count, !isTaken[Int(row)] else { return false }
      isTaken[Int(row)] = true
    }
    return isTaken.allSatisfy { $0 }
      && states.allSatisfy {
        $0.isSound(items: items, users: states.count, dimension: dimension)
      }
  }
}
