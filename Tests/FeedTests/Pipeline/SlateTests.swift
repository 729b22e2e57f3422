import Feed
import Index
import TestKit
import Testing

@Suite("Slate")
struct SlateTests {
  /// Brings given items with given scores: the value of the source is the score.
  private struct Given: Source {
    let name: SourceName
    let scores: [String: Float]

    func gather(
      _ world: borrowing World, _ context: RankingContext, quota: Int,
      into candidates: inout CandidateSet
    ) throws(SourceError) {
      for (id, score) in scores.sorted(by: { $0.key < $1.key }) {
        if let row = world.item(id) { candidates.add(row.index, name, value: score) }
      }
    }
  }

  /// What a drawn item is.
  private struct Drawn {
    var id: String
    var author: Int
    var category: Int
    var isFresh: Bool
    var score: Float
    var vector: [Float] = []
  }

  private struct Rules {
    var limit = 10
    var depth = 40
    var authorCap = 0
    var categoryCap = 0
    var runMax = 0
    var lambda = 1.0
    var pool = 12
    var reserved = 0
  }

  private func draw(_ count: Int, _ chance: inout SeededGenerator, into scene: Scene) -> [Drawn] {
    (0..<count).map { index in
      var drawn = Drawn(
        id: "i\(index)", author: chance.below(5), category: chance.below(4),
        isFresh: chance.chance(0.2), score: Float(chance.below(50)) / 16)
      drawn.vector = (0..<8).map { _ in Float(chance.below(200)) / 100 - 0.7 }
      scene.post(drawn.id, by: drawn.author == 0 ? "" : "a\(drawn.author)") {
        $0.category = drawn.category == 0 ? "" : "c\(drawn.category)"
        $0.embedding = drawn.vector
      }
      return drawn
    }
  }

  private func arranged(_ scene: Scene, _ drawn: [Drawn], _ rules: Rules) throws -> [String] {
    var configuration = scene.only(.trending, quota: 1_000, weights: ["trend": 1])
    configuration.surfaces["only"]?.sources["fresh"] = 1_000
    configuration.surfaces["only"]?.limitDefault = rules.limit
    configuration.surfaces["only"]?.depth = rules.depth
    configuration.surfaces["only"]?.authorCap = rules.authorCap
    configuration.surfaces["only"]?.categoryCap = rules.categoryCap
    configuration.surfaces["only"]?.runMax = rules.runMax
    configuration.surfaces["only"]?.mmrLambda = rules.lambda
    configuration.surfaces["only"]?.mmrPool = rules.pool
    configuration.surfaces["only"]?.reserved = ["fresh": rules.reserved]
    var scores: [String: Float] = [:]
    var fresh: [String: Float] = [:]
    for item in drawn {
      scores[item.id] = item.score
      if item.isFresh { fresh[item.id] = 1 }
    }
    let pipeline = Pipeline(
      configuration,
      sources: [Given(name: .trending, scores: scores), Given(name: .fresh, scores: fresh)])
    return try scene.items(scene.rank(scene.request(""), pipeline))
  }

  /// The same by the letter of the rules, comparing everything with everything.
  private func twin(_ scene: Scene, _ drawn: [Drawn], _ rules: Rules) -> [String] {
    var left = drawn.sorted {
      let rows = (scene.world.item($0.id)?.index ?? 0, scene.world.item($1.id)?.index ?? 0)
      return $0.score == $1.score ? rows.0 < rows.1 : $0.score > $1.score
    }
    let scores = drawn.map(\.score)
    let highest = scores.max() ?? 0
    let range = highest - (scores.min() ?? 0)
    let spread = range > 0 ? range : 1
    var isDiverse = rules.lambda < 1
    let lambda = isDiverse ? Float(rules.lambda) : 1
    let index = GraphIndex(dimension: 8, metric: .cosine)
    var rows: [String: UInt32] = [:]
    for (row, item) in drawn.enumerated() {
      rows[item.id] = UInt32(row)
      index.insert(row: UInt32(row), vector: item.vector.span)
    }
    var order: [Drawn] = []
    var page: [Drawn] = []
    func run(_ isSame: (Drawn) -> Bool) -> Int {
      order.reversed().prefix(while: isSame).count
    }
    func capsAllow(_ item: Drawn) -> Bool {
      if rules.authorCap > 0, item.author != 0,
        page.count(where: { $0.author == item.author }) >= rules.authorCap
      {
        return false
      }
      return rules.categoryCap == 0 || item.category == 0
        || page.count { $0.category == item.category } < rules.categoryCap
    }
    func runsAllow(_ item: Drawn) -> Bool {
      guard rules.runMax > 0 else { return true }
      if item.author != 0, run({ $0.author == item.author }) >= rules.runMax { return false }
      return item.category == 0 || run { $0.category == item.category } < rules.runMax
    }
    func value(_ item: Drawn) -> Float {
      var similarity: Float = 0
      for other in page {
        similarity = max(similarity, index.pairwise(rows[item.id] ?? 0, rows[other.id] ?? 0))
      }
      let relevance = 1 - (highest - item.score) / spread
      return isDiverse ? lambda * relevance - (1 - lambda) * similarity : relevance
    }
    func pick() -> Int? {
      let owed = rules.reserved - page.count { $0.isFresh }
      if owed > 0, rules.limit - page.count <= owed,
        let place = left.firstIndex(where: { $0.isFresh && capsAllow($0) && runsAllow($0) })
      {
        return place
      }
      var best: Int?
      for place in left.indices.prefix(isDiverse ? rules.pool : 1)
      where capsAllow(left[place]) && runsAllow(left[place]) {
        if best.map({ value(left[place]) > value(left[$0]) }) ?? true { best = place }
      }
      return best ?? left.firstIndex { capsAllow($0) && runsAllow($0) }
        ?? left.firstIndex { capsAllow($0) } ?? left.indices.first
    }
    while order.count < rules.depth, !left.isEmpty {
      if order.count % rules.limit == 0 { page = [] }
      if order.count == rules.limit * GreedySlate.diversePages { isDiverse = false }
      guard let place = pick() else { break }
      let item = left.remove(at: place)
      page.append(item)
      order.append(item)
    }
    return order.map(\.id)
  }

  @Test("the slate is that of the rules read to the letter")
  func twins() throws {
    var chance = SeededGenerator.announced("slate")
    for _ in 0..<60 {
      let scene = Scene()
      let drawn = draw(20 + chance.below(80), &chance, into: scene)
      var rules = Rules()
      rules.limit = 3 + chance.below(15)
      rules.depth = rules.limit + chance.below(60)
      rules.authorCap = chance.below(4)
      rules.categoryCap = chance.below(5)
      rules.runMax = chance.below(4)
      rules.lambda = [1, 0.9, 0.7, 0.3][chance.below(4)]
      rules.pool = 1 + chance.below(30)
      rules.reserved = chance.below(3)
      #expect(
        try arranged(scene, drawn, rules) == twin(scene, drawn, rules), "rules \(rules)")
    }
  }

  @Test("caps hold on every page while there is something else")
  func caps() throws {
    let scene = Scene()
    var drawn: [Drawn] = []
    for index in 0..<60 {
      // The best 30 are of one author.
      let item = Drawn(
        id: "i\(index)", author: index < 30 ? 1 : 2 + index % 4, category: 0, isFresh: false,
        score: Float(100 - index))
      scene.post(item.id, by: "a\(item.author)")
      drawn.append(item)
    }
    var rules = Rules()
    rules.authorCap = 3
    rules.depth = 30
    let order = try arranged(scene, drawn, rules)
    for start in stride(from: 0, to: 30, by: 10) {
      let first = order[start..<start + 10].count { Int($0.dropFirst()).map { $0 < 30 } ?? false }
      #expect(first == 3)
    }
    rules.depth = 60
    #expect(Set(try arranged(scene, drawn, rules)).count == 60)
  }

  @Test("scores that are no numbers sink, ties go by row")
  func order() throws {
    let scene = Scene()
    let scores: [Float] = [.nan, 1, .infinity, 2, 1, -.infinity, 0, -0.0]
    var drawn: [Drawn] = []
    for (index, score) in scores.enumerated() {
      scene.post("i\(index)")
      drawn.append(
        Drawn(id: "i\(index)", author: 0, category: 0, isFresh: false, score: score))
    }
    let order = try arranged(scene, drawn, Rules())
    #expect(order == ["i3", "i1", "i4", "i6", "i7", "i0", "i2", "i5"])
  }

  @Test("a new item is lifted, by less as it ages")
  func freshBoost() throws {
    let scene = Scene()
    scene.post("old", age: 3_600_000)
    scene.post("half", age: 1_800_000)
    scene.post("new")
    var configuration = scene.only(.fresh)
    configuration.surfaces["only"]?.freshBoost = 2
    configuration.surfaces["only"]?.freshBoostMs = 3_600_000
    let set = try scene.rank(scene.request(""), Pipeline(configuration))
    #expect(scene.items(set) == ["new", "half", "old"])
    #expect((0..<3).map { set.score(at: $0) } == [2, 1, 0])
  }
}
