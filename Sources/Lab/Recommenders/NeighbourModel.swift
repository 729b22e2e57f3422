internal import Glibc

/// Items that are like those of the user's past: the score of an item is the sum of its
/// similarities to them, each times how much the user holds to it.
public struct NeighbourModel: Recommender {
  /// How alike two items are, from the users that turned to one, to the other, to both.
  public enum Similarity: String, Sendable, CaseIterable {
    /// both / √(one · other)
    case cosine
    /// both / (one + other − both)
    case jaccard

    func of(_ both: Float, _ one: Float, _ other: Float, shrinkage: Float) -> Float {
      switch self {
      case .cosine: both / ((one * other).squareRoot() + shrinkage)
      case .jaccard: both / (one + other - both + shrinkage)
      }
    }
  }

  /// How much a user holds to each item of the past: users by items.
  let affinities: SparseMatrix
  /// Items that an item speaks for, and how much: items by items.
  let similar: SparseMatrix

  /// How many items are scored.
  public var items: Int { similar.columns }

  /// Item-based nearest neighbours (Deshpande and Karypis, 2004, doi:10.1145/963770.963776): an
  /// item listens only to the `neighbours` that are most like it.
  ///
  /// - Parameter shrinkage: added below the fraction, so that a likeness that few users vouch for
  ///   counts less (Bell and Koren, 2007).
  public init(
    neighboursOf interactions: InteractionSet, similarity: Similarity = .cosine,
    neighbours: Int = 100, shrinkage: Float = 20
  ) {
    affinities = interactions.matrix()
    // A row says to whom an item listens; turned over, for whom it speaks.
    similar = Self.likeness(
      affinities, similarity, shrinkage, hasSelf: false, keeping: neighbours
    ).transposed()
  }

  /// Simple Algorithm for Recommendation, as Microsoft's recommenders library has it
  /// (`sar_singlenode.py`): Jaccard likeness of all items, and ratings that lose half of their
  /// weight in `halfLife` before the newest interaction.
  ///
  /// - Parameter halfLife: days; nil: ratings do not age.
  public init(
    sarOf interactions: InteractionSet, similarity: Similarity = .jaccard, halfLife: Double? = 30
  ) {
    let now = interactions.newest
    affinities = interactions.matrix(isBinary: false) { entry in
      guard let halfLife else { return entry.value }
      let days = Double(now - entry.time) / 86_400
      return Float(Double(entry.value) * exp2(-days / halfLife))
    }
    similar = Self.likeness(interactions.matrix(), similarity, 0, hasSelf: true)
  }

  /// Adds up what the items of the past speak for.
  ///
  /// - Complexity: O(items + Σ neighbours of the user's items) a user.
  public func score(_ users: Range<Int>, into scores: inout [Float]) {
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(0, count: users.count * items))
    for (number, user) in users.enumerated() {
      for place in affinities.range(user) {
        let affinity = affinities.values[place]
        for neighbour in similar.range(Int(affinities.indices[place])) {
          scores[number * items + Int(similar.indices[neighbour])] +=
            affinity * similar.values[neighbour]
        }
      }
    }
  }

  /// The likeness of all items that a user has turned to both of.
  ///
  /// - Parameter most: how many of each item are kept, the largest; of equal ones those that stand
  ///   first.
  /// - Complexity: O(Σ n²) over users with n items each.
  static func likeness(
    _ matrix: SparseMatrix, _ similarity: Similarity, _ shrinkage: Float, hasSelf: Bool,
    keeping most: Int = .max
  ) -> SparseMatrix {
    let columns = matrix.transposed()
    let counts = matrix.columnCounts.map { Float($0) }
    var both = [Float](repeating: 0, count: matrix.columns)
    var (starts, indices, values) = ([0], [UInt32](), [Float]())
    var met: [UInt32] = []
    for item in 0..<matrix.columns {
      met.removeAll(keepingCapacity: true)
      for place in columns.range(item) {
        for other in matrix.range(Int(columns.indices[place])) {
          let column = matrix.indices[other]
          if both[Int(column)] == 0 { met.append(column) }
          both[Int(column)] += 1
        }
      }
      met.sort()
      var row: [(column: UInt32, value: Float)] = []
      for column in met {
        let other = Int(column)
        if hasSelf || other != item {
          row.append(
            (column, similarity.of(both[other], counts[item], counts[other], shrinkage: shrinkage)))
        }
        both[other] = 0
      }
      for (column, value) in row.strongest(most) {
        indices.append(column)
        values.append(value)
      }
      starts.append(indices.count)
    }
    return SparseMatrix(
      rows: matrix.columns, columns: matrix.columns, starts: starts, indices: indices,
      values: values)
  }
}

extension [(column: UInt32, value: Float)] {
  /// The largest values, in their order; of equal ones those that stand first.
  func strongest(_ most: Int) -> Self {
    guard count > most else { return self }
    let best = indices.sorted {
      self[$0].value != self[$1].value ? self[$0].value > self[$1].value : $0 < $1
    }
    return best.prefix(Swift.max(0, most)).sorted().map { self[$0] }
  }
}
