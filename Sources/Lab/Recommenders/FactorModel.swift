/// Matrix factorisation of implicit feedback by alternating least squares: a vector a user and a
/// vector an item, whose inner product is near 1 where the user turned to the item and near 0 else.
///
/// Minimises Σ over what was seen (1 − x·y)² + α₀ Σ over all pairs (x·y)² + Σ λᵤ|x|² + Σ λᵢ|y|²
/// (Hu, Koren and Volinsky, 2008, doi:10.1109/ICDM.2008.22) with a regularisation by frequency,
/// λᵤ = λ (nᵤ + α₀ · items)^ν (Rendle, Krichene, Zhang and Koren, 2022,
/// doi:10.1145/3523227.3548486). Every half step solves one side exactly by Cholesky, or near
/// enough by a few steps of conjugate gradients from where it stands (Takács, Pilászy and Tikk,
/// 2011, doi:10.1145/2043932.2043987). The same interactions, settings and seed give the same
/// factors, however many threads share the work.
///
/// ```swift
/// let model = try FactorModel(interactions, settings)
/// model.itemFactors                  // a vector an item, for an index of inner products
/// model.folded(in: [3, 8])           // the vector of a user who came later
/// ```
public struct FactorModel: Recommender {
  /// How a half step is solved.
  public enum Solver: Sendable, Equatable {
    /// Exactly.
    case cholesky
    /// By so many steps of conjugate gradients.
    case conjugateGradient(steps: Int)
  }

  /// What is set before training.
  public struct Settings: Sendable, Equatable {
    /// Components of a vector.
    public var dimension = 64
    /// λ, above 0.
    public var regularisation = 0.02
    /// α₀: how much a pair that was not seen weighs, above 0.
    public var unobservedWeight = 0.1
    /// ν: 0 regularises everybody alike, 1 by how often they were seen.
    public var frequencyExponent = 1.0
    /// How often both sides are solved.
    public var epochs = 16
    /// How.
    public var solver = Solver.conjugateGradient(steps: 3)
    /// Threads that share the rows.
    public var threads = 2
    /// What the first vectors follow from.
    public var seed: UInt64 = 1

    /// The usual ones.
    public init() {}
  }

  /// A vector a user.
  public let userFactors: VectorTable
  /// A vector an item.
  public let itemFactors: VectorTable
  /// What it was trained with.
  public let settings: Settings

  /// Trains.
  ///
  /// - Parameter progress: called after each epoch with how many are done; false ends the training
  ///   there.
  /// - Throws: `LabError` where a setting makes no sense, or where the factors grow beyond numbers.
  public init(
    _ interactions: InteractionSet, _ settings: Settings = Settings(),
    progress: (Int) -> Bool = { _ in true }
  ) throws(LabError) {
    try Self.check(settings, interactions)
    self.settings = settings
    let trainer = FactorTrainer(interactions.matrix(), settings)
    DenseAlgebra.onOneThread {
      for epoch in 0..<settings.epochs {
        trainer.solveUsers()
        trainer.solveItems()
        guard progress(epoch + 1) else { break }
      }
      // The users once more, so that they fit the items that are kept.
      trainer.solveUsers()
    }
    userFactors = trainer.users.table
    itemFactors = trainer.items.table
    guard userFactors.values.allSatisfy(\.isFinite), itemFactors.values.allSatisfy(\.isFinite)
    else {
      throw LabError(
        .option, "ials: the factors grew beyond numbers; raise the regularisation")
    }
  }

  /// How many items are scored.
  public var items: Int { itemFactors.count }

  /// The inner products of the users' vectors and all items'.
  public func score(_ users: Range<Int>, into scores: inout [Float]) {
    FactorBlock.products(userFactors, users, itemFactors, into: &scores)
  }

  /// The vector of a user who turned to these items, with the items as they are.
  ///
  /// - Parameter seen: numbers of items; unknown ones count for nothing.
  public func folded(in seen: [UInt32]) -> [Float] {
    let known = Set(seen).filter { Int($0) < items }.sorted()
    let matrix = SparseMatrix(
      rows: 1, columns: items,
      entries: known.map { .init(row: 0, column: $0, value: 1) })
    var settings = settings
    settings.solver = .cholesky
    settings.threads = 1
    let trainer = FactorTrainer(matrix, settings, items: itemFactors)
    DenseAlgebra.onOneThread { trainer.solveUsers() }
    return trainer.users.table.values
  }

  private static func check(
    _ settings: Settings, _ interactions: InteractionSet
  ) throws(LabError) {
    func fail(_ what: String) -> LabError { LabError(.option, "ials: \(what)") }
    guard !interactions.entries.isEmpty else { throw fail("no interactions to learn from") }
    guard (1...1_024).contains(settings.dimension) else {
      throw fail("a dimension of \(settings.dimension), expected 1 to 1,024")
    }
    for (name, value) in [
      ("regularisation", settings.regularisation), ("unobserved weight", settings.unobservedWeight),
    ] where !(value > 0 && value < 1e6) {
      throw fail("\(name) \(value), expected a number above 0")
    }
    guard (0...2).contains(settings.frequencyExponent) else {
      throw fail("a frequency exponent of \(settings.frequencyExponent), expected 0 to 2")
    }
    guard (1...10_000).contains(settings.epochs), (1...256).contains(settings.threads) else {
      throw fail(
        "\(settings.epochs) epochs on \(settings.threads) threads, expected 1 to 10,000 on 1 to 256"
      )
    }
    if case .conjugateGradient(let steps) = settings.solver, !(1...1_000).contains(steps) {
      throw fail("\(steps) steps of conjugate gradients, expected 1 to 1,000")
    }
  }
}
