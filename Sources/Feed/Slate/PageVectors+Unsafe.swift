internal import CKernels
internal import Index

/// The vectors that a slate compares: those of the best candidates by their place in the order by
/// score, read once and many at a time, and those of the page, one behind the other.
///
/// Safe because the kernel is given rows that `precondition` has found inside the arrays, and room
/// for as many products.
struct PageVectors {
  /// Places are made known so many at a time.
  private static let batch = 128

  private var dimension = 0
  private var items: [Float] = []
  private var page: [Float] = []
  private var products: [Float] = []
  private var rows: [UInt32] = []
  /// Places whose vectors are in `items`: those below.
  private var known = 0

  /// Begins a request.
  mutating func begin(dimension: Int) {
    self.dimension = dimension
    known = 0
    items.removeAll(keepingCapacity: true)
    beginPage()
  }

  /// Empties the page.
  mutating func beginPage() { page.removeAll(keepingCapacity: true) }

  /// Makes the vector of a place known, with those of the places behind it.
  @inline(__always)
  mutating func know(
    _ place: Int, _ world: borrowing World, _ candidates: borrowing CandidateSet, _ order: [Int]
  ) {
    if place >= known { read(upTo: place, world, candidates, order) }
  }

  @inline(never)
  private mutating func read(
    upTo place: Int, _ world: borrowing World, _ candidates: borrowing CandidateSet, _ order: [Int]
  ) {
    let end = min(order.count, max(place + 1, known + Self.batch))
    var rows: [UInt32] = []
    swap(&rows, &self.rows)
    rows.removeAll(keepingCapacity: true)
    for place in known..<end { rows.append(candidates.rows[order[place]]) }
    world.vectors.append(rows: rows.span, to: &items)
    swap(&rows, &self.rows)
    known = end
  }

  /// Puts a row on the page; zeros stand for a vector that it has not.
  mutating func add(_ row: UInt32, _ world: borrowing World) {
    let one = CollectionOfOne(row)
    world.vectors.append(rows: one.span, to: &page)
  }

  /// The highest inner product of a known place with what is on the page from `first` on; at least
  /// `least`.
  mutating func highest(of place: Int, from first: Int, atLeast least: Float) -> Float {
    let count = page.count / max(1, dimension) - first
    precondition(place < known && first >= 0 && count >= 0, "a known place and a part of the page")
    guard count > 0 else { return least }
    while products.count < count { products.append(0) }
    return Self.highest(
      items, place * dimension..<(place + 1) * dimension, page, first * dimension..<page.count,
      &products, atLeast: least)
  }

  /// The highest product of a part of `items` with as long parts of `page`, one behind the other.
  private static func highest(
    _ items: borrowing [Float], _ place: Range<Int>, _ page: borrowing [Float],
    _ rest: Range<Int>, _ products: inout [Float], atLeast least: Float
  ) -> Float {
    let (dimension, count) = (place.count, rest.count / place.count)
    let (item, others) = (items.span.extracting(place), page.span.extracting(rest))
    precondition(products.count >= count, "room for the products")
    return unsafe item.withUnsafeBufferPointer { item in
      unsafe others.withUnsafeBufferPointer { others in
        unsafe products.withUnsafeMutableBufferPointer { products in
          guard let item = item.baseAddress, let others = others.baseAddress,
            let to = products.baseAddress
          else { return least }
          unsafe updraft_vectors_best().pointee.dot_rows(item, others, dimension, count, to)
          var highest = least
          for index in 0..<count where unsafe products[index] > highest {
            highest = unsafe products[index]
          }
          return highest
        }
      }
    }
  }
}
