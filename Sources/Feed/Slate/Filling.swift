internal import Index

/// A slate under way.
struct Filling {
  /// How strictly a place is filled.
  private enum Rules: CaseIterable {
    case capsAndRuns, caps, none
  }

  var scratch = SlateScratch()
  private let lambda: Float
  private let poolMax: Int
  private let limit: Int
  private let authorCap: UInt32
  private let categoryCap: UInt32
  private let runMax: Int
  private let reserved: [Int]
  /// Reserved places that the page still owes, by source.
  private var owed: [Int] = []
  /// The first place in the order by score that is not in the pool yet.
  private var cursor = 0
  /// The scores that make relevance 1 and 0.
  private var highest: Float = 0
  private var spread: Float = 1
  private var lastAuthor = UInt32.max
  private var authorRun = 0
  private var lastCategory: UInt16 = 0
  private var categoryRun = 0

  init(
    _ context: RankingContext, _ candidates: borrowing CandidateSet, lambda: Float,
    pool: Int
  ) {
    let settings = context.surface.settings
    self.lambda = lambda
    poolMax = pool
    limit = context.limit
    authorCap = settings.authorCap > 0 ? UInt32(clamping: settings.authorCap) : .max
    categoryCap = settings.categoryCap > 0 ? UInt32(clamping: settings.categoryCap) : .max
    runMax = settings.runMax > 0 ? settings.runMax : .max
    let surface = context.surface
    reserved = SourceName.allCases.map { surface.reserved($0) }
    let finite = candidates.scores.lazy.filter(\.isFinite)
    highest = finite.max() ?? 0
    let range = highest - (finite.min() ?? 0)
    spread = range > 0 ? range : 1
  }

  /// Begins with no page.
  mutating func begin() { scratch.pool.removeAll() }

  /// Begins a page. Runs go on over its edge.
  mutating func beginPage(_ candidates: borrowing CandidateSet) {
    scratch.page.removeAll(keepingCapacity: true)
    scratch.authors.removeAll()
    scratch.categories.removeAll()
    scratch.pool.beginPage()
    owed = reserved
  }

  /// The candidate for the next place; nil when none is left.
  mutating func next(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    fillPool(candidates)
    let due = owed.reduce(0, +)
    if due > 0, limit - scratch.page.count <= due {
      let mask = SourceName.allCases.reduce(UInt16(0)) {
        owed[Int($1.rawValue)] > 0 ? $0 | $1.bit : $0
      }
      if let place = firstPlace(candidates, .capsAndRuns, mask) {
        return take(place, candidates)
      }
      // Nothing is left that the places were kept for.
      owed = Array(repeating: 0, count: owed.count)
    }
    scratch.pool.beginPlace()
    if let place = bestPlace(world, candidates) { return take(place, candidates) }
    for rules in Rules.allCases {
      if let place = firstPlace(candidates, rules, .max) { return take(place, candidates) }
    }
    return nil
  }

  private mutating func fillPool(_ candidates: borrowing CandidateSet) {
    while scratch.pool.places.count < poolMax, cursor < scratch.byScore.count {
      if !scratch.isTaken[cursor] {
        let score = candidates.scores[scratch.byScore[cursor]]
        let relevance = score.isFinite ? 1 - (highest - score) / spread : 0
        scratch.pool.append(place: cursor, bound: lambda * relevance)
      }
      cursor += 1
    }
  }

  /// The place of the pool's best item that the rules allow.
  private mutating func bestPlace(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    while let index = scratch.pool.best() {
      let candidate = scratch.byScore[scratch.pool.places[index]]
      if !allowsCaps(candidates, candidate) {
        scratch.pool.out[index] = 1
      } else if !allowsRuns(candidates, candidate) {
        scratch.pool.out[index] = 2
      } else if lambda == 1 || scratch.pool.met[index] == scratch.page.count {
        return scratch.pool.places[index]
      } else {
        meet(index, world, candidates.rows[candidate], candidates)
      }
    }
    return nil
  }

  /// Compares an item of the pool with what it has not met of the page.
  private mutating func meet(
    _ index: Int, _ world: borrowing World, _ row: UInt32, _ candidates: borrowing CandidateSet
  ) {
    var similarity = scratch.pool.similarity[index]
    for other in scratch.pool.met[index]..<scratch.page.count {
      similarity = max(
        similarity, world.vectors.pairwise(row, candidates.rows[scratch.page[other]]))
    }
    scratch.pool.met[index] = scratch.page.count
    scratch.pool.similarity[index] = similarity
    scratch.pool.values[index] = scratch.pool.bounds[index] - (1 - lambda) * similarity
  }

  /// The first place in the order by score that is free and allowed, of the sources of a mask.
  private func firstPlace(
    _ candidates: borrowing CandidateSet, _ rules: Rules, _ mask: UInt16
  ) -> Int? {
    let start = scratch.pool.places.first ?? cursor
    for place in start..<scratch.byScore.count where !scratch.isTaken[place] {
      let candidate = scratch.byScore[place]
      guard candidates.sources[candidate] & mask != 0 else { continue }
      if rules != .none, !allowsCaps(candidates, candidate) { continue }
      if rules == .capsAndRuns, !allowsRuns(candidates, candidate) { continue }
      return place
    }
    return nil
  }

  private func allowsCaps(_ candidates: borrowing CandidateSet, _ candidate: Int) -> Bool {
    let facts = candidates.facts[candidate]
    if authorCap != .max, facts.author != .max,
      (scratch.authors[facts.author] ?? 0) >= authorCap
    {
      return false
    }
    return categoryCap == .max || facts.category == 0
      || (scratch.categories[UInt32(facts.category)] ?? 0) < categoryCap
  }

  private func allowsRuns(_ candidates: borrowing CandidateSet, _ candidate: Int) -> Bool {
    let facts = candidates.facts[candidate]
    if facts.author != .max, facts.author == lastAuthor, authorRun >= runMax { return false }
    return facts.category == 0 || facts.category != lastCategory || categoryRun < runMax
  }

  /// Puts the candidate at a place in the order by score onto the page.
  private mutating func take(_ place: Int, _ candidates: borrowing CandidateSet) -> Int {
    let candidate = scratch.byScore[place]
    let facts = candidates.facts[candidate]
    scratch.isTaken[place] = true
    if let index = scratch.pool.places.firstIndex(of: place) { scratch.pool.remove(index) }
    scratch.page.append(candidate)
    if facts.author != .max {
      scratch.authors.set(facts.author, (scratch.authors[facts.author] ?? 0) &+ 1)
    }
    if facts.category != 0 {
      let category = UInt32(facts.category)
      scratch.categories.set(category, (scratch.categories[category] ?? 0) &+ 1)
    }
    authorRun = facts.author != .max && facts.author == lastAuthor ? authorRun + 1 : 1
    lastAuthor = facts.author
    categoryRun = facts.category != 0 && facts.category == lastCategory ? categoryRun + 1 : 1
    lastCategory = facts.category
    for source in SourceName.allCases where candidates.sources[candidate] & source.bit != 0 {
      owed[Int(source.rawValue)] = max(0, owed[Int(source.rawValue)] - 1)
    }
    return candidate
  }
}
