/// The `k` best of any number of scored rows, in one total order: higher score first, non-finite
/// scores last, ties by the lower row. The result does not depend on the order of insertion.
///
/// ```swift
/// var top = TopK(k: 2)
/// top.insert(row: 7, score: 0.5)
/// top.insert(row: 3, score: .nan)
/// top.insert(row: 1, score: 0.5)
/// top.drain(into: &hits)  // rows 1, 7
/// ```
///
/// A binary heap with the worst kept entry on top. An entry is one integer, the score in a form
/// that compares like it above the complement of the row, so a comparison is one instruction.
/// A non-finite score comes out as `-infinity`, and `-0` as `0`.
///
/// - Complexity: an insertion O(log k), one comparison when the entry is not kept.
public struct TopK: Sendable {
  /// Most entries kept.
  public private(set) var k: Int
  /// A score below this cannot enter any more; one equal to it may, with a lower row.
  /// `-infinity` until `k` entries are kept.
  public private(set) var threshold: Float = -.infinity
  private var heap: [UInt64] = []
  private var sorter = KeySorter()

  /// Fewer entries are sorted by comparing them.
  private static let sorterLeast = 64

  /// Makes an empty selection of the `k` best; none for `k` ≤ 0.
  public init(k: Int) {
    self.k = max(k, 0)
  }

  /// Number of entries kept now.
  public var count: Int { heap.count }

  /// Empties the selection for another use, with its storage kept.
  public mutating func reset(k: Int) {
    self.k = max(k, 0)
    removeAll()
  }

  /// Offers a row; it is kept while it is among the `k` best.
  @inline(__always)
  public mutating func insert(row: UInt32, score: Float) {
    let entry = Self.entry(row: row, score: score)
    if heap.count < k {
      append(entry)
    } else if let worst = heap.first, entry > worst {
      replaceWorst(with: entry)
    }
  }

  /// Puts the kept rows into `hits`, best first, in place of what was there; the selection is
  /// empty afterwards.
  ///
  /// - Complexity: O(k)
  public mutating func drain(into hits: inout [Hit]) {
    hits.removeAll(keepingCapacity: true)
    hits.reserveCapacity(heap.count)
    if heap.count < Self.sorterLeast { heap.sort() } else { sorter.sort(&heap) }
    for entry in heap.reversed() { hits.append(Self.hit(entry)) }
    removeAll()
  }

  private mutating func removeAll() {
    heap.removeAll(keepingCapacity: true)
    threshold = -.infinity
  }

  private mutating func append(_ entry: UInt64) {
    var child = heap.count
    heap.append(entry)
    while child > 0 {
      let parent = (child &- 1) / 2
      guard entry < heap[parent] else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
    if heap.count == k { threshold = Self.hit(heap[0]).score }
  }

  private mutating func replaceWorst(with entry: UInt64) {
    var hole = 0
    while true {
      var child = 2 &* hole &+ 1
      guard child < heap.count else { break }
      if child &+ 1 < heap.count, heap[child &+ 1] < heap[child] { child &+= 1 }
      guard heap[child] < entry else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = entry
    threshold = Self.hit(heap[0]).score
  }

  /// Higher is better. Finite scores map to 1 and above, all others to 0.
  @inline(__always)
  private static func entry(row: UInt32, score: Float) -> UInt64 {
    var ordered: UInt32 = 0
    if score.isFinite {
      let bits = (score + 0).bitPattern  // + 0 turns -0 into 0
      ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }
    return UInt64(ordered) << 32 | UInt64(~row)
  }

  private static func hit(_ entry: UInt64) -> Hit {
    let ordered = UInt32(entry >> 32)
    var score = -Float.infinity
    if ordered != 0 {
      score = Float(bitPattern: ordered & 0x8000_0000 == 0 ? ~ordered : ordered & 0x7fff_ffff)
    }
    return Hit(row: ~UInt32(truncatingIfNeeded: entry), score: score)
  }
}
