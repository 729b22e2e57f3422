internal import Trees

/// A model that serves: its forests made ready for batches, and where their columns are.
///
/// It never changes. Two of them are the same arm of a page only when they are one object.
public final class ServedModel: Sendable {
  /// What it was made from.
  public let model: RankingModel
  /// What its forests read.
  package let features: FeatureSet
  let order: HeadForest?
  let heads: [ServedHead]

  /// One head, ready.
  struct ServedHead: Sendable {
    let objective: Objective
    let forest: HeadForest
    let calibration: CalibrationTable
  }

  /// Makes a model ready.
  ///
  /// - Throws: `ModelError` when it can't be served: without forests, with a feature or an
  ///   objective twice, with forests over other columns, with trees that lead nowhere.
  public init(_ model: RankingModel) throws(ModelError) {
    self.model = model
    guard model.order != nil || !model.heads.isEmpty else {
      throw ModelError(.empty, "it has no forest: train at least one head")
    }
    features = FeatureSet(model.features)
    guard features.features.count == model.features.count else {
      throw ModelError(.features, "a feature stands twice among its columns")
    }
    guard Set(model.heads.map(\.objective)).count == model.heads.count else {
      throw ModelError(.heads, "an objective has two heads")
    }
    let columns = model.features
    order = try model.order.map { (forest) throws(ModelError) in
      try HeadForest(forest, columns, name: "order")
    }
    var heads: [ServedHead] = []
    for head in model.heads {
      let calibration = try CalibrationTable(head.calibration, name: head.objective.name)
      heads.append(
        ServedHead(
          objective: head.objective,
          forest: try HeadForest(head.forest, columns, name: head.objective.name),
          calibration: calibration))
    }
    self.heads = heads
  }

  /// The model's id.
  public var id: String { model.id }
}

/// Why a model can't be served.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A stable code.
  public enum Code: String, Sendable {
    /// No forests.
    case empty = "model-empty"
    /// Columns are not what they should be.
    case features = "model-features"
    /// Heads are not what they should be.
    case heads = "model-heads"
    /// A calibration falls, or its lists differ in length.
    case calibration = "model-calibration"
    /// A forest can't be evaluated.
    case forest = "model-forest"
  }

  /// The code.
  public var code: Code
  /// What is wrong, and where.
  public var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code, a colon, and a sentence.
  public var description: String { "\(code.rawValue): \(message)" }
}
