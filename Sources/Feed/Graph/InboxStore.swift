/// The newest posts of followed authors, a list of item rows a user, written when a post is
/// published (fan-out on write).
///
/// Lists are unrolled: blocks of 31 rows from one pool, newest block first, so that a write touches
/// two cache lines and an idle user holds nothing. Beyond the bound the oldest rows are
/// overwritten.
package struct InboxStore {
  private static let rowsPerBlock = 31
  private static let blockWords = 32
  private static let none = UInt32.max

  /// Where a user's list begins: 8 bytes.
  private struct Head {
    /// The newest block.
    var block: UInt32
    /// Rows in all.
    var count: UInt32
  }

  private var heads: [Head] = []
  /// 32 words a block: the next older block, then rows in order of arrival.
  private var pool: [UInt32] = []
  private var free: [UInt32] = []
  private let capacity: Int
  /// Rows written since the start.
  package private(set) var writes: UInt64 = 0

  /// Lists of at most `capacity` rows, rounded up to whole blocks.
  package init(capacity: Int) {
    self.capacity = (capacity + Self.rowsPerBlock - 1) / Self.rowsPerBlock * Self.rowsPerBlock
  }

  /// How many rows a user's list holds.
  package func count(_ user: UInt32) -> Int {
    Int(user) < heads.count ? Int(heads[Int(user)].count) : 0
  }

  /// Makes room for users below `count`.
  package mutating func reserve(users count: Int) {
    while heads.count < count { heads.append(Head(block: Self.none, count: 0)) }
  }

  /// Adds the newest row to a user's list; the user has room (`reserve`).
  @inline(__always)
  package mutating func push(_ row: UInt32, to user: UInt32) {
    writes &+= 1
    let head = heads[Int(user)]
    let filled = Int(head.count) % Self.rowsPerBlock
    if filled != 0 {
      pool[Int(head.block) &* Self.blockWords &+ 1 &+ filled] = row
      heads[Int(user)].count = head.count &+ 1
      return
    }
    pushBlock(row, user)
  }

  /// Adds one row to many lists: the fan-out of a post.
  package mutating func push(_ row: UInt32, toAll users: ArraySlice<UInt32>) {
    for user in users { push(row, to: user) }
  }

  /// Visits a user's rows, newest first, until `body` says false.
  package func newest(_ user: UInt32, _ body: (UInt32) -> Bool) {
    guard Int(user) < heads.count else { return }
    var block = heads[Int(user)].block
    var left = Int(heads[Int(user)].count)
    var filled = (left + Self.rowsPerBlock - 1) % Self.rowsPerBlock + 1
    while left > 0, block != Self.none {
      let base = Int(block) * Self.blockWords
      fetch(pool[base])
      for place in Swift.stride(from: filled, to: 0, by: -1) {
        if !body(pool[base + place]) { return }
      }
      left -= filled
      filled = Self.rowsPerBlock
      block = pool[base]
    }
  }

  @inline(__always)
  private func fetch(_ block: UInt32) {
    guard block != Self.none else { return }
    Prefetch.element(pool.span, Int(block) &* Self.blockWords)
    Prefetch.element(pool.span, Int(block) &* Self.blockWords &+ Self.blockWords / 2)
  }

  /// Empties a user's list.
  package mutating func removeAll(_ user: UInt32) {
    guard Int(user) < heads.count else { return }
    var block = heads[Int(user)].block
    while block != Self.none {
      free.append(block)
      block = pool[Int(block) * Self.blockWords]
    }
    heads[Int(user)] = Head(block: Self.none, count: 0)
  }

  /// Forgets rows that are not live.
  package mutating func sweep(_ user: UInt32, isLive: (UInt32) -> Bool) {
    var rows: [UInt32] = []
    var hasDead = false
    newest(user) { row in
      if isLive(row) { rows.append(row) } else { hasDead = true }
      return true
    }
    guard hasDead else { return }
    let written = writes
    removeAll(user)
    for row in rows.reversed() { push(row, to: user) }
    writes = written
  }

  /// Starts a block: a recycled one when the list is at its bound.
  private mutating func pushBlock(_ row: UInt32, _ user: UInt32) {
    let head = heads[Int(user)]
    var count = head.count
    let block: UInt32
    if Int(count) >= capacity {
      block = detachOldest(head.block)
      count -= UInt32(Self.rowsPerBlock)
    } else if let reused = free.popLast() {
      block = reused
    } else {
      block = UInt32(pool.count / Self.blockWords)
      for _ in 0..<Self.blockWords { pool.append(0) }
    }
    let isOnly = count == 0
    pool[Int(block) * Self.blockWords] = isOnly || block == head.block ? Self.none : head.block
    pool[Int(block) * Self.blockWords + 1] = row
    heads[Int(user)] = Head(block: block, count: count + 1)
  }

  private mutating func detachOldest(_ first: UInt32) -> UInt32 {
    var before = first
    var block = first
    while pool[Int(block) * Self.blockWords] != Self.none {
      before = block
      block = pool[Int(block) * Self.blockWords]
    }
    pool[Int(before) * Self.blockWords] = Self.none
    return block
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: heads)
    try writer.put(column: pool)
    try writer.put(column: free)
    try writer.put(writes)
  }

  init(capacity: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.init(capacity: capacity)
    heads = try reader.column(of: Head.self)
    pool = try reader.column(of: UInt32.self)
    free = try reader.column(of: UInt32.self)
    writes = try reader.number(UInt64.self)
    let blocks = UInt32(clamping: pool.count / Self.blockWords)
    guard heads.allSatisfy({ $0.block == Self.none || $0.block < blocks }) else {
      throw SnapshotReader.ended
    }
  }
}

extension InboxStore {
  /// Whether every list has as many blocks as its count says, shares none, and holds rows of
  /// `items`: what the walks rely on.
  func isSound(items: Int) -> Bool {
    let blocks = pool.count / Self.blockWords
    guard pool.count % Self.blockWords == 0 else { return false }
    var isListed = [Bool](repeating: false, count: blocks)
    for block in free {
      guard Int(block) < blocks, !isListed[Int(block)] else { return false }
      isListed[Int(block)] = true
    }
    for user in heads.indices {
      var block = heads[user].block
      var left = (Int(heads[user].count) + Self.rowsPerBlock - 1) / Self.rowsPerBlock
      while block != Self.none {
        guard left > 0, Int(block) < blocks, !isListed[Int(block)] else { return false }
        isListed[Int(block)] = true
        left -= 1
        block = pool[Int(block) * Self.blockWords]
      }
      guard left == 0 else { return false }
      var isKnown = true
      newest(UInt32(user)) { row in
        isKnown = row < items
        return isKnown
      }
      guard isKnown else { return false }
    }
    return isListed.allSatisfy { $0 }
  }
}
