import Lab
import TestKit
import Testing

@Suite struct FactorTests {
  static func settings(_ dimension: Int = 6) -> FactorModel.Settings {
    var settings = FactorModel.Settings()
    settings.dimension = dimension
    settings.regularisation = 0.05
    settings.unobservedWeight = 0.2
    return settings
  }

  static let solvers: [FactorModel.Solver] = [
    .cholesky, .conjugateGradient(steps: 1), .conjugateGradient(steps: 3),
  ]

  @Test(arguments: solvers)
  func everyHalfStepLowersTheObjective(_ solver: FactorModel.Solver) {
    var chance = SeededGenerator.announced("objective falls")
    var settings = Self.settings()
    settings.solver = solver
    let trainer = FactorTrainer(ModelTests.drawn(&chance).matrix(), settings)
    var last = trainer.objective
    let first = last
    for step in 0..<12 {
      if step.isMultiple(of: 2) { trainer.solveUsers() } else { trainer.solveItems() }
      let now = trainer.objective
      #expect(now <= last * (1 + 1e-5), "step \(step): \(last) to \(now)")
      last = now
    }
    #expect(last < 0.9 * first)
  }

  /// The objective over all pairs, one by one.
  @Test func theObjectiveIsThatOfTheDefinition() {
    var chance = SeededGenerator.announced("objective against the definition")
    let matrix = ModelTests.drawn(&chance).matrix()
    let settings = Self.settings()
    let trainer = FactorTrainer(matrix, settings)
    trainer.solveUsers()
    let x = ModelTests.dense(matrix)
    var sum = 0.0
    for (user, row) in x.enumerated() {
      for (item, value) in row.enumerated() {
        let score = trainer.users.product(user, trainer.items, item)
        sum += settings.unobservedWeight * score * score
        if value > 0 { sum += (1 - score) * (1 - score) }
      }
    }
    for (side, counts, others) in [
      (trainer.users, x.map { $0.count { $0 > 0 } }, matrix.columns),
      (trainer.items, matrix.columnCounts, matrix.rows),
    ] {
      for (row, count) in counts.enumerated() {
        let frequency = Double(count) + settings.unobservedWeight * Double(others)
        sum += settings.regularisation * frequency * side.product(row, side, row)
      }
    }
    #expect(abs(trainer.objective - sum) < 1e-4 * sum)
  }

  /// Enough steps of conjugate gradients end where Cholesky does, and a solved row is where the
  /// gradient is zero.
  @Test func bothSolversFindTheSameMinimum() {
    var chance = SeededGenerator.announced("solvers against each other")
    let matrix = ModelTests.drawn(&chance).matrix()
    var settings = Self.settings()
    settings.solver = .cholesky
    let exact = FactorTrainer(matrix, settings)
    settings.solver = .conjugateGradient(steps: 40)
    let stepped = FactorTrainer(matrix, settings)
    for trainer in [exact, stepped] {
      trainer.solveUsers()
      trainer.solveItems()
    }
    for (one, other) in zip(exact.items.table.values, stepped.items.table.values) {
      #expect(abs(one - other) < 1e-3)
    }
    let (users, items) = (exact.users.table, exact.items.table)
    let columns = matrix.transposed()
    for item in 0..<columns.rows {
      let count = Double(columns.range(item).count)
      let weight =
        settings.regularisation * (count + settings.unobservedWeight * Double(matrix.rows))
      let seen = Set(columns.indices[columns.range(item)])
      for axis in 0..<settings.dimension {
        var gradient = weight * Double(items.values[item * settings.dimension + axis])
        for user in 0..<matrix.rows {
          let score = exact.users.product(user, exact.items, item)
          let component = Double(users.values[user * settings.dimension + axis])
          gradient += settings.unobservedWeight * score * component
          if seen.contains(UInt32(user)) { gradient -= (1 - score) * component }
        }
        #expect(abs(gradient) < 1e-3)
      }
    }
  }

  @Test func threadsDoNotChangeTheFactors() throws {
    var chance = SeededGenerator.announced("threads")
    let set = ModelTests.drawn(&chance, users: 400, items: 300, count: 4_000)
    var settings = Self.settings(16)
    settings.epochs = 2
    let models = try [1, 2, 3].map { threads in
      settings.threads = threads
      return try FactorModel(set, settings)
    }
    #expect(models[0].itemFactors == models[1].itemFactors)
    #expect(models[0].userFactors == models[2].userFactors)
    settings.seed = 2
    #expect(try FactorModel(set, settings).itemFactors != models[0].itemFactors)
  }

  /// A user who is folded in gets the vector that training would have given.
  @Test func foldingInIsTheSameHalfStep() throws {
    var chance = SeededGenerator.announced("folding in")
    let set = ModelTests.drawn(&chance)
    var settings = Self.settings()
    settings.solver = .cholesky
    let model = try FactorModel(set, settings)
    let matrix = set.matrix()
    for user in 0..<set.users.count {
      let seen = Array(matrix.indices[matrix.range(user)])
      let own = model.userFactors.values[user * 6..<(user + 1) * 6]
      for (one, other) in zip(model.folded(in: seen + seen), own) {
        #expect(abs(one - other) < 1e-4)
      }
    }
    #expect(model.folded(in: [9_999]) == Array(repeating: 0, count: 6))
  }

  /// A row with more than is gathered at once takes the exact way.
  @Test func longRowsAreSolvedToo() throws {
    var set = InteractionSet()
    for user in 0..<2_500 {
      set.append(user: "u\(user)", item: "all", value: 1, time: 0)
      set.append(user: "u\(user)", item: "i\(user % 7)", value: 1, time: 0)
    }
    let model = try FactorModel(set, Self.settings(4))
    let scores = ModelTests.scores(model, 0..<20)
    for (user, row) in scores.enumerated() {
      // Its own item before the six of others.
      let others = (0..<7).filter { $0 != user % 7 }.map { row[$0 == 0 ? 1 : $0 + 1] }
      #expect(row[0] > 0.5)
      #expect(row[user % 7 == 0 ? 1 : user % 7 + 1] > (others.max() ?? 1))
    }
  }

  @Test func settingsThatMakeNoSenseAreRefused() {
    var set = InteractionSet()
    let changes: [(inout FactorModel.Settings) -> Void] = [
      { $0.dimension = 0 }, { $0.regularisation = -1 }, { $0.regularisation = .nan },
      { $0.unobservedWeight = 0 }, { $0.epochs = 0 }, { $0.threads = 1_000_000 },
      { $0.frequencyExponent = 9 }, { $0.solver = .conjugateGradient(steps: 0) },
    ]
    #expect(throws: LabError.self) { try FactorModel(set) }
    set.append(user: "a", item: "x", value: 1, time: 0)
    for change in changes {
      var settings = FactorModel.Settings()
      change(&settings)
      #expect(throws: LabError.self) { try FactorModel(set, settings) }
    }
  }

  /// Whatever loops OpenBLAS picked here: they agree with plain ones, or are not used.
  @Test func productsAreRight() {
    print("OpenBLAS is \(DenseAlgebra.isSound ? "used" : "not trusted on this processor")")
    var matrix = [4.0, 2, 2, 3]
    #expect(DenseAlgebra.invert(&matrix, 2))
    for (value, expected) in zip(matrix, [0.375, -0.25, -0.25, 0.5]) {
      #expect(abs(value - expected) < 1e-12)
    }
    var plain = [4.0, 2, 2, 3]
    #expect(PlainAlgebra.invert(&plain, 2))
    for (value, expected) in zip(plain, matrix) { #expect(abs(value - expected) < 1e-12) }
    var indefinite = [1.0, 2, 2, 1]
    #expect(!DenseAlgebra.invert(&indefinite, 2))
    indefinite = [1.0, 2, 2, 1]
    #expect(!PlainAlgebra.invert(&indefinite, 2))
  }
}
