/// The features that follow from a candidate's author alone.
///
/// A page has far fewer authors than candidates, so each is worked out once an author, and then
/// handed to the author's candidates.
struct AuthorFeatures {
  private static let healthMean: Float = 0.8
  private static let healthWeight: Float = 10
  private static let received = FeatureSet([.creatorHealth, .authorReception])
  private static let all = received.union(
    FeatureSet([.authorFollowers, .followed, .authorAffinity, .sessionAuthor]))

  /// The authors of the batch, each once; nobody counts as one too.
  private var authors: [UInt32] = []
  private var table = RowTable()
  /// By candidate, the place of its author among them.
  private var numbers: [UInt32] = []
  /// By author.
  private var values: [Float] = []
  private var others: [Float] = []

  /// Fills the columns that `needed` names, of a batch that has begun.
  ///
  /// - Parameter visit: what the user liked in the running visit.
  mutating func fill(
    _ needed: FeatureSet, _ world: borrowing World, _ context: RankingContext, _ visit: Visit,
    _ candidates: borrowing CandidateSet, _ matrix: inout FeatureMatrix
  ) {
    guard needed.intersects(Self.all) else { return }
    number(candidates)
    if needed.intersects(Self.received) { received(world, context, &matrix) }
    if needed.contains(.authorFollowers) {
      hand(.authorFollowers, &matrix) { Float(world.graph.followerCount(of: $0)) }
      matrix.grow(.authorFollowers)
    }
    if needed.contains(.followed) { look(.followed, context.marks.followees, &matrix) }
    if needed.contains(.authorAffinity) { look(.authorAffinity, context.marks.authors, &matrix) }
    if needed.contains(.sessionAuthor) {
      if visit.authors.count == 0 {
        matrix.fill(.sessionAuthor, all: 0)
      } else {
        hand(.sessionAuthor, &matrix) { Float(visit.authors[$0] ?? 0) }
        matrix.grow(.sessionAuthor)
      }
    }
  }

  /// Numbers the authors of the batch.
  private mutating func number(_ candidates: borrowing CandidateSet) {
    authors.removeAll(keepingCapacity: true)
    table.removeAll()
    let facts = candidates.facts.span
    numbers.fit(facts.count, 0)
    Self.number(facts, &table, &authors, &numbers)
  }

  private static func number(
    _ facts: Span<ItemTable.Facts>, _ table: inout RowTable, _ authors: inout [UInt32],
    _ numbers: inout [UInt32]
  ) {
    var numbers = numbers.mutableSpan
    for index in facts.indices {
      let next = UInt32(truncatingIfNeeded: authors.count)
      let number = table.number(of: facts[index].author, orSet: next)
      if number == next { authors.append(facts[index].author) }
      numbers[index] = number
    }
  }

  /// Fills a column with what a table says of each author.
  private mutating func look(
    _ feature: Feature, _ table: borrowing RowTable, _ matrix: inout FeatureMatrix
  ) {
    if table.count == 0 { return matrix.fill(feature, all: 0) }
    values.fit(authors.count, 0)
    for index in authors.indices { values[index] = table.float(authors[index]) }
    Self.spread(feature, values, numbers, &matrix)
  }

  /// Fills a column with a number of each author.
  private mutating func hand(
    _ feature: Feature, _ matrix: inout FeatureMatrix, _ value: (UInt32) -> Float
  ) {
    values.fit(authors.count, 0)
    for index in authors.indices { values[index] = value(authors[index]) }
    Self.spread(feature, values, numbers, &matrix)
  }

  /// Hands numbers of authors to their candidates.
  private static func spread(
    _ feature: Feature, _ values: borrowing [Float], _ numbers: borrowing [UInt32],
    _ matrix: inout FeatureMatrix
  ) {
    let (numbers, values) = (numbers.span, values.span)
    matrix.fill(feature) { values[Int(numbers[$0])] }
  }

  /// How the author's items were received.
  private mutating func received(
    _ world: borrowing World, _ context: RankingContext, _ matrix: inout FeatureMatrix
  ) {
    let halfLife = world.settings.tasteHalfLifeMs
    let traces = world.engagement.traces.span
    values.fit(authors.count, 0)
    others.fit(authors.count, 0)
    for index in authors.indices {
      let author = Int(authors[index])
      guard author < traces.count else {
        (values[index], others[index]) = (Self.healthMean, 0)
        continue
      }
      let updated = traces[author].receivedUpdated
      let elapsed = context.second > updated ? Int64(context.second - updated) * 1000 : 0
      let factor = Decay.factor(elapsed: elapsed, halfLife: halfLife)
      let positive = traces[author].receivedPositive * factor
      let negative = traces[author].receivedNegative * factor
      values[index] = Rates.smoothed(
        positive, of: positive + negative, mean: Self.healthMean, weight: Self.healthWeight)
      others[index] = positive + negative
    }
    Self.spread(.creatorHealth, values, numbers, &matrix)
    Self.spread(.authorReception, others, numbers, &matrix)
    matrix.grow(.authorReception)
  }
}
