/// The newest posts of each author: read at request time for celebrities (fan-out on read), and
/// when somebody starts to follow an author.
package struct AuthorIndex {
  private var lists: [[UInt32]] = []
  private let capacity: Int

  package init(capacity: Int) { self.capacity = capacity }

  /// Adds an author's newest post; the oldest beyond the bound goes.
  package mutating func add(_ row: UInt32, author: UInt32) {
    while lists.count <= Int(author) { lists.append([]) }
    // Trimmed by a quarter at a time, so that a post does not move the whole list.
    if lists[Int(author)].count >= capacity + capacity / 4 {
      lists[Int(author)].removeFirst(lists[Int(author)].count - capacity + 1)
    }
    lists[Int(author)].append(row)
  }

  /// Removes a post.
  package mutating func remove(_ row: UInt32, author: UInt32) {
    guard Int(author) < lists.count, let place = lists[Int(author)].lastIndex(of: row) else {
      return
    }
    lists[Int(author)].remove(at: place)
  }

  /// An author's posts, oldest first, at most `limit` and at most the bound.
  package func newest(_ author: UInt32, limit: Int) -> ArraySlice<UInt32> {
    guard Int(author) < lists.count else { return [] }
    return lists[Int(author)].suffix(max(0, min(limit, capacity)))
  }

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(UInt64(lists.count))
    for list in lists { try writer.put(column: list) }
  }

  init(capacity: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    self.capacity = capacity
    for _ in 0..<(try reader.length(stride: 8)) { lists.append(try reader.column(of: UInt32.self)) }
  }
}

extension AuthorIndex {
  /// Whether every post is one of `items`.
  func isSound(items: Int) -> Bool {
    lists.allSatisfy { list in list.allSatisfy { $0 < items } }
  }
}
