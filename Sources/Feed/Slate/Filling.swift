/// A slate under way.
struct Filling: ~Copyable {
  var scratch = SlateScratch()
  private let lambda: Float
  private let poolMax: Int
  private let limit: Int
  private let reserved: [Int]
  /// Whether MMR orders the page.
  private var isDiverse = true
  /// Items on the page.
  private var page = 0
  /// Reserved places that the page still owes, by source.
  private var owed: [Int] = []
  private var due = 0
  /// Every place before it is taken.
  private var firstFree = 0
  /// The first place in the order by score that is not in the pool yet.
  private var cursor = 0
  /// Every place before it is taken, is held by a run, or is of an author or a category of which
  /// the page has its share, which stays so until the page is full.
  private var scanned = 0
  /// The scores that make relevance 1 and 0.
  private var highest: Float = 0
  private var spread: Float = 1

  /// - Parameters:
  ///   - lambda: the weight of relevance.
  ///   - pool: how many items MMR picks among.
  init(_ context: RankingContext, lambda: Float, pool: Int) {
    self.lambda = lambda
    poolMax = pool
    limit = context.limit
    let surface = context.surface
    reserved = SourceName.allCases.map { surface.reserved($0) }
  }

  /// Reads the highest and the lowest finite score from the ends of the order.
  mutating func scaleRelevance(_ candidates: borrowing CandidateSet) {
    let order = scratch.byScore
    guard let best = order.first, candidates.scores[best].isFinite else { return }
    highest = candidates.scores[best]
    var last = order.count - 1
    while !candidates.scores[order[last]].isFinite { last -= 1 }
    let range = highest - candidates.scores[order[last]]
    spread = range > 0 ? range : 1
  }

  /// Begins a page: nothing has been met.
  mutating func beginPage(_ candidates: borrowing CandidateSet, isDiverse: Bool) {
    self.isDiverse = isDiverse
    page = 0
    owed = reserved
    due = reserved.reduce(0, +)
    scratch.rules.beginPage()
    scratch.runHeld.removeAll(keepingCapacity: true)
    while firstFree < scratch.rules.count, scratch.rules.isTaken(firstFree) { firstFree += 1 }
    scanned = firstFree
    guard isDiverse else { return }
    scratch.vectors.beginPage()
    scratch.pool.beginPage()
    for place in min(firstFree, cursor)..<cursor where !scratch.rules.isTaken(place) {
      scratch.met[place] = 0
      scratch.similarity[place] = 0
      scratch.pool.add(place, value: bound(place, candidates))
    }
  }

  /// The candidate for the next place; nil when none is left.
  mutating func next(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    guard
      let place = reservedPlace(candidates) ?? bestPlace(world, candidates)
        ?? firstPlace(candidates)
    else { return nil }
    return take(place, world, candidates)
  }

  /// The place of the best item of those that places are kept for, once no other may come; nil
  /// while there is room for others, and when no such item is left.
  private mutating func reservedPlace(_ candidates: borrowing CandidateSet) -> Int? {
    guard due > 0, limit - page <= due else { return nil }
    scratch.rules.describe(through: scratch.rules.count - 1, candidates, scratch.byScore)
    var mask: UInt16 = 0
    for source in owed.indices where owed[source] > 0 { mask |= 1 << UInt16(source) }
    for place in firstFree..<scratch.rules.count
    where scratch.rules.isOf(mask, place) && isFree(place) && scratch.rules.allowsRuns(place) {
      return place
    }
    due = 0
    return nil
  }

  /// λ times the relevance of the item at a place: no value is above it.
  private func bound(_ place: Int, _ candidates: borrowing CandidateSet) -> Float {
    let score = candidates.scores[scratch.byScore[place]]
    return score.isFinite ? lambda * (1 - (highest - score) / spread) : 0
  }

  // MARK: By MMR

  private mutating func fillPool(_ candidates: borrowing CandidateSet) {
    while scratch.pool.count < poolMax, cursor < scratch.byScore.count {
      if !scratch.rules.isTaken(cursor) {
        scratch.pool.add(cursor, value: bound(cursor, candidates))
        scratch.pool.count += 1
      }
      cursor += 1
    }
    scratch.rules.describe(through: cursor - 1, candidates, scratch.byScore)
    let added = cursor - scratch.met.count
    scratch.met.append(contentsOf: repeatElement(0, count: added))
    scratch.similarity.append(contentsOf: repeatElement(0, count: added))
  }

  /// The place of the pool's best item that the rules allow.
  private mutating func bestPlace(
    _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int? {
    guard isDiverse else { return nil }
    fillPool(candidates)
    scratch.pool.beginPlace()
    while let place = scratch.pool.best {
      if !isFree(place) {
        scratch.pool.removeBest()
      } else if !scratch.rules.allowsRuns(place) {
        scratch.pool.holdForPlace()
      } else if scratch.met[place] == page {
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
    scratch.met[place] = page
    scratch.similarity[place] = similarity
    scratch.pool.lowerBest(place, to: bound(place, candidates) - (1 - lambda) * similarity)
  }

  // MARK: By score

  /// Whether the item of a place is left, and the page may have one more of its kind.
  @inline(__always)
  private func isFree(_ place: Int) -> Bool {
    !scratch.rules.isTaken(place) && scratch.rules.allowsCaps(place)
  }

  /// The first place in the order by score that caps and runs allow; where none does, that caps
  /// allow; else the first that is free. nil when none is.
  private mutating func firstPlace(_ candidates: borrowing CandidateSet) -> Int? {
    for place in scratch.runHeld where isFree(place) && scratch.rules.allowsRuns(place) {
      return place
    }
    while scanned < scratch.rules.count {
      let place = scanned
      scanned += 1
      scratch.rules.describe(through: place, candidates, scratch.byScore)
      guard isFree(place) else { continue }
      if scratch.rules.allowsRuns(place) { return place }
      scratch.runHeld.append(place)
    }
    for place in scratch.runHeld where isFree(place) { return place }
    while firstFree < scratch.rules.count, scratch.rules.isTaken(firstFree) { firstFree += 1 }
    return firstFree < scratch.rules.count ? firstFree : nil
  }

  /// Puts the candidate at a place in the order by score onto the page.
  private mutating func take(
    _ place: Int, _ world: borrowing World, _ candidates: borrowing CandidateSet
  ) -> Int {
    let candidate = scratch.byScore[place]
    scratch.rules.take(place)
    if place < cursor { scratch.pool.count -= 1 }
    page += 1
    if isDiverse { scratch.vectors.add(candidates.rows[candidate], world) }
    if due > 0 { pay(scratch.rules.sources(place)) }
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
