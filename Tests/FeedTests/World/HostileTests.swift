import Feed
import TestKit
import Testing

/// Damaged bytes are refused or do something; they never trap.
@Suite struct HostileTests {
  private func apply(_ bytes: [UInt8], to world: inout World) -> Outcome {
    let offset = Offset(world.offset.value + 1)
    return RecordView.over(bytes, 0..<bytes.count) { world.apply(offset, $0) }
  }

  @Test func everyTruncationOfARecordIsPoison() {
    var events = RandomEvents(SeededGenerator.announced("truncated records"))
    var world = World(settings: smallSettings())
    let batch = events.batch(300)
    for index in 0..<batch.count {
      let record = Array(batch.bytes[batch.range(index)])
      for length in 0..<record.count {
        let outcome = apply(Array(record.prefix(length)), to: &world)
        guard case .poison = outcome else {
          Issue.record("\(record.prefix(length)) of \(record) gave \(outcome)")
          return
        }
      }
    }
    #expect(world.itemCount == 0 && world.userCount == 0)
  }

  @Test func mutatedRecordsNeverTrap() {
    var chance = SeededGenerator.announced("mutated records")
    var events = RandomEvents(SeededGenerator(seed: chance.next()))
    var world = World(settings: smallSettings())
    fold(events.batch(3_000), into: &world)
    var poison = 0
    for _ in 0..<20_000 {
      let batch = events.batch(1)
      var record = batch.bytes
      for _ in 0...chance.below(3) { record[chance.below(record.count)] = UInt8(chance.below(256)) }
      if case .poison = apply(record, to: &world) { poison += 1 }
    }
    #expect(poison > 100 && poison < 19_000)
    #expect(world.brokenInvariants() == [])
    let digest = world.digest()
    #expect(digest != 0)
  }

  @Test func aCutSnapshotIsRefused() throws {
    var events = RandomEvents(SeededGenerator(seed: 4), users: 10, authors: 3, itemsMax: 20)
    var world = World(settings: smallSettings())
    fold(events.batch(200), into: &world)
    let bytes = try payload(world)
    var refused = 0
    for length in stride(from: 0, to: bytes.count, by: bytes.count / 199) {
      #expect(throws: SnapshotError.self) {
        _ = try restore(Array(bytes.prefix(length)), smallSettings()).offset
      }
      refused += 1
    }
    #expect(refused > 100)
    #expect(throws: SnapshotError.self) { _ = try restore(bytes + [0], smallSettings()).offset }
  }

  /// A checksum stands before every snapshot; should it ever agree with damaged bytes, the World
  /// that comes out must still not trap.
  @Test func aMutatedSnapshotIsRefusedOrServes() throws {
    var chance = SeededGenerator.announced("mutated snapshots")
    var events = RandomEvents(
      SeededGenerator(seed: 4), users: 10, authors: 3, itemsMax: 10)
    var world = World(settings: smallSettings())
    fold(events.batch(80), into: &world)
    let bytes = try payload(world)
    let more = events.batch(20)
    var served = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0...chance.below(3) { damaged[chance.below(bytes.count)] = UInt8(chance.below(256)) }
      do {
        var copy = try restore(damaged, smallSettings())
        fold(more, into: &copy)
        served += 1
      } catch {
        #expect(error.code != .unavailable)
      }
    }
    #expect(served > 0 && served < 20_000)
  }

  @Test func extremeNumbersAreTakenIn() {
    var world = World(settings: smallSettings())
    let times: [Int64] = [.min, -1, 0, 1, 1_767_225_600_000, 4_102_444_800_000, .max]
    for received in times {
      for time in times {
        for value in [Float.nan, .infinity, -.infinity, -1, 0, .greatestFiniteMagnitude] {
          var batch = EventBatch()
          for action in Action.allCases {
            var interaction = Interaction(
              user: "u", action: action, target: "i", time: Timestamp(milliseconds: time))
            interaction.value = value
            interaction.createsItem = true
            batch.append(.interaction(interaction), received: Timestamp(milliseconds: received))
          }
          var item = Item(id: "p\(received)")
          item.created = Timestamp(milliseconds: time)
          item.expires = Timestamp(milliseconds: received)
          item.author = "a"
          item.embedding = [Float](repeating: value, count: 16)
          batch.append(.itemPublished(item), received: Timestamp(milliseconds: received))
          let follow = Follow(
            follower: "u", followee: "a", weight: value, time: Timestamp(milliseconds: time))
          batch.append(.follow(follow), received: Timestamp(milliseconds: received))
          fold(batch, into: &world)
        }
      }
    }
    #expect(world.brokenInvariants() == [])
    #expect(world.digest() != 0)
  }
}
