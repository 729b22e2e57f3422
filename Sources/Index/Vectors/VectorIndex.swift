/// How alike two vectors are.
public enum Metric: String, Sendable, CaseIterable {
  /// The inner product.
  case innerProduct = "inner_product"
  /// The cosine of the angle between them, 0 when either is zero.
  case cosine
  /// The negative squared Euclidean distance.
  case squaredEuclidean = "l2"
}

/// How a search went about it.
public enum SearchStrategy: String, Sendable, CaseIterable {
  /// Compared every row, or every allowed one.
  case scan
  /// Walked the graph.
  case graph
  /// Walked the graph and kept what the filter allows.
  case filteredGraph = "filtered_graph"
  /// Walked the graph, found too little that the filter allows, and compared every allowed row.
  case graphThenScan = "graph_then_scan"
}

/// What a search did.
public struct SearchReport: Sendable, Equatable {
  /// Rows that were scored.
  public var visited: Int
  /// Whether every row that the filter allows was considered; false after a stop at the limit or
  /// by the caller.
  public var complete: Bool
  /// How it went about it.
  public var strategy: SearchStrategy
  /// Of the rows met on a walk with a filter, the share that could have been hits; 1 otherwise.
  public var allowedShare = 1.0
  /// Rows that a walk kept in view; 0 where every row was compared.
  public var effort = 0

  /// Makes a report.
  public init(visited: Int, complete: Bool, strategy: SearchStrategy = .scan) {
    self.visited = visited
    self.complete = complete
    self.strategy = strategy
  }
}

/// Vectors by row, and the rows nearest to a query.
///
/// A row is the dense number that the engine gave an item. Vectors and queries have `dimension`
/// components, which is a precondition, and those are finite, which the caller checks where they
/// enter the program: a row whose score is not finite comes last, but is not refused.
///
/// An index has one writer, or any number of readers; the owner's lock sees to that.
public protocol VectorIndex: ~Copyable {
  /// Components of a vector.
  var dimension: Int { get }
  /// How vectors are compared.
  var metric: Metric { get }
  /// Rows that have a vector.
  var count: Int { get }

  /// Gives `row` a vector, in place of one that it had.
  mutating func insert(row: UInt32, vector: Span<Float>)

  /// Takes the vector of `row` away; nothing happens when it has none.
  mutating func remove(row: UInt32)

  /// Whether `row` has a vector.
  func contains(row: UInt32) -> Bool

  /// Puts the vector of `row`, as it is kept, in place of `vector`'s components; false, and
  /// `vector` untouched, when the row has none. Inserting it again gives the same index.
  func vector(row: UInt32, into vector: inout [Float]) -> Bool

  /// Puts the `k` best rows into `hits`, best first, in place of what was there: higher score
  /// first, ties by the lower row.
  ///
  /// - Parameters:
  ///   - query: what to look for.
  ///   - k: most hits wanted.
  ///   - effort: how hard an approximate index tries; an exact one ignores it.
  ///   - allowed: rows that may be hits, or nil for all.
  ///   - limit: most rows to score, taken from the highest row downwards; 0 for no limit.
  ///   - keepGoing: asked every few thousand rows; false ends the search with what was found.
  ///   - hits: the result.
  func search(
    query: Span<Float>, k: Int, effort: Int, allowed: RowSet?, newestFirst limit: Int,
    keepGoing: () -> Bool, into hits: inout [Hit]
  ) -> SearchReport
}
