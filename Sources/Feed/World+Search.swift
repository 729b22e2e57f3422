internal import Index

/// A search for the nearest items of a space, apart from any page.
public struct VectorQuery: Equatable, Sendable {
  /// What to look for.
  public enum Target: Equatable, Sendable {
    /// A vector of the space's dimension.
    case vector([Float])
    /// The vector of an item, which is not among its own hits.
    case item(String)
    /// A text, for the text space while the program's own encoder makes its vectors.
    case text(String)
  }

  /// The space.
  public var space: String
  /// What to look for.
  public var target: Target
  /// Hits at most.
  public var k = 10
  /// How hard to look: candidates kept in view; 0 = by `k`.
  public var effort = 0
  /// Only items of this category; empty = any.
  public var category = ""
  /// Only items of this author; empty = any.
  public var author = ""
  /// Scores every item instead of walking the graph.
  public var isExact = false

  /// A query with defaults for the rest.
  public init(space: String, target: Target) {
    self.space = space
    self.target = target
  }
}

/// What a search of a space found.
public struct VectorAnswer: Equatable, Sendable {
  /// One item found.
  public struct Found: Equatable, Sendable {
    /// The item.
    public var item: String
    /// Its title.
    public var title: String
    /// How near, by the space's metric; higher is nearer.
    public var score: Float
  }

  /// The nearest items, nearest first.
  public var found: [Found] = []
  /// The version that answered.
  public var version: UInt32 = 0
  /// The way it was searched.
  public var strategy = ""
  /// Vectors compared.
  public var visited = 0
  /// Whether time ran out; the hits are then the nearest of those compared.
  public var isCutShort = false
}

/// Why a search of a space has no answer.
public enum VectorQueryError: Error, Equatable, Sendable {
  /// There is no space of that name.
  case unknownSpace(known: [String])
  /// There is no such item, or it has no vector in the space.
  case unknownItem
  /// Nothing makes vectors of texts for the space.
  case noEncoder
  /// The vector has not as many components as the space asks for.
  case dimension(Int)
}

extension World {
  /// The nearest live items of a space.
  ///
  /// - Parameter keepGoing: asked now and then; false ends the search with what was found.
  public borrowing func answer(
    _ query: VectorQuery, keepGoing: () -> Bool = { true }
  ) throws(VectorQueryError) -> VectorAnswer {
    guard let space = spaces.first(where: { $0.name == query.space }) else {
      throw .unknownSpace(known: spaces.map(\.name))
    }
    let index = space.serving.index
    var vector: [Float] = []
    var own: UInt32?
    switch query.target {
    case .vector(let components):
      guard components.count == index.dimension else { throw .dimension(index.dimension) }
      vector = components
    case .item(let id):
      guard let row = item(id), index.vector(row: row.index, into: &vector) else {
        throw .unknownItem
      }
      own = row.index
    case .text(let text):
      guard space.serving.encoder == VectorSpace.hashed else { throw .noEncoder }
      encoder.encode(title: text, tags: [], category: nil, into: &vector)
    }
    let allowed = allowed(query, own, index)
    var hits: [Hit] = []
    let report =
      query.isExact
      ? index.scan(
        query: vector.span, k: query.k, allowed: allowed, keepGoing: keepGoing, into: &hits)
      : index.search(
        query: vector.span, k: query.k, effort: query.effort, allowed: allowed,
        keepGoing: keepGoing, into: &hits)
    var answer = VectorAnswer()
    answer.version = space.serving.number
    answer.strategy = report.strategy.rawValue
    answer.visited = report.visited
    answer.isCutShort = !report.complete
    // Rows are kept in half precision, so that a cosine may come out a little beyond its bounds.
    let bound: Float = space.metric == .cosine ? 1 : .greatestFiniteMagnitude
    for hit in hits where items.isLive(hit.row) {
      answer.found.append(
        VectorAnswer.Found(
          item: id(ItemRow(hit.row)), title: items.titles.text(Int(hit.row)),
          score: min(max(hit.score, -bound), bound)))
    }
    return answer
  }

  /// The rows that a query may find; nil for all.
  private borrowing func allowed(
    _ query: VectorQuery, _ own: UInt32?, _ index: GraphIndex
  ) -> RowSet? {
    guard own != nil || !query.category.isEmpty || !query.author.isEmpty else { return nil }
    var rows = index === vectors ? placed : index.rows()
    if let own { rows.remove(own) }
    guard !query.category.isEmpty || !query.author.isEmpty else { return rows }
    let category = query.category.isEmpty ? 0 : categories.number(query.category)
    let author = query.author.isEmpty ? nil : user(query.author)?.index ?? .max
    var kept = RowSet(capacity: items.facts.count)
    rows.forEach { row in
      let facts = items.facts[Int(row)]
      if let category, category == 0 || facts.category == category,
        author == nil || facts.author == author && author != .max
      {
        kept.insert(row)
      }
    }
    return kept
  }
}
