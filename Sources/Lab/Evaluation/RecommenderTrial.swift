internal import Index

/// The judgement of recommenders: every item is ranked for every user, less what the user turned to
/// in the training, and the first `k` are held against what the user turned to afterwards. What was
/// turned to is relevant, whatever its rating.
///
/// Users without training and users who turned to nothing new afterwards are left out. Items that
/// only the test knows count as relevant ones that nobody could find. So do the published figures
/// of Microsoft's recommenders library, which this protocol is equal to.
public struct RecommenderTrial: Sendable {
  /// Places of a list.
  public let k: Int
  /// What models learn from.
  public let train: InteractionSet
  /// What users with training turned to later, and what is left to judge; numbered as `train`.
  public let test: InteractionSet
  /// Users that are judged, ascending.
  public let judged: [Int]
  /// Users of the test that have no training.
  public let strangers: Int

  private let seen: SparseMatrix
  private let relevant: SparseMatrix
  private let segments: RecommenderSegments

  /// A trial.
  ///
  /// - Parameter test: what came later, in numbers of its own.
  /// - Throws: `LabError` when nobody can be judged.
  public init(train: InteractionSet, test: InteractionSet, k: Int) throws(LabError) {
    let numbered = train.numbering(test)
    // The same numbers on both sides, so that a model scores the items of the training only.
    self.k = k
    self.train = train
    self.test = numbered
    let wide = numbered.with(train.entries)
    let seen = wide.matrix()
    let later = numbered.matrix()
    var fresh: [SparseMatrix.Entry] = []
    for user in 0..<later.rows {
      let past = Set(seen.indices[seen.range(user)])
      for place in later.range(user) where !past.contains(later.indices[place]) {
        fresh.append(.init(row: UInt32(user), column: later.indices[place], value: 1))
      }
    }
    let relevant = SparseMatrix(rows: later.rows, columns: later.columns, entries: fresh)
    judged = (0..<train.users.count).filter { user in
      !relevant.range(user).isEmpty && !seen.range(user).isEmpty
    }
    strangers = (0..<later.rows).count { !later.range($0).isEmpty && seen.range($0).isEmpty }
    guard !judged.isEmpty else {
      throw LabError(
        .format,
        "nobody can be judged: no user of the test has both a training and something new "
          + "afterwards; check that both files name users and items alike")
    }
    self.seen = seen
    self.relevant = relevant
    segments = RecommenderSegments(seen)
  }

  /// Judges a model that was trained on `train`.
  ///
  /// - Parameters:
  ///   - seed: what the resampling of the intervals follows from.
  ///   - progress: called with how many users are done.
  public func reading(
    of model: any Recommender, seed: UInt64 = 1, progress: (Int) -> Void = { _ in }
  ) -> RecommenderReading {
    var tally = RecommenderTally(items: model.items, segments: segments)
    var scores: [Float] = []
    var top = TopK(k: k)
    var hits: [Hit] = []
    let most = 64
    var next = 0
    while next < judged.count {
      let first = judged[next]
      let range = first..<min(first + most, train.users.count)
      model.score(range, into: &scores)
      while next < judged.count, judged[next] < range.upperBound {
        let user = judged[next]
        let start = (user - first) * model.items
        let own = scores.span.extracting(start..<start + model.items)
        let past = seen.indices.span.extracting(seen.range(user))
        rank(own, without: past, &top, &hits)
        tally.note(
          user, hits.map(\.row), relevant.indices[relevant.range(user)], k,
          auc: area(own, past: past, user))
        next += 1
      }
      progress(next)
    }
    return tally.reading(k: k, seed: seed, seen: seen)
  }

  /// The best of what is not in the past; items that are scored like nothing have their place too.
  private func rank(
    _ scores: borrowing Span<Float>, without past: borrowing Span<UInt32>, _ top: inout TopK,
    _ hits: inout [Hit]
  ) {
    top.reset(k: k)
    var next = 0
    for item in scores.indices {
      if next < past.count, past[next] == UInt32(item) {
        next += 1
        continue
      }
      let score = scores[item]
      if !(score < top.threshold) { top.insert(row: UInt32(item), score: score) }
    }
    top.drain(into: &hits)
  }

  /// The chance that something relevant scores above something that is neither relevant nor past;
  /// relevant items that the model does not know lose against all.
  private func area(
    _ scores: borrowing Span<Float>, past: borrowing Span<UInt32>, _ user: Int
  ) -> Double {
    var isOut = [Bool](repeating: false, count: scores.count)
    for place in past.indices where Int(past[place]) < scores.count {
      isOut[Int(past[place])] = true
    }
    let wanted = relevant.indices[relevant.range(user)]
    for item in wanted where Int(item) < scores.count { isOut[Int(item)] = true }
    var others: [Float] = []
    others.reserveCapacity(scores.count)
    for item in scores.indices where !isOut[item] { others.append(Self.finite(scores[item])) }
    guard !others.isEmpty else { return 0.5 }
    var won = 0.0
    for item in wanted where Int(item) < scores.count {
      let score = Self.finite(scores[Int(item)])
      var (below, equal) = (0, 0)
      for other in others {
        below += other < score ? 1 : 0
        equal += other == score ? 1 : 0
      }
      won += Double(below) + Double(equal) / 2
    }
    return won / (Double(wanted.count) * Double(others.count))
  }

  private static func finite(_ score: Float) -> Float { score.isFinite ? score : -.infinity }
}
