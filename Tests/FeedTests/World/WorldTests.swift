import Feed
import TestKit
import Testing

/// A world whose bounds are low enough to be met.
func smallSettings() -> WorldSettings {
  var settings = WorldSettings()
  settings.itemsMax = 300
  settings.usersMax = 500
  settings.dimension = 16
  settings.dedupEvents = 4_096
  settings.windowBlocksMax = 500
  settings.topListItems = 30
  settings.smallAuthorFollowers = 5
  settings.celebrityFollowers = 25
  settings.inboxItems = 62
  settings.authorItems = 20
  settings.followsMax = 10
  settings.userActions = 20
  settings.seenItems = 40
  settings.affinityEntries = 6
  settings.mutesMax = 5
  settings.coEngagedItems = 8
  return settings
}

/// Folds a batch into a World under the offsets after its own.
func fold(_ batch: EventBatch, into world: inout World, _ note: (Outcome) -> Void = { _ in }) {
  for index in 0..<batch.count {
    let offset = Offset(world.offset.value &+ 1)
    note(RecordView.over(batch.bytes, batch.range(index)) { world.apply(offset, $0) })
  }
}

func payload(_ world: borrowing World) throws -> [UInt8] {
  // The writer's closure is escaping and so can't fill a local array.
  let sink = Sink()
  var writer = SnapshotWriter { view in view.append(to: &sink.bytes) }
  try world.encode(&writer)
  _ = try writer.finish()
  return sink.bytes
}

private final class Sink {
  var bytes: [UInt8] = []
}

func restore(_ bytes: [UInt8], _ settings: WorldSettings) throws(SnapshotError) -> World {
  var world = World(settings: settings)
  try RecordView.over(bytes, 0..<bytes.count) { view throws(SnapshotError) in
    world = try World(settings: settings, payload: view)
  }
  return world
}

@Suite struct WorldTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func theSameLogGivesTheSameWorld(seed: UInt64) {
    print("same log, same world: seed \(seed)")
    var events = RandomEvents(SeededGenerator(seed: seed))
    let batch = events.batch(20_000)
    var worlds: [UInt64] = []
    for _ in 0..<2 {
      var world = World(settings: smallSettings())
      fold(batch, into: &world)
      #expect(world.brokenInvariants() == [])
      #expect(world.tally.applied > 10_000)
      #expect(world.tally.duplicates > 100 && world.tally.late > 10 && world.tally.unknown > 10)
      worlds.append(world.digest())
    }
    #expect(worlds[0] == worlds[1] && worlds[0] != 0)
  }

  @Test func anotherLogGivesAnotherWorld() {
    var events = RandomEvents(SeededGenerator(seed: 5))
    let batch = events.batch(500)
    var first = World(settings: smallSettings())
    var second = World(settings: smallSettings())
    fold(batch, into: &first)
    fold(batch, into: &second)
    #expect(first.digest() == second.digest())
    var one = EventBatch()
    one.append(
      .interaction(
        Interaction(user: "u1", action: .click, target: events.items[0], time: events.now)),
      received: events.now)
    fold(one, into: &second)
    #expect(first.digest() != second.digest())
  }

  /// Whoever hides an item and then reports it sees it once among what is hidden.
  @Test func anItemIsHiddenOnce() {
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    var world = World(settings: smallSettings())
    var batch = EventBatch()
    for id in ["a", "b"] { batch.append(.itemPublished(Item(id: id)), received: now) }
    let deeds: [(String, Action)] = [
      ("a", .hide), ("b", .hide), ("a", .report), ("a", .hide), ("a", .notInterested),
    ]
    for (item, action) in deeds {
      let deed = Interaction(user: "ann", action: action, target: item, time: now)
      batch.append(.interaction(deed), received: now)
    }
    fold(batch, into: &world)
    let view = world.view(ofUser: "ann", at: now)
    #expect(view?.actions.count == 5)
    #expect(view?.hidden == ["a", "b"], "newest first")
  }

  @Test(arguments: [11, 12] as [UInt64])
  func aSnapshotIsTheWholeWorld(seed: UInt64) throws {
    print("snapshots: seed \(seed)")
    var events = RandomEvents(SeededGenerator(seed: seed))
    var world = World(settings: smallSettings())
    for _ in 0..<6 {
      fold(events.batch(3_000), into: &world)
      let bytes = try payload(world)
      var copy = try restore(bytes, smallSettings())
      #expect(copy.digest() == world.digest())
      #expect(copy.brokenInvariants() == [])
      #expect(copy.userCount == world.userCount && copy.itemCount == world.itemCount)
      let more = events.batch(3_000)
      fold(more, into: &world)
      fold(more, into: &copy)
      #expect(copy.digest() == world.digest())
    }
  }

  @Test func anEventCountsOnceHoweverOftenItComes() {
    var world = World(settings: smallSettings())
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    var item = Item(id: "i")
    item.author = "a"
    item.eventID = "publish"
    var click = Interaction(user: "u", action: .click, target: "i", time: now)
    click.eventID = "click"
    var once = EventBatch()
    once.append(.itemPublished(item), received: now)
    once.append(.interaction(click), received: now)
    fold(once, into: &world)
    var first: [Outcome] = []
    for _ in 0..<1_000 { fold(once, into: &world) { first.append($0) } }
    #expect(first.count == 2_000 && first.allSatisfy { $0 == .duplicate })
    #expect(world.tally.applied == 2 && world.tally.duplicates == 2_000)
    #expect(world.itemCount == 1 && world.userCount == 2)
    // Another user's event of the same name is another event.
    click.user = "v"
    var other = EventBatch()
    other.append(.interaction(click), received: now)
    fold(other, into: &world) { #expect($0 == .applied) }
  }

  @Test func anOffsetIsFoldedInOnce() {
    var events = RandomEvents(SeededGenerator(seed: 8))
    let batch = events.batch(100)
    var world = World(settings: smallSettings())
    fold(batch, into: &world)
    let digest = world.digest()
    for index in 0..<batch.count {
      let outcome = RecordView.over(batch.bytes, batch.range(index)) {
        world.apply(Offset(UInt64(index + 1)), $0)
      }
      #expect(outcome == .duplicate)
    }
    #expect(world.digest() == digest)
  }

  @Test func foreseesWhatApplyFinds() {
    var events = RandomEvents(SeededGenerator.announced("foresee against apply"))
    var world = World(settings: smallSettings())
    for _ in 0..<10_000 {
      let batch = events.batch(1)
      let foreseen = RecordView.over(batch.bytes, batch.range(0)) { world.foresee($0) }
      fold(batch, into: &world) { outcome in
        switch foreseen {
        case .duplicate, .unknownTarget: #expect(outcome == foreseen)
        case .poison: Issue.record("a valid event is no poison")
        default: #expect(outcome != .duplicate)
        }
      }
    }
  }

  @Test func unknownTargetsChangeNothingThatIsServed() {
    var world = World(settings: smallSettings())
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    var batch = EventBatch()
    batch.append(
      .interaction(Interaction(user: "u", action: .like, target: "none", time: now)), received: now)
    batch.append(.itemDeleted(ItemDeletion(id: "none", time: now)), received: now)
    batch.append(.itemChanged(Item(id: "none")), received: now)
    batch.append(.userErased(UserErasure(user: "nobody", time: now)), received: now)
    batch.append(.unfollow(Follow(follower: "x", followee: "y", time: now)), received: now)
    fold(batch, into: &world) { #expect($0 == .unknownTarget) }
    #expect(world.tally.unknown == 5 && world.itemCount == 0)
    #expect(world.brokenInvariants() == [])
  }

  @Test func implicitItemsAreMadeAndLaterFilled() {
    var world = World(settings: smallSettings())
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    var click = Interaction(user: "u", action: .click, target: "i", time: now)
    click.createsItem = true
    var item = Item(id: "i")
    item.author = "a"
    var batch = EventBatch()
    batch.append(.interaction(click), received: now)
    batch.append(.itemPublished(item), received: now)
    fold(batch, into: &world) { #expect($0 == .applied) }
    #expect(world.itemCount == 1)
  }
}
