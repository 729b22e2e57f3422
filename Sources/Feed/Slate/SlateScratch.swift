/// What the slate works with, kept between requests.
package struct SlateScratch {
  /// Candidate indices, best score first.
  var byScore: [Int] = []
  var rules = SlateRules()
  /// Places that a run of the page passed over.
  var runHeld: [Int] = []
  /// By place in the pool: the highest cosine to what the item has met of the page.
  var similarity: [Float] = []
  /// By place in the pool: how much of the page the item has met.
  var met: [Int] = []
  var pool = SlatePool()
  var vectors = PageVectors()
  var order = ScoreOrder()

  /// Empty scratch.
  package init() {}

  /// Begins a request with the candidates in the order of their scores.
  mutating func begin(
    _ candidates: borrowing CandidateSet, _ settings: SurfaceSettings, dimension: Int
  ) {
    order.sort(rows: candidates.rows, scores: candidates.scores, into: &byScore)
    rules.begin(count: candidates.count, settings)
    vectors.begin(dimension: dimension)
    similarity.removeAll(keepingCapacity: true)
    met.removeAll(keepingCapacity: true)
    pool.begin()
  }
}

/// The best remaining items among which MMR picks: a binary heap by value, then by place.
///
/// An entry is one integer, the value in a form that compares like it above the complement of the
/// place, so that a comparison is one instruction.
struct SlatePool {
  private var heap: [UInt64] = []
  /// Items that a run keeps off this place.
  private var heldForPlace: [UInt64] = []
  /// How many items of the pool are not taken, with those that are in no heap.
  var count = 0

  mutating func begin() {
    count = 0
    beginPage()
  }

  /// Empties the heap; the items are added again with their new values.
  mutating func beginPage() {
    heap.removeAll(keepingCapacity: true)
    heldForPlace.removeAll(keepingCapacity: true)
  }

  /// Lets what was held for the last place in again.
  mutating func beginPlace() {
    while let entry = heldForPlace.popLast() { insert(entry) }
  }

  /// Adds an item by its place.
  mutating func add(_ place: Int, value: Float) { insert(Self.entry(place, value)) }

  /// The place with the highest value, the lowest of equal ones.
  var best: Int? { heap.first.map { Int(~UInt32(truncatingIfNeeded: $0)) } }

  /// Sets the value of the best item, which is not higher than it was.
  mutating func lowerBest(_ place: Int, to value: Float) { sink(Self.entry(place, value)) }

  /// Takes the best item out.
  mutating func removeBest() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    sink(last)
  }

  /// Holds the best item back until the next place.
  mutating func holdForPlace() {
    heldForPlace.append(heap[0])
    removeBest()
  }

  private static func entry(_ place: Int, _ value: Float) -> UInt64 {
    UInt64(ScoreOrder.ordered(value)) << 32 | UInt64(~UInt32(truncatingIfNeeded: place))
  }

  private mutating func insert(_ entry: UInt64) {
    var child = heap.count
    heap.append(entry)
    while child > 0 {
      let parent = (child &- 1) / 2
      guard entry > heap[parent] else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  /// Puts an entry in place of the best one.
  private mutating func sink(_ entry: UInt64) {
    var hole = 0
    while true {
      var child = 2 &* hole &+ 1
      guard child < heap.count else { break }
      if child &+ 1 < heap.count, heap[child &+ 1] > heap[child] { child &+= 1 }
      guard heap[child] > entry else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = entry
  }
}
