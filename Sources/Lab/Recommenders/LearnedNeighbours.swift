/// For each item those that a model takes to come with it, with shares that add up to 1: what a
/// server reads as learned neighbours.
///
/// ```swift
/// let learned = LearnedNeighbours(likenessIn: interactions, most: 30)
/// learned.of(0)                      // neighbours of the first item, strongest first
/// ```
public struct LearnedNeighbours: Sendable {
  /// One neighbour.
  public struct Neighbour: Equatable, Sendable {
    /// Its identifier.
    public let item: String
    /// Its share.
    public let share: Float
  }

  /// The items; lists have the same order.
  public let items: [String]
  private let lists: [[(column: UInt32, value: Float)]]

  /// Pairs of an item and a neighbour.
  public var pairs: Int { lists.reduce(0) { $0 + $1.count } }

  /// By how many users turned to both; see `NeighbourModel`.
  ///
  /// - Parameter most: neighbours of an item at most.
  public init(
    likenessIn interactions: InteractionSet, _ similarity: NeighbourModel.Similarity = .cosine,
    shrinkage: Float = 20, most: Int
  ) {
    let likeness = NeighbourModel.likeness(
      interactions.matrix(), similarity, shrinkage, hasSelf: false, keeping: most)
    self.init(interactions.items, most) { item in
      likeness.range(item).map { (likeness.indices[$0], likeness.values[$0]) }
    }
  }

  /// By what each item tells of others beside all the rest; see `EASEModel`.
  ///
  /// - Throws: `LabError` with more items than `EASEModel` takes.
  public init(
    easeIn interactions: InteractionSet, _ settings: EASEModel.Settings = .init(), most: Int
  ) throws(LabError) {
    let model = try EASEModel(interactions, settings)
    let count = interactions.items.count
    self.init(interactions.items, most) { item in
      (0..<count).map { (UInt32(truncatingIfNeeded: $0), model.weights[item * count + $0]) }
    }
  }

  private init(
    _ items: [String], _ most: Int, _ row: (Int) -> [(column: UInt32, value: Float)]
  ) {
    self.items = items
    lists = items.indices.map { item in
      // What speaks against another is no neighbour of it.
      let list = row(item).filter { $0.value > 0 && Int($0.column) != item }.strongest(most)
      let sum = list.reduce(0.0) { $0 + Double($1.value) }
      return list.sorted { ($1.value, $0.column) < ($0.value, $1.column) }
        .map { ($0.column, Float(Double($0.value) / sum)) }
    }
  }

  /// The neighbours of an item by its number, strongest first.
  public func of(_ item: Int) -> [Neighbour] {
    lists[item].map { Neighbour(item: items[Int($0.column)], share: $0.value) }
  }
}
