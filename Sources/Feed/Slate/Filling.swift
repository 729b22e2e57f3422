/// A slate under way.
struct Filling {
  /// How strictly a place is filled.
  private enum Rules: CaseIterable {
    case capsAndRuns, caps, none
  }

  var scratch = SlateScratch()
  private var lambda: Float
  private let poolMax: Int
  private let limit: Int
  private let authorCap: UInt32
  private let categoryCap: UInt32
  private let runMax: Int
  private let reserved: [Int]
  /// Reserved places that the page still owes, by source.
  private var owed: [Int] = []
  private var due = 0
  /// Every place before it is taken.
  private var firstFree = 0
  /// The first place in the order by score that is not in the pool yet.
  private var cursor = 0
  /// Every place before it is taken, or its item's author or category has what a page may have of
  /// it, which stays so until the page is full.
  private var firstUncapped = 0
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

  /// Begins a page: nothing has been met. Runs go on over its edge.
  mutating func beginPage(_ candidates: borrowing CandidateSet, isDiverse: Bool) {
    if !isDiverse { lambda = 1 }
    scratch.page = 0
    scratch.vectors.beginPage()
    scratch.authors.removeAll()
    scratch.categories.removeAll()
    scratch.pool.beginPage()
    owed = reserved
    due = reserved.reduce(0, +)
    firstUncapped = firstFree
    for place in firstFree..<cursor where !scratch.isTaken[place] {
      scratch.met[place] = 0
      scratch.similarity[place] = 0
      scratch.pool.add(place, value: bound(place, candidates))
    }
  }

  /// The candidate for the next place; nil when none is left.
  mutating func next(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    fillPool(candidates)
    if due > 0, limit - scratch.page <= due {
      var mask: UInt16 = 0
      for source in owed.indices where owed[source] > 0 { mask |= 1 << UInt16(source) }
      if let place = firstPlace(candidates, .capsAndRuns, mask) {
        return take(place, world, candidates)
      }
      // Nothing is left that the places were kept for.
      due = 0
    }
    scratch.pool.beginPlace()
    if let place = bestPlace(world, candidates) { return take(place, world, candidates) }
    for rules in Rules.allCases {
      if let place = firstPlace(candidates, rules, .max) {
        return take(place, world, candidates)
      }
    }
    return nil
  }

  private mutating func fillPool(_ candidates: borrowing CandidateSet) {
    while scratch.pool.count < poolMax, cursor < scratch.byScore.count {
      if !scratch.isTaken[cursor] {
        scratch.pool.add(cursor, value: bound(cursor, candidates))
        scratch.pool.count += 1
      }
      cursor += 1
    }
  }

  /// λ times the relevance of the item at a place: no value is above it.
  private func bound(_ place: Int, _ candidates: borrowing CandidateSet) -> Float {
    let score = candidates.scores[scratch.byScore[place]]
    return score.isFinite ? lambda * (1 - (highest - score) / spread) : 0
  }

  /// The place of the pool's best item that the rules allow.
  private mutating func bestPlace(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    while let place = scratch.pool.best {
      let candidate = scratch.byScore[place]
      if scratch.isTaken[place] {
        scratch.pool.removeBest()
      } else if !allowsCaps(candidates, candidate) {
        scratch.pool.holdForPage()
      } else if !allowsRuns(candidates, candidate) {
        scratch.pool.holdForPlace()
      } else if lambda == 1 || scratch.met[place] == scratch.page {
        return place
      } else {
        meet(place, world, candidates)
      }
    }
    return nil
  }

  /// Compares an item of the pool with what it has not met of the page.
  private mutating func meet(
    _ place: Int, _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) {
    scratch.vectors.know(place, world, candidates, scratch.byScore)
    let similarity = scratch.vectors.highest(
      of: place, from: scratch.met[place], atLeast: scratch.similarity[place])
    scratch.met[place] = scratch.page
    scratch.similarity[place] = similarity
    scratch.pool.lowerBest(place, to: bound(place, candidates) - (1 - lambda) * similarity)
  }

  /// The first place in the order by score that is free and allowed, of the sources of a mask.
  private mutating func firstPlace(
    _ candidates: borrowing CandidateSet, _ rules: Rules, _ mask: UInt16
  ) -> Int? {
    while firstUncapped < scratch.byScore.count,
      scratch.isTaken[firstUncapped] || !allowsCaps(candidates, scratch.byScore[firstUncapped])
    {
      firstUncapped += 1
    }
    let start = rules == .none ? firstFree : firstUncapped
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
  private mutating func take(
    _ place: Int, _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int {
    let candidate = scratch.byScore[place]
    let facts = candidates.facts[candidate]
    scratch.isTaken[place] = true
    if place < cursor { scratch.pool.count -= 1 }
    while firstFree < cursor, scratch.isTaken[firstFree] { firstFree += 1 }
    scratch.page += 1
    if lambda < 1 { scratch.vectors.add(candidates.rows[candidate], world) }
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
    if due > 0 { pay(candidates.sources[candidate]) }
    return candidate
  }

  /// An item of these sources has come onto the page.
  private mutating func pay(_ sources: UInt16) {
    for source in owed.indices where owed[source] > 0 && sources & 1 << UInt16(source) != 0 {
      owed[source] -= 1
      due -= 1
    }
  }
}
