import Feed
import Lab
import TestKit
import Testing

@Suite struct LoggedTableTests {
  private let start = Timestamp(milliseconds: 1_767_225_600_000)

  private func at(_ hour: Int) -> Timestamp {
    start.advanced(milliseconds: Int64(hour) * 3_600_000)
  }

  private func page(_ request: String, _ items: [String], hour: Int) -> PageServed {
    var page = PageServed(
      user: "bob", surface: "home", requestID: request, offset: .zero, servedBy: 0,
      time: at(hour), entries: items.map { .init(item: $0, score: 1, sources: 3) })
    page.features = [Feature.followed.rawValue, Feature.similarity.rawValue]
    page.requestFeatures = [0.25]
    for place in page.entries.indices {
      page.entries[place].position = UInt16(place + 1)
      page.entries[place].propensity = place == 1 ? 0.5 : 1
      page.entries[place].features = [Float(place)]
    }
    return page
  }

  @Test func pagesBecomeRequestsWithTheirLabelsAndPlaces() throws {
    let log = MemoryLog()
    var batch = EventBatch()
    batch.append(.pageServed(page("r1", ["a", "b", "c"], hour: 1)), received: at(1))
    for (action, item) in [
      (Action.click, "a"), (.like, "a"), (.click, "b"), (.hide, "b"),
    ] {
      var interaction = Interaction(user: "bob", action: action, target: item, time: at(1))
      interaction.requestID = "r1"
      batch.append(.interaction(interaction), received: at(1))
    }
    var bare = page("r2", ["d"], hour: 2)
    bare.entries[0].features = []
    batch.append(.pageServed(bare), received: at(2))
    batch.append(.pageServed(page("r3", ["e"], hour: 3)), received: at(3))
    // Time enough for all windows to pass.
    batch.append(
      .follow(Follow(follower: "x", followee: "y", time: at(200))), received: at(200))
    _ = try log.append(batch)
    let logged = try LoggedTable(of: JoinedExamples(log, Configuration()))
    let table = try logged.table()
    #expect(logged.pagesWithoutFeatures == 1)
    #expect(table.features == Feature.names && table.groups == [3, 1])
    #expect(table.times == [at(1), at(3)])
    #expect(table.positions == [0, 1, 2, 0] && table.propensities == [1, 0.5, 1, 1])
    // A like is worth more than a click, and what was hidden nothing.
    #expect(table.grades == [2, 0, 0, 0])
    #expect(table.isPositive(.click) == [true, true, false, false])
    #expect(table.isPositive(.hide) == [false, true, false, false])
    let width = Feature.allCases.count
    #expect(table.values[Int(Feature.followed.rawValue)] == 0.25)
    #expect(table.values[2 * width + Int(Feature.similarity.rawValue)] == 2)
    #expect(table.values[Int(Feature.recency.rawValue)].isNaN)
  }
}
