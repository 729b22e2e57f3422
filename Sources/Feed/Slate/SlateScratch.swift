internal import Index

/// What the slate works with, kept between requests.
package struct SlateScratch {
  /// Selects and orders by score.
  var top = TopK(k: 0)
  var hits: [Hit] = []
  /// Candidate indices, best score first.
  var byScore: [Int] = []
  /// Whether the place in `byScore` is taken.
  var isTaken: [Bool] = []
  var pool = SlatePool()
  /// Items on the page by author and by category.
  var authors = RowTable()
  var categories = RowTable()
  /// Candidate indices on the page, in order.
  var page: [Int] = []

  /// Empty scratch.
  package init() {}
}

/// The best remaining items among which MMR picks, best score first.
struct SlatePool {
  /// Places in the order by score.
  var places: [Int] = []
  /// λ times the relevance: no value is above it.
  var bounds: [Float] = []
  /// The MMR value; one that has not met the whole page yet may be too high.
  var values: [Float] = []
  /// The highest cosine to what it has met of the page.
  var similarity: [Float] = []
  /// How much of the page it has met.
  var met: [Int] = []
  /// Out for this page (1) or for this place (2).
  var out: [UInt8] = []

  mutating func removeAll() {
    places.removeAll(keepingCapacity: true)
    bounds.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    similarity.removeAll(keepingCapacity: true)
    met.removeAll(keepingCapacity: true)
    out.removeAll(keepingCapacity: true)
  }

  mutating func append(place: Int, bound: Float) {
    places.append(place)
    bounds.append(bound)
    values.append(bound)
    similarity.append(0)
    met.append(0)
    out.append(0)
  }

  mutating func remove(_ index: Int) {
    places.remove(at: index)
    bounds.remove(at: index)
    values.remove(at: index)
    similarity.remove(at: index)
    met.remove(at: index)
    out.remove(at: index)
  }

  /// Begins a page: nothing has been met.
  mutating func beginPage() {
    for index in places.indices {
      values[index] = bounds[index]
      similarity[index] = 0
      met[index] = 0
      out[index] = 0
    }
  }

  /// Begins a place: what was out for the last place is in again.
  mutating func beginPlace() {
    for index in out.indices where out[index] == 2 { out[index] = 0 }
  }

  /// The highest value that is in, the first of equal ones; bounds fall along the pool, so the
  /// search ends where none can be higher.
  @inline(__always)
  func best() -> Int? {
    var best: Int?
    var most = -Float.infinity
    for index in places.indices {
      if bounds[index] <= most { break }
      if out[index] == 0, values[index] > most {
        most = values[index]
        best = index
      }
    }
    return best
  }
}
