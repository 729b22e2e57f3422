import Feed
import TestKit
import Testing
import Trees

@Suite("Models score pages")
struct ModelScorerTests {
  /// A scene with items of several ages, authors and topics, and a reader who did something.
  static func scene(_ seed: UInt64 = 5, items: Int = 60) -> Scene {
    var chance = SeededGenerator(seed: seed)
    let scene = Scene()
    scene.follow("reader", "ann")
    for item in 0..<items {
      scene.post(
        "i\(item)", by: ["ann", "bob", "carl"][chance.below(3)],
        age: Int64(chance.below(90_000_000))
      ) {
        $0.topic = "t\(chance.below(5))"
        $0.title = "word\(chance.below(8)) thing"
      }
    }
    for _ in 0..<200 {
      let action = [Action.impression, .click, .like, .hide][chance.below(4)]
      scene.act("u\(chance.below(12))", action, "i\(chance.below(items))")
    }
    scene.act("reader", .click, "i1")
    scene.act("reader", .dwell, "i2")
    return scene
  }

  private func rank(
    _ scene: Scene, _ serving: Serving, _ configuration: Configuration? = nil,
    number: UInt64 = 1, isLogged: Bool = true
  ) throws -> RankedSet {
    try Pipeline(configuration ?? scene.configuration).rank(
      scene.request("reader", "only"), scene.world, now: scene.clock.now, time: scene.clock,
      number: number, serving: serving, isLogged: isLogged, Workspace())
  }

  @Test("the score is the utility of calibrated heads, from the features that were logged")
  func utility() throws {
    var chance = SeededGenerator.announced("utility")
    let scene = Self.scene()
    var configuration = scene.only(.fresh)
    let weights = ["click": 1.5, "hide": -3, "order": 0.25, "recency": 0.125]
    configuration.surfaces["only"]?.utility = weights
    let model = SeededModels.model(&chance, id: "m", hasOrder: true)
    let served = try ServedModel(model)
    let set = try rank(scene, .production(served), configuration)
    #expect(set.degraded.isEmpty && set.model == "m" && set.arm == .production)
    let evidence = try #require(set.evidence)
    let own = evidence.features.dropFirst(evidence.request.count)
    #expect(set.count > 20)
    for place in 0..<min(set.count, evidence.places) {
      var row = [Feature: Float](
        uniqueKeysWithValues: zip(evidence.features, evidence.request))
      for (feature, value) in zip(own, evidence.features(at: place)) { row[feature] = value }
      let values = model.features.map { row[$0] ?? .nan }
      var expected: Float = 0
      for (number, head) in model.heads.enumerated() {
        let said = head.calibration.apply(try Self.plain(head.forest, values))
        #expect(abs(evidence.heads(at: place)[number] - said) <= 1e-3)
        expected += Float(weights[head.objective.name] ?? 0) * said
      }
      expected += 0.25 * (try Self.plain(try #require(model.order), values))
      expected += 0.125 * (row[.recency] ?? .nan)
      #expect(abs(set.score(at: place) - expected) <= 1e-5)
    }
  }

  private static func plain(_ forest: Forest, _ row: [Float]) throws -> Float {
    var scores: [Float] = []
    try PlainForest(forest).score(
      rows: row.span, count: 1, linked: true, into: &scores, scratch: ForestScratch())
    return scores[0]
  }

  @Test("a model that says what is no number leaves the page to the weights, and says so")
  func notFinite() throws {
    let scene = Self.scene()
    var configuration = scene.only(.fresh, weights: ["recency": 1])
    configuration.surfaces["only"]?.utility = ["order": 1]
    let bad = try ServedModel(SeededModels.overflowing("bad"))
    let page = try rank(scene, .production(bad), configuration)
    let linear = try rank(scene, .linear, configuration)
    #expect(page.degraded == ["model:not_finite"])
    #expect(page.model == "" && page.arm == .production)
    #expect(scene.items(page) == scene.items(linear))
  }

  /// The model read popularity; the weights read what is computed in the same pass, which writes
  /// popularity again.
  @Test("columns that are computed again after such a model are the rounded ones")
  func notFiniteAndRounded() throws {
    let scene = Self.scene()
    let weights = ["popularity": 1, "burst": 0.5, "engagement_rate": 3, "velocity": 0.25]
    var configuration = scene.only(.fresh, weights: weights)
    configuration.surfaces["only"]?.utility = ["order": 1]
    configuration.surfaces["only"]?.freshBoost = 0
    let bad = try ServedModel(SeededModels.overflowing("bad", reading: .popularity))
    let set = try rank(scene, .production(bad), configuration)
    let linear = try rank(scene, .linear, configuration)
    #expect(set.degraded == ["model:not_finite"] && scene.items(set) == scene.items(linear))
    let evidence = try #require(set.evidence)
    let own = evidence.features.dropFirst(evidence.request.count)
    var fractions = 0
    for place in 0..<min(set.count, evidence.places) {
      let row = [Feature: Float](
        uniqueKeysWithValues: zip(own, evidence.features(at: place)))
      var expected: Float = 0
      for (name, weight) in weights {
        let value = row[try #require(Feature.named(name))] ?? .nan
        #expect(value == Half.rounded(value))
        if value != value.rounded() { fractions += 1 }
        expected += Float(weight) * value
      }
      // To the last bit what the weights alone make of the same page, and what the log holds.
      #expect(set.score(at: place) == linear.score(at: place))
      #expect(abs(set.score(at: place) - expected) <= 1e-6 * max(1, abs(expected)))
    }
    #expect(fractions > 20, "values that rounding changes")
  }

  @Test("a surface that wants the weights gets them whatever serves")
  func linearSurface() throws {
    var chance = SeededGenerator(seed: 3)
    let scene = Self.scene()
    var configuration = scene.only(.fresh, weights: ["recency": 1])
    configuration.surfaces["only"]?.ranker = .linear
    let model = try ServedModel(SeededModels.model(&chance, id: "m"))
    let set = try rank(scene, .production(model), configuration)
    #expect(set.model == "" && set.arm == .linear)
  }

  @Test("the same World, request, model and number give the same page and the same record")
  func determinism() throws {
    var chance = SeededGenerator(seed: 4)
    let scene = Self.scene()
    let model = try ServedModel(SeededModels.model(&chance, id: "m", hasOrder: true))
    var configuration = scene.only(.fresh)
    configuration.surfaces["only"]?.exploreShare = 0.5
    for number in UInt64(1)...20 {
      let a = try rank(scene, .production(model), configuration, number: number)
      let b = try rank(scene, .production(model), configuration, number: number)
      #expect(scene.items(a) == scene.items(b))
      let (one, other) = (try #require(a.evidence), try #require(b.evidence))
      for place in 0..<one.places {
        #expect(one.features(at: place) == other.features(at: place))
        #expect(one.heads(at: place) == other.heads(at: place))
      }
      #expect(one.unshown.map(\.item) == other.unshown.map(\.item))
    }
  }

  @Test("what can't be served is refused with a reason")
  func refused() throws {
    let forest = Forest(featureCount: 1, base: 0, link: .logistic, trees: [[.init(leaf: 0)]])
    func code(_ model: RankingModel) -> ModelError.Code? {
      do throws(ModelError) {
        _ = try ServedModel(model)
        return nil
      } catch {
        return error.code
      }
    }
    func head(
      _ forest: Forest, _ calibration: Calibration = Calibration(), _ objective: Objective = .click
    ) -> RankingModel.Head {
      RankingModel.Head(objective: objective, forest: forest, calibration: calibration)
    }
    func model(_ features: [Feature], _ heads: [RankingModel.Head]) -> RankingModel {
      RankingModel(id: "x", features: features, order: nil, heads: heads)
    }
    #expect(code(model([.recency], [head(forest)])) == nil)
    #expect(code(model([.recency], [])) == .empty)
    #expect(code(model([.recency, .recency], [head(forest)])) == .features)
    #expect(code(model([.recency, .age], [head(forest)])) == .features)
    #expect(code(model([.recency], [head(forest), head(forest)])) == .heads)
    let falling = Calibration(raw: [0, 1], calibrated: [1, 0])
    #expect(code(model([.recency], [head(forest, falling)])) == .calibration)
    let uneven = Calibration(raw: [0, 1], calibrated: [1])
    #expect(code(model([.recency], [head(forest, uneven)])) == .calibration)
    let cyclic = Forest(
      featureCount: 1, base: 0, link: .logistic,
      trees: [[.init(feature: 0, below: 1, left: 0, right: 0, goesLeftIfMissing: false)]])
    #expect(code(model([.recency], [head(cyclic)])) == .forest)
    let nan = Forest(featureCount: 1, base: 0, link: .logistic, trees: [[.init(leaf: .nan)]])
    #expect(code(model([.recency], [head(nan)])) == .forest)
  }

  @Test("the table gives what halving the knots gives")
  func calibration() throws {
    var chance = SeededGenerator.announced("calibration")
    for round in 0..<50 {
      let knots = round == 0 ? 1 : 1 + chance.below(400)
      let raw = Set((0..<knots).map { _ in Float.random(in: 0...1, using: &chance) }).sorted()
      let values = raw.map { _ in Float.random(in: 0...1, using: &chance) }.sorted()
      let calibration = Calibration(raw: raw, calibrated: values)
      let table = try CalibrationTable(calibration, name: "click")
      var numbers = (0..<300).map { _ in Float.random(in: -0.1...1.1, using: &chance) } + raw
      let expected = numbers.map { calibration.apply($0) }
      table.apply(&numbers)
      #expect(numbers == expected)
      var none = [Float.nan]
      table.apply(&none)
      #expect(none[0].isNaN)
    }
  }
}
