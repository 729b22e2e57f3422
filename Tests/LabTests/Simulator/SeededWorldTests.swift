import Feed
import Lab
import TestKit
import Testing

@Suite struct SeededWorldTests {
  private let now = Timestamp(milliseconds: 1_767_225_600_000)

  private func small() -> SeededWorld.Size {
    var size = SeededWorld.Size()
    size.users = 200
    size.authors = 100
    size.followsEach = 8
    size.items = 200
    size.interactions = 1_000
    return size
  }

  @Test func equalSeedsGiveEqualWorlds() {
    var first = SeededWorld(seed: 3, size: small())
    var second = SeededWorld(seed: 3, size: small())
    var other = SeededWorld(seed: 4, size: small())
    let history = first.history(now: now)
    #expect(history == second.history(now: now))
    #expect(history != other.history(now: now))
    let page = (1...20).map { "post-\($0)" }
    #expect(
      first.choices(user: 5, page: page, time: now)
        == second.choices(user: 5, page: page, time: now))
  }

  @Test func thePastComesInWholeAndInOrder() throws {
    var world = SeededWorld(seed: 3, size: small())
    let target = try Target()
    var outcomes: [Outcome] = []
    for batch in world.history(now: now, batchEvents: 500) { outcomes += try target.submit(batch) }
    // Only what happened more than an hour before something else is late.
    #expect(outcomes.allSatisfy { $0 == .applied || $0 == .late } && outcomes.count > 3_000)
    #expect(outcomes.count { $0 == .late } == 0)
    #expect(target.items == 200 && target.users == 200)
    let followers = target.engine.read { state in
      (0..<100).compactMap { state.user(world.userNames[$0]).map { state.followers($0) } }
    }
    // A heavy tail: the best known author has several times the followers of the middle one.
    #expect((followers.max() ?? 0) > 4 * followers.sorted()[50])
  }

  @Test func usersClickWhatTheyLikeAndTheTopMore() {
    var world = SeededWorld(seed: 9, size: small())
    _ = world.history(now: now)
    var clicks = [Int](repeating: 0, count: 20)
    let page = (1...20).map { "post-\($0 * 7)" }
    for _ in 0..<50 {
      for user in 0..<200 {
        for choice in world.choices(user: user, page: page, time: now)
        where choice.action == .click {
          if let place = page.firstIndex(of: choice.target) { clicks[place] += 1 }
        }
      }
    }
    #expect(clicks.reduce(0, +) > 1_000)
    #expect(clicks[..<5].reduce(0, +) > clicks[15...].reduce(0, +))
    #expect(world.choices(user: 0, page: ["unknown"], time: now).isEmpty)
    #expect(world.choices(user: -1, page: page, time: now).isEmpty)
  }
}
