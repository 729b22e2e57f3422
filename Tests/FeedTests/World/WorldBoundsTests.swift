import Feed
import TestKit
import Testing

@Suite struct WorldBoundsTests {
  let now = Timestamp(milliseconds: 1_767_225_600_000)

  private func published(_ range: Range<Int>, by author: String = "a") -> EventBatch {
    var batch = EventBatch()
    for number in range {
      var item = Item(id: "i\(number)")
      item.author = author
      item.title = "number \(number)"
      item.topic = "t\(number % 5)"
      batch.append(.itemPublished(item), received: now)
    }
    return batch
  }

  @Test func theOldestItemLeavesForTheNewest() {
    var world = World(settings: smallSettings())
    fold(published(0..<1_000), into: &world)
    #expect(world.itemCount == 300 && world.tally.retired == 700)
    #expect(world.item("i699") == nil && world.item("i700") != nil)
    #expect(world.brokenInvariants() == [])
  }

  @Test func usersBeyondTheBoundAreRefused() {
    var world = World(settings: smallSettings())
    fold(published(0..<1), into: &world)
    var outcomes: [Outcome] = []
    for number in 0..<600 {
      var batch = EventBatch()
      let click = Interaction(user: "u\(number)", action: .click, target: "i0", time: now)
      batch.append(.interaction(click), received: now)
      fold(batch, into: &world) { outcomes.append($0) }
    }
    #expect(world.userCount == 500)
    #expect(outcomes.count { $0 == .refused } == 101)
  }

  @Test func followsAndMutesAreBounded() {
    var world = World(settings: smallSettings())
    var batch = EventBatch()
    for number in 0..<30 {
      batch.append(.follow(Follow(follower: "u", followee: "a\(number)", time: now)), received: now)
    }
    for number in 0..<30 {
      var mute = Interaction(user: "u", action: .mute, target: "a\(number)", time: now)
      mute.targetIsAuthor = true
      batch.append(.interaction(mute), received: now)
    }
    fold(batch, into: &world)
    #expect(world.followCount == 10 && world.tally.refused == 20)
    #expect(world.mutedCount("u") == 5)
    batch = EventBatch()
    batch.append(.follow(Follow(follower: "v", followee: "v", time: now)), received: now)
    fold(batch, into: &world) { #expect($0 == .refused) }
  }

  @Test func anErasedUserIsGoneWithAllPosts() {
    var settings = smallSettings()
    settings.itemsMax = 1_000
    var world = World(settings: settings)
    // More posts than the author's own list keeps.
    fold(published(0..<100), into: &world)
    fold(published(100..<110, by: "b"), into: &world)
    var batch = EventBatch()
    for other in ["b", "c"] {
      batch.append(.follow(Follow(follower: "a", followee: other, time: now)), received: now)
      batch.append(.follow(Follow(follower: other, followee: "a", time: now)), received: now)
    }
    batch.append(.userErased(UserErasure(user: "a", time: now)), received: now)
    fold(batch, into: &world) { #expect($0 == .applied) }
    #expect(world.user("a") == nil && world.itemCount == 10 && world.followCount == 0)
    #expect(world.brokenInvariants() == [])
    fold(published(200..<201), into: &world)
    #expect(world.itemCount == 11)
  }

  @Test func anonymousSessionsLeaveWhenIdle() {
    var world = World(settings: smallSettings())
    fold(published(0..<3), into: &world)
    var batch = EventBatch()
    for number in 0..<50 {
      let click = Interaction(user: "anon:\(number)", action: .click, target: "i0", time: now)
      batch.append(.interaction(click), received: now)
      batch.append(
        .follow(Follow(follower: "anon:\(number)", followee: "a", time: now)), received: now)
    }
    let later = now.advanced(milliseconds: 48 * 3_600_000)
    for _ in 0..<300 {
      let click = Interaction(user: "u", action: .click, target: "i1", time: later)
      batch.append(.interaction(click), received: later)
    }
    fold(batch, into: &world)
    #expect(world.userCount == 2 && world.followCount == 0)
    #expect(world.brokenInvariants() == [])
  }

  @Test func expiredItemsAndOldItemsLeave() {
    var settings = smallSettings()
    settings.itemRetentionMs = 3_600_000
    var world = World(settings: settings)
    fold(published(0..<20), into: &world)
    let later = now.advanced(milliseconds: 3_700_000)
    var batch = EventBatch()
    for _ in 0..<20 {
      batch.append(.itemPublished(Item(id: "new")), received: later)
    }
    fold(batch, into: &world)
    #expect(world.itemCount == 1 && world.tally.retired == 20)
  }

  /// What users have to do with an item, by names, which are never used twice.
  @Test func noReferencePointsToAnotherItemInAReusedRow() {
    var chance = SeededGenerator.announced("reused rows")
    var settings = smallSettings()
    settings.itemsMax = 100_000
    var world = World(settings: settings)
    var touched: [String: Set<String>] = [:]
    var authorOf: [String: String] = [:]
    var live: [String] = []
    var serial = 0
    var maxRows = 0
    for round in 0..<60 {
      var batch = EventBatch()
      for _ in 0..<150 {
        serial += 1
        var item = Item(id: "i\(serial)")
        item.author = "a\(chance.below(4))"
        item.topic = "t\(chance.below(3))"
        authorOf[item.id] = item.author
        live.append(item.id)
        batch.append(.itemPublished(item), received: now)
      }
      for _ in 0..<600 {
        let id = live[chance.below(live.count)]
        let user = "u\(chance.below(20))"
        let action: Action = chance.chance(0.5) ? .click : chance.chance(0.5) ? .impression : .hide
        touched[user, default: []].insert(id)
        batch.append(
          .interaction(Interaction(user: user, action: action, target: id, time: now)),
          received: now)
        if chance.chance(0.1) {
          let author = "a\(chance.below(4))"
          batch.append(.follow(Follow(follower: user, followee: author, time: now)), received: now)
        }
      }
      for _ in 0..<(round < 3 ? 0 : 150) {
        let id = live.remove(at: chance.below(live.count))
        batch.append(.itemDeleted(ItemDeletion(id: id, time: now)), received: now)
      }
      fold(batch, into: &world)
      #expect(world.brokenInvariants() == [])
      check(world, touched, authorOf)
      maxRows = max(maxRows, world.itemRows)
    }
    #expect(serial == 9_000 && maxRows < 5_000, "rows are used again: \(maxRows)")
  }

  private func check(
    _ world: borrowing World, _ touched: [String: Set<String>], _ authorOf: [String: String]
  ) {
    var faults: [String] = []
    world.forEachReference { place, holder, row in
      guard world.isLive(ItemRow(row)) else { return }
      let id = world.id(ItemRow(row))
      switch place {
      case .deeds, .seen, .hidden, .taste:
        let user = world.id(UserRow(holder))
        if touched[user]?.contains(id) != true { faults.append("\(place) of \(user): \(id)") }
      case .authorIndex:
        if authorOf[id] != world.id(UserRow(holder)) { faults.append("posts of \(holder): \(id)") }
      case .coEngaged:
        let item = world.id(ItemRow(holder))
        let isJoined = touched.values.contains { $0.contains(item) && $0.contains(id) }
        if !isJoined { faults.append("after \(item): \(id)") }
      case .trending, .popular:
        if !touched.values.contains(where: { $0.contains(id) }) { faults.append("\(place): \(id)") }
      case .inbox, .fresh:
        break
      }
    }
    #expect(faults == [])
  }
}
