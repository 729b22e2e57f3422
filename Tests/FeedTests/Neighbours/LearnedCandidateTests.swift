import Feed
import TestKit
import Testing

/// What learned neighbours do to the source `co_engaged`.
@Suite struct LearnedCandidateTests {
  private static let trust = 2.0

  /// A pipeline of the source alone, and the board that it reads.
  private func pipeline(
    _ scene: Scene, trust: Double = LearnedCandidateTests.trust, weight: String = "co_engaged"
  ) -> (Pipeline, NeighbourBoard) {
    let board = NeighbourBoard()
    var configuration = scene.only(.coEngaged, weights: [weight: 1])
    configuration.surfaces["only"]?.learnedNeighbours = trust
    return (Pipeline(configuration, neighbours: board), board)
  }

  private func table(_ lists: [String: [(String, Float)]]) throws -> NeighbourTable {
    var draft = NeighbourDraft(name: "learned", pairsMax: 10_000)
    for (item, list) in lists.sorted(by: { $0.key < $1.key }) {
      try draft.set(item, list.map { .init(item: $0.0, weight: $0.1) })
    }
    return draft.table(made: .zero)
  }

  @Test func anItemThatNobodyWasSeenToGoOnFromHasNeighbours() throws {
    let scene = Scene()
    for item in ["a", "b", "c", "d"] { scene.post(item) }
    let (pipeline, board) = pipeline(scene)
    let request = scene.request("") { $0.item = "a" }
    #expect(try scene.rank(request, pipeline).servedBy == .popular)
    board.set(try table(["a": [("b", 0.25), ("c", 0.5), ("gone", 0.2)]]))
    let set = try scene.rank(request, pipeline)
    #expect(scene.items(set) == ["c", "b"])
    #expect(set.servedBy == .full && set.reason(at: 0) == .coEngaged)
    // 2 · 0.5 ÷ (2 + ½): the unknown item has taken its share and brings nothing.
    #expect(abs(set.score(at: 0) - SourceTests.lifted(0.4)) < 2e-3)
    board.set(nil)
    #expect(try scene.rank(request, pipeline).servedBy == .popular)
  }

  @Test func theLastItemsOfTheVisitPullTheirNeighbours() throws {
    let scene = Scene()
    for item in ["a", "b", "c", "d"] { scene.post(item) }
    let (pipeline, board) = pipeline(scene, weight: "next")
    board.set(try table(["a": [("c", 1)], "b": [("d", 1)]]))
    scene.act("ann", .click, "a", session: "s")
    scene.act("ann", .click, "b", session: "s")
    let set = try scene.rank(scene.request("ann"), pipeline)
    #expect(Set(scene.items(set)).isSuperset(of: ["c", "d"]))
    // `next` is of the very last item alone.
    #expect(scene.items(set).first == "d")
    #expect(abs(set.score(at: 0) - SourceTests.lifted(0.8)) < 2e-3)
  }

  @Test func asMuchAsIsSeenTheLearnedIsForgotten() throws {
    let scene = Scene()
    for item in ["a", "b", "c"] { scene.post(item) }
    let (pipeline, board) = pipeline(scene)
    board.set(try table(["a": [("b", 1)]]))
    let request = scene.request("") { $0.item = "a" }
    #expect(try scene.items(scene.rank(request, pipeline)) == ["b"])
    for user in 0..<3 {
      scene.act("u\(user)", .click, "a", session: "s\(user)")
      scene.act("u\(user)", .click, "c", session: "s\(user)")
    }
    #expect(try scene.items(scene.rank(request, pipeline)) == ["c", "b"])
    let off = self.pipeline(scene, trust: 0)
    off.1.set(try table(["a": [("b", 1)]]))
    #expect(try scene.items(scene.rank(request, off.0)) == ["c"])
  }

  @Test func whatIsDeletedDoesNotComeNorWhoeverHasItsRow() throws {
    let scene = Scene()
    for item in ["a", "b", "c"] { scene.post(item) }
    let (pipeline, board) = pipeline(scene)
    board.set(try table(["a": [("b", 0.6), ("c", 0.4)]]))
    let request = scene.request("") { $0.item = "a" }
    scene.delete("b")
    // Enough events for a sweep to free the row, and items to take it.
    for number in 0..<3_000 { scene.act("u", .impression, number.isMultiple(of: 2) ? "a" : "c") }
    for number in 0..<5 { scene.post("n\(number)") }
    #expect(try scene.items(scene.rank(request, pipeline)) == ["c"])
    scene.post("b")
    #expect(try scene.items(scene.rank(request, pipeline)) == ["b", "c"])
  }

  /// The formula over all items, one by one, beside the source.
  @Test func valuesAreThoseOfTheFormula() throws {
    var chance = SeededGenerator.announced("learned and live neighbours")
    let scene = Scene()
    let items = (0..<15).map { "i\($0)" }
    for item in items { scene.post(item) }
    // What follows what, once each: a click weighs 1 and nothing decays while the clock stands.
    var live: [String: [String: Double]] = [:]
    for session in 0..<25 {
      let two = Array(items.shuffled(using: &chance).prefix(2))
      for item in two { scene.act("u\(session)", .click, item, session: "s\(session)") }
      live[two[0], default: [:]][two[1], default: 0] += 1
    }
    var lists: [String: [(String, Float)]] = [:]
    for item in items where Bool.random(using: &chance) {
      let others = (items + ["none"]).filter { $0 != item }.shuffled(using: &chance).prefix(4)
      lists[item] = others.map { ($0, Float.random(in: 0.05...0.25, using: &chance)) }
    }
    let (pipeline, board) = pipeline(scene)
    board.set(try table(lists))
    for visit in 0..<20 {
      let user = "reader \(visit)"
      let last = Array(items.shuffled(using: &chance).prefix(Int.random(in: 1...4, using: &chance)))
      for item in last { scene.act(user, .click, item, session: user) }
      // Each click of the visit follows those before it too.
      for after in last.indices {
        for before in max(0, after - 5)..<after {
          live[last[before], default: [:]][last[after], default: 0] += 1 / Double(after - before)
        }
      }
      let set = try scene.rank(scene.request(user), pipeline)
      guard set.servedBy == .full else { continue }
      for place in 0..<set.count {
        let item = scene.world.id(set.row(at: place))
        let value = Self.value(of: item, after: last.reversed(), live, lists)
        #expect(
          abs(set.score(at: place) - SourceTests.lifted(Float(value))) < 5e-3,
          "visit \(visit): \(item)")
      }
    }
  }

  private static func value(
    of item: String, after last: [String], _ live: [String: [String: Double]],
    _ lists: [String: [(String, Float)]]
  ) -> Double {
    var (above, below) = (0.0, 0.5)
    for (place, before) in last.prefix(3).enumerated() {
      let distance = Double(place + 1)
      above += (live[before]?[item] ?? 0) / distance
      below += (live[before]?.values.reduce(0, +) ?? 0) / distance
      guard let list = lists[before] else { continue }
      above += trust * Double(list.first { $0.0 == item }?.1 ?? 0) / distance
      below += trust / distance
    }
    return above / below
  }
}
