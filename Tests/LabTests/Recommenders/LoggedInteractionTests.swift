import Feed
import Lab
import TestKit
import Testing

@Suite struct LoggedInteractionTests {
  private static let strengths: [String: Double] = ["click": 1, "like": 3, "hide": -4]

  private static func set(_ events: [Event], leastUsers: Int = 1) throws -> InteractionSet {
    var batch = EventBatch()
    for event in events { batch.append(event, received: Timestamp(milliseconds: 9_000)) }
    var logged = LoggedInteractions(strengths: strengths)
    for index in 0..<batch.count {
      RecordView.over(batch.bytes, batch.range(index)) { logged.take($0) }
    }
    return logged.interactions(leastUsers: leastUsers)
  }

  private static func did(_ user: String, _ action: Action, _ item: String, at: Int64) -> Event {
    .interaction(
      Interaction(
        user: user, action: action, target: item, time: Timestamp(milliseconds: at * 1_000)))
  }

  private static func pairs(_ set: InteractionSet) -> [String] {
    set.entries.map { "\(set.users[Int($0.user)])-\(set.items[Int($0.item)]) \($0.value)" }.sorted()
  }

  @Test func whatWasDoneAddsUpAndWhatIsHiddenIsNotHeldTo() throws {
    var about = Interaction(
      user: "ada", action: .click, target: "bob", time: Timestamp(milliseconds: 1))
    about.targetIsAuthor = true
    let set = try Self.set([
      Self.did("ada", .click, "x", at: 5), Self.did("ada", .like, "x", at: 3),
      Self.did("ada", .impression, "y", at: 4), Self.did("ada", .click, "z", at: 5),
      Self.did("ada", .hide, "z", at: 6), Self.did("bob", .like, "z", at: 7),
      .interaction(about),
    ])
    #expect(Self.pairs(set) == ["ada-x 4.0", "bob-z 3.0"])
    #expect(set.entries.first?.time == 5)
  }

  @Test func whatWasErasedOrDeletedBeforeCountsForNothing() throws {
    let time = Timestamp(milliseconds: 8_000)
    let set = try Self.set([
      Self.did("ada", .like, "x", at: 1), Self.did("bob", .like, "x", at: 1),
      Self.did("bob", .like, "y", at: 1), .userErased(UserErasure(user: "ada", time: time)),
      .itemDeleted(ItemDeletion(id: "y", time: time)), Self.did("ada", .click, "y", at: 2),
      .itemDeleted(ItemDeletion(id: "never seen", time: time)),
    ])
    #expect(Self.pairs(set) == ["ada-y 1.0", "bob-x 3.0"])
  }

  @Test func itemsOfFewUsersAreLeftOut() throws {
    let set = try Self.set(
      [
        Self.did("ada", .like, "x", at: 1), Self.did("ada", .like, "x", at: 2),
        Self.did("bob", .like, "x", at: 1), Self.did("bob", .like, "y", at: 1),
        Self.did("bob", .like, "y", at: 2),
      ], leastUsers: 2)
    #expect(Self.pairs(set) == ["ada-x 6.0", "bob-x 3.0"])
  }
}
