internal import Sync

/// The pages served last, by request, and their sets, by number: bounded, the least recently used
/// go first. Input threads look things up here without the World.
///
/// Split into parts with a lock each, held for a look-up at most.
final class PageCache: Sendable {
  private let parts: [PageCachePart]

  /// A cache of at most `capacity` pages.
  init(capacity: Int) {
    // One part keeps the order of use exact where there are few pages.
    let count = capacity >= 1_024 ? 16 : 1
    let share = max(1, capacity / count)
    parts = (0..<count).map { _ in PageCachePart(capacity: share) }
  }

  /// The page of a request; it counts as used.
  func page(_ key: PageKey.Cut) -> CachedPage? { part(key).page(key) }

  /// The set of a number; it counts as used.
  func set(_ number: UInt64, user: String) -> RankedSet? {
    for part in parts {
      if let set = part.set(number) { return set.request.user == user ? set : nil }
    }
    return nil
  }

  /// Keeps a page, in place of the one that the request had; that one's set stays for its cursors.
  func keep(_ page: CachedPage, _ key: PageKey.Cut) { part(key).keep(page, key) }

  /// How many pages there are.
  var count: Int { parts.reduce(0) { $0 + $1.count } }

  private func part(_ key: PageKey.Cut) -> PageCachePart { parts[key.spread % parts.count] }
}

/// One part of the cache.
private final class PageCachePart: @unchecked Sendable {
  // Sendable: every access to the state holds the lock.
  private struct Node {
    var key: PageKey.Cut
    var page: CachedPage
    var newer: Int
    var older: Int
  }

  private let lock = Lock()
  private let capacity: Int
  private var nodes: [Node] = []
  private var byKey: [PageKey.Cut: Int] = [:]
  private var byNumber: [UInt64: Int] = [:]
  private var newest = -1
  private var oldest = -1

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { lock.withLock { nodes.count } }

  func page(_ key: PageKey.Cut) -> CachedPage? {
    lock.withLock {
      guard let index = byKey[key] else { return nil }
      use(index)
      return nodes[index].page
    }
  }

  func set(_ number: UInt64) -> RankedSet? {
    lock.withLock {
      guard let index = byNumber[number] else { return nil }
      use(index)
      return nodes[index].page.set
    }
  }

  func keep(_ page: CachedPage, _ key: PageKey.Cut) {
    // The page that goes is freed after the lock is given up.
    let replaced = lock.withLock { put(page, key) }
    withExtendedLifetime(replaced) {}
  }

  private func put(_ page: CachedPage, _ key: PageKey.Cut) -> CachedPage? {
    if let index = byNumber[page.set.number] {
      let old = nodes[index].page
      nodes[index].page = page
      byKey[key] = index
      use(index)
      return old
    }
    var replaced: CachedPage?
    let index: Int
    if nodes.count < capacity {
      index = nodes.count
      nodes.append(Node(key: key, page: page, newer: -1, older: -1))
    } else {
      index = oldest
      unlink(index)
      replaced = nodes[index].page
      byNumber[nodes[index].page.set.number] = nil
      if byKey[nodes[index].key] == index { byKey[nodes[index].key] = nil }
      nodes[index] = Node(key: key, page: page, newer: -1, older: -1)
    }
    byKey[key] = index
    byNumber[page.set.number] = index
    link(index)
    return replaced
  }

  private func use(_ index: Int) {
    guard index != newest else { return }
    unlink(index)
    link(index)
  }

  private func unlink(_ index: Int) {
    let node = nodes[index]
    if node.newer >= 0 { nodes[node.newer].older = node.older } else { newest = node.older }
    if node.older >= 0 { nodes[node.older].newer = node.newer } else { oldest = node.newer }
    nodes[index].newer = -1
    nodes[index].older = -1
  }

  private func link(_ index: Int) {
    nodes[index].older = newest
    if newest >= 0 { nodes[newest].newer = index }
    newest = index
    if oldest < 0 { oldest = index }
  }
}
