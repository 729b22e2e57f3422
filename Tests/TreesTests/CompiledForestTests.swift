import Testing
import Trees

/// Every variant of the kernels against the walk from node to node: equal bit for bit.
@Suite struct CompiledForestTests {
  private static let counts = [1, 7, 8, 16, 17, 127, 128, 129, 200, 511, 512, 513, 1_025]

  @Test(arguments: ForestKind.all, CompiledForest.variants)
  func rowsGiveTheSumsOfTheWalk(kind: ForestKind, variant: String) throws {
    for seed in UInt64(1)...3 {
      var random = Seeded(seed)
      let forest = kind.draw(&random)
      let (plain, fast) = (try PlainForest(forest), try CompiledForest(forest, variant: variant))
      let scratch = ForestScratch()
      for count in Self.counts {
        let rows = (0..<count * kind.features).map { _ in random.value(kind.steps) }
        var (expected, found): ([Float], [Float]) = ([], [])
        plain.score(rows: rows.span, count: count, linked: false, into: &expected, scratch: scratch)
        fast.score(rows: rows.span, count: count, linked: false, into: &found, scratch: scratch)
        #expect(found == expected, "\(kind), \(variant), seed \(seed), \(count) rows")
      }
    }
  }

  @Test(arguments: ForestKind.all, CompiledForest.variants)
  func columnsAndConstantsGiveTheSumsOfTheWalk(kind: ForestKind, variant: String) throws {
    for seed in UInt64(1)...4 {
      var random = Seeded(seed)
      let forest = kind.draw(&random)
      let (plain, fast) = (try PlainForest(forest), try CompiledForest(forest, variant: variant))
      let scratch = ForestScratch()
      for count in [1, 200, 530] {
        // Any column for any feature, one for several, some for none; rows end before the stride.
        let stride = count + random.below(3)
        let columnCount = max(1, kind.features)
        let columns = (0..<stride * columnCount).map { _ in random.value(kind.steps) }
        let share = random.below(4)
        let columnOf = (0..<kind.features).map { _ in
          random.below(3) < share ? Int32(-1) : Int32(random.below(columnCount))
        }
        let constants = (0..<kind.features).map { _ in random.value(kind.steps) }
        var (expected, found): ([Float], [Float]) = ([], [])
        plain.score(
          columns: columns.span, stride: stride, count: count, columnOf: columnOf.span,
          constants: constants.span, linked: false, into: &expected, scratch: scratch)
        for _ in 1...2 {
          fast.score(
            columns: columns.span, stride: stride, count: count, columnOf: columnOf.span,
            constants: constants.span, linked: false, into: &found, scratch: scratch)
          #expect(found == expected, "\(kind), \(variant), seed \(seed), \(count) rows")
        }
      }
    }
  }

  @Test(arguments: CompiledForest.variants) func aScratchServesForestsInTurn(variant: String) throws
  {
    var random = Seeded(11)
    let scratch = ForestScratch()
    let forests = try ForestKind.all.filter { $0.features == 8 }.map { kind in
      let forest = kind.draw(&random)
      return (try PlainForest(forest), try CompiledForest(forest, variant: variant))
    }
    for round in 0..<20 {
      let (plain, fast) = forests[round % forests.count]
      let count = 1 + random.below(300)
      let columns = (0..<count * 8).map { _ in random.value(40) }
      let columnOf = (0..<8).map { Int32($0 < 5 ? $0 : -1) }
      let constants = (0..<8).map { _ in random.value(40) }
      var (expected, found): ([Float], [Float]) = ([], [])
      plain.score(
        columns: columns.span, stride: count, count: count, columnOf: columnOf.span,
        constants: constants.span, linked: false, into: &expected, scratch: scratch)
      fast.score(
        columns: columns.span, stride: count, count: count, columnOf: columnOf.span,
        constants: constants.span, linked: false, into: &found, scratch: scratch)
      #expect(found == expected, "seed 11, round \(round), \(variant)")
    }
  }

  @Test(arguments: CompiledForest.variants) func manyRowsAndNone(variant: String) throws {
    var random = Seeded(5)
    let forest = ForestKind(name: "small", features: 4, trees: 5).draw(&random)
    let (plain, fast) = (try PlainForest(forest), try CompiledForest(forest, variant: variant))
    let scratch = ForestScratch()
    let rows = (0..<100_000 * 4).map { _ in random.value(40) }
    var (expected, found): ([Float], [Float]) = ([], [1, 2, 3])
    fast.score(rows: rows.span, count: 0, linked: true, into: &found, scratch: scratch)
    #expect(found.isEmpty)
    plain.score(rows: rows.span, count: 100_000, linked: false, into: &expected, scratch: scratch)
    fast.score(rows: rows.span, count: 100_000, linked: false, into: &found, scratch: scratch)
    #expect(found == expected)
  }

  @Test(arguments: CompiledForest.variants) func linksAreThoseOfTheWalk(variant: String) throws {
    let leaves: [Float] = [-200, -90, -88, -20, -1, -0.001, 0, 0.5, 3, 17, 60, 88]
    for leaf in leaves {
      for (link, slope) in [(Forest.Link.logistic, Float(1)), (.logistic, 0.7), (.exponential, 1)] {
        let forest = Forest(
          featureCount: 1, base: 0, link: link, slope: slope, trees: [[.init(leaf: leaf)]])
        var found: [Float] = []
        try CompiledForest(forest, variant: variant).score(
          rows: [0, 0, 0].span, count: 3, linked: true, into: &found, scratch: ForestScratch())
        let expected = forest.linked(leaf)
        for score in found {
          #expect(
            abs(score - expected) <= 1e-6 * max(1, expected), "\(leaf) by \(link), \(variant)")
        }
      }
    }
  }

  @Test func anUnknownVariantIsRefused() {
    let forest = Forest(featureCount: 0, base: 0, link: .identity, trees: [])
    #expect(throws: ForestError.self) { try CompiledForest(forest, variant: "mmx") }
  }
}
