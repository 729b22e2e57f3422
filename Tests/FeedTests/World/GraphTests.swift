import Feed
import TestKit
import Testing

@Suite struct GraphTests {
  @Test func inboxesKeepTheNewestAsAnArrayWould() {
    var chance = SeededGenerator.announced("inboxes against arrays")
    for capacity in [1, 31, 62, 200] {
      var store = InboxStore(capacity: capacity)
      let bound = (capacity + 30) / 31 * 31
      var naive = [[UInt32]](repeating: [], count: 5)
      var dead: Set<UInt32> = []
      store.reserve(users: 5)
      for row in 0..<UInt32(3_000) {
        let user = chance.below(5)
        if naive[user].count % 31 == 0, naive[user].count >= bound { naive[user].removeFirst(31) }
        naive[user].append(row)
        store.push(row, to: UInt32(user))
        if chance.chance(0.3) { dead.insert(UInt32(chance.below(Int(row) + 1))) }
        if chance.chance(0.02) {
          naive[user].removeAll { dead.contains($0) }
          store.sweep(UInt32(user)) { !dead.contains($0) }
        }
        if chance.chance(0.005) {
          naive[user] = []
          store.removeAll(UInt32(user))
        }
        let limit = chance.chance(0.5) ? Int.max : chance.below(100)
        var seen: [UInt32] = []
        store.newest(UInt32(user)) { row in
          guard seen.count < limit else { return false }
          seen.append(row)
          return true
        }
        #expect(seen == Array(naive[user].reversed().prefix(limit)))
        #expect(store.count(UInt32(user)) == naive[user].count)
        #expect(naive[user].count <= bound)
      }
      #expect(store.writes == 3_000)
    }
  }

  @Test func theGraphIsASetOfEdges() {
    var chance = SeededGenerator.announced("follow graph against sets")
    var graph = FollowGraph()
    var naive: [UInt32: [UInt32: Float]] = [:]
    for _ in 0..<20_000 {
      let (a, b) = (UInt32(chance.below(40)), UInt32(chance.below(40)))
      switch chance.below(20) {
      case 0..<12:
        let weight = Float.random(in: 0...1, using: &chance)
        let known = naive[a]?[b] != nil
        let fits = known || (naive[a]?.count ?? 0) < 15
        #expect(graph.follow(a, b, weight: weight, max: 15) == fits)
        if fits { naive[a, default: [:]][b] = weight }
      case 12..<19:
        #expect(graph.unfollow(a, b) == (naive[a]?.removeValue(forKey: b) != nil))
      default:
        graph.removeAll(a)
        naive[a] = [:]
        for other in naive.keys { naive[other]?[a] = nil }
      }
      let edges = graph.followees(of: a)
      #expect(
        Dictionary(uniqueKeysWithValues: edges.map { ($0.followee, $0.weight) }) == naive[a] ?? [:])
      let followers = Set(naive.filter { $0.value[b] != nil }.keys)
      #expect(Set(graph.followers(of: b)) == followers)
      #expect(graph.followerCount(of: b) == followers.count)
      #expect(graph.edgeCount == naive.values.reduce(0) { $0 + $1.count })
    }
  }

  @Test func anAuthorsNewestPostsAreThere() {
    var chance = SeededGenerator.announced("author index")
    var index = AuthorIndex(capacity: 40)
    var naive: [UInt32] = []
    var removed = 0
    for row in 0..<UInt32(2_000) {
      index.add(row, author: 2)
      naive.append(row)
      if chance.chance(0.1) {
        let gone = naive.remove(at: max(0, naive.count - 1 - chance.below(30)))
        index.remove(gone, author: 2)
        removed += 1
      }
      let limit = chance.below(60)
      let newest = Array(index.newest(2, limit: limit))
      #expect(newest == Array(naive.suffix(newest.count)))
      // A trim leaves 40, of which removals since then may have taken some.
      #expect(newest.count >= min(limit, naive.count, 40) - 10)
      #expect(newest.count <= min(limit, 40))
      if removed == 0 { #expect(newest.count == min(limit, 40, naive.count)) }
    }
    #expect(index.newest(7, limit: 3).isEmpty)
  }

  @Test func successorsWeighAsInATable() {
    var chance = SeededGenerator.announced("co-engagement")
    var store = CoEngagement(capacity: 20, halfLifeMs: 1_800_000)
    var naive: [UInt32: Double] = [:]
    var now: UInt32 = 1_767_225_600
    for _ in 0..<3_000 {
      let pause = UInt32(chance.below(120))
      now += pause
      let next = UInt32(chance.below(15))
      store.add(next, after: 5, weight: 0.5, second: now)
      for key in naive.keys { naive[key]? *= exponential(-Double(pause) / 1_800) }
      naive[next, default: 0] += 0.5
    }
    guard let list = store.successors(of: 5) else {
      Issue.record("no successors")
      return
    }
    let factor = store.factor(list, second: now)
    #expect(Set(list.entries.map(\.row)) == Set(naive.keys))
    for entry in list.entries {
      let exact = naive[entry.row] ?? 0
      #expect(abs(Double(entry.weight * factor) - exact) <= exact * 1e-4)
    }
    store.removeAll(5)
    #expect(store.successors(of: 5) == nil)
  }

  private func exponential(_ exponent: Double) -> Double {
    Double(Decay.factor(elapsed: Int64(-exponent * 1e9), halfLife: 1_000_000_000))
  }

  @Test func aFullListOfSuccessorsLosesItsWeakest() {
    var store = CoEngagement(capacity: 3, halfLifeMs: 1_800_000)
    for (row, weight) in [(1, 3), (2, 1), (3, 2), (4, 0.5)] as [(UInt32, Float)] {
      store.add(row, after: 0, weight: weight, second: 1_767_225_600)
    }
    #expect(Set(store.successors(of: 0)?.entries.map(\.row) ?? []) == [1, 3, 4])
    store.sweep(0) { $0 != 3 }
    #expect(Set(store.successors(of: 0)?.entries.map(\.row) ?? []) == [1, 4])
  }

  /// Lists longer than the loops' vectors, with rows and weights whose bits look alike.
  @Test(arguments: [1, 7, 8, 9, 16, 23, 40])
  func aLongListOfSuccessorsIsThatOfALoop(capacity: Int) {
    var chance = SeededGenerator.announced("successors of \(capacity)")
    var store = CoEngagement(capacity: capacity, halfLifeMs: 1_800_000)
    var naive: [(row: UInt32, weight: Float)] = []
    for _ in 0..<400 {
      let weight = Float(1 + chance.below(9))
      // Half of the rows are the bits of a weight.
      let row =
        chance.below(2) == 0
        ? Float(1 + chance.below(9)).bitPattern
        : UInt32(chance.below(60))
      store.add(row, after: 0, weight: weight, second: 1_767_225_600)
      if let place = naive.firstIndex(where: { $0.row == row }) {
        naive[place].weight += weight
      } else if naive.count < capacity {
        naive.append((row, weight))
      } else if let least = naive.map(\.weight).min(),
        let place = naive.firstIndex(where: { $0.weight == least })
      {
        naive[place] = (row, weight)
      }
    }
    let entries = store.successors(of: 0)?.entries ?? []
    #expect(entries.map(\.row) == naive.map(\.row))
    #expect(entries.map(\.weight) == naive.map(\.weight))
  }

  @Test func topListsHoldWhatASortWould() {
    var chance = SeededGenerator.announced("top lists against a sort")
    var lists = TopLists(capacity: 25)
    var keys: [UInt32: Double] = [:]
    for step in 0..<5_000 {
      let row = UInt32(chance.below(200))
      // Keys only rise, and no two are equal.
      let key = max(keys[row] ?? 0, Double(step) / 1_000 + Double.random(in: 0...5, using: &chance))
      keys[row] = key
      lists.note(row, key: key, .topic, 3)
      let best = keys.sorted { $0.value > $1.value }.prefix(25).map(\.key)
      #expect(Set(lists.list(.topic, 3)?.rows ?? []) == Set(best))
    }
    for list in 0..<lists.sweepCount { lists.sweep(list) { $0 % 2 == 0 } }
    #expect(lists.list(.topic, 3)?.rows.allSatisfy { $0 % 2 == 0 } == true)
  }
}
