// Safe because a row of `weights` has `items` elements, as have the scores of a user, and the
// numbers of items come from a matrix with that many columns.

/// Embarrassingly shallow autoencoder: the linear map from what a user turned to, to scores of all
/// items, that is best in the sense of least squares when no item may explain itself.
///
/// With G = XᵀX + λI and P = G⁻¹, B = I − P diag(1 / P): one inverse, in closed form (Steck, 2019,
/// doi:10.1145/3308558.3313710).
public struct EASEModel: Recommender {
  /// What is set before training.
  public struct Settings: Sendable, Equatable {
    /// λ, above 0.
    public var regularisation = 400.0
    /// How far ratings count beside the bare fact: 0 to 1; an entry weighs 1 − share + share times
    /// its rating over the mean rating.
    public var ratingShare: Float = 0

    /// The usual ones.
    public init() {}
  }

  /// More items than this are refused: the inverse needs 8 bytes for each pair of them.
  public static let itemsMax = 20_000

  private let history: SparseMatrix
  /// B, `items * items`: row i says for whom item i speaks.
  let weights: [Float]

  /// Trains; deterministic.
  ///
  /// - Throws: `LabError` with over `itemsMax` items, or where λ is too small to invert.
  /// - Complexity: O(items³)
  public init(_ interactions: InteractionSet, _ settings: Settings = Settings()) throws(LabError) {
    let count = interactions.items.count
    guard count <= Self.itemsMax else {
      throw LabError(
        .option,
        "ease: \(count) items, at most \(Self.itemsMax): its matrix of items by items would not "
          + "fit; train on the items with the most interactions, or use ials")
    }
    guard settings.regularisation > 0, settings.regularisation.isFinite else {
      throw LabError(
        .option, "ease: a regularisation of \(settings.regularisation), expected above 0")
    }
    let mean =
      interactions.entries.reduce(0.0) { $0 + Double($1.value) }
      / Double(max(1, interactions.entries.count))
    let share = mean > 0 ? settings.ratingShare : 0
    history = interactions.matrix { entry in
      max(0, 1 - share + share * entry.value / Float(max(mean, 1e-9)))
    }
    var matrix = Self.gram(history)
    for item in 0..<count { matrix[item * count + item] += settings.regularisation }
    guard DenseAlgebra.invert(&matrix, count) else {
      throw LabError(.option, "ease: the matrix has no inverse; raise the regularisation")
    }
    let scales = (0..<count).map { -1 / matrix[$0 * count + $0] }
    weights = unsafe [Float](unsafeUninitializedCapacity: count * count) { buffer, used in
      for row in 0..<count {
        for column in 0..<count {
          let place = row * count + column
          unsafe buffer[place] = row == column ? 0 : Float(matrix[place] * scales[column])
        }
      }
      used = count * count
    }
  }

  /// How many items are scored.
  public var items: Int { history.columns }

  /// Adds up the rows of the items that each user turned to.
  public func score(_ users: Range<Int>, into scores: inout [Float]) {
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(0, count: users.count * items))
    unsafe scores.withUnsafeMutableBufferPointer { scores in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let to = scores.baseAddress, let from = weights.baseAddress else { return }
        for (number, user) in users.enumerated() {
          for place in history.range(user) {
            unsafe DenseAlgebra.add(
              history.values[place], from + Int(history.indices[place]) * items, items,
              to: to + number * items)
          }
        }
      }
    }
  }

  /// XᵀX in full.
  private static func gram(_ matrix: SparseMatrix) -> [Double] {
    let count = matrix.columns
    var gram = [Double](repeating: 0, count: count * count)
    for row in 0..<matrix.rows {
      for one in matrix.range(row) {
        let (start, value) = (Int(matrix.indices[one]) * count, Double(matrix.values[one]))
        for other in matrix.range(row) {
          gram[start + Int(matrix.indices[other])] += value * Double(matrix.values[other])
        }
      }
    }
    return gram
  }
}
