internal import Trees

/// A forest with the places of its columns in a `FeatureMatrix`.
struct HeadForest: Sendable {
  private let forest: CompiledForest
  private let features: [Feature]
  private let columnOf: [Int32]

  /// - Throws: `ModelError` when the forest is over other columns or can't be evaluated.
  init(_ forest: Forest, _ features: [Feature], name: String) throws(ModelError) {
    guard forest.featureCount == features.count else {
      throw ModelError(
        .features,
        "\(name): a forest over \(forest.featureCount) columns in a model of \(features.count)")
    }
    do throws(ForestError) {
      self.forest = try CompiledForest(forest)
    } catch {
      throw ModelError(.forest, "\(name): \(error.description)")
    }
    self.features = features
    columnOf = features.map { $0.isOfRequest ? -1 : Int32($0.rawValue) }
  }

  /// What the forest says of each candidate, after its link, in place of what `scores` held.
  func score(
    _ matrix: borrowing FeatureMatrix, _ scratch: ForestScratch, into scores: inout [Float]
  ) {
    let all = matrix.constants
    let constants = features.map { $0.isOfRequest ? all[Int($0.rawValue)] : 0 }
    forest.score(
      columns: matrix.values.span, stride: matrix.stride, count: matrix.count,
      columnOf: columnOf.span, constants: constants.span, linked: true, into: &scores,
      scratch: scratch)
  }
}
