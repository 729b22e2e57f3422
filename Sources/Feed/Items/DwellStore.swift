/// Quantiles of dwell time, an item each: a histogram with buckets of equal ratio, kept only for
/// items that were dwelt on.
///
/// Bucket b holds dwells from 250 ms x 1.5^b on, so that a quantile is within a factor of 1.5; it
/// is interpolated inside its bucket. Counts are halved when one is full, which keeps the shape.
package struct DwellStore {
  private static let buckets = 24
  private static let firstMs: Float = 250
  private static let ratio: Float = 1.5

  private var heads: [UInt32] = []  // block + 1
  private var counts: [UInt16] = []
  private var free: [UInt32] = []

  /// The lower bounds of the buckets in milliseconds.
  private static let bounds: [Float] = {
    var bounds: [Float] = []
    var bound = firstMs
    for _ in 0..<buckets {
      bounds.append(bound)
      bound *= ratio
    }
    return bounds
  }()

  /// Counts one dwell.
  package mutating func add(_ row: UInt32, milliseconds: Float) {
    while heads.count <= Int(row) { heads.append(0) }
    if heads[Int(row)] == 0 { heads[Int(row)] = make() }
    let base = (Int(heads[Int(row)]) - 1) * Self.buckets
    var bucket = 0
    while bucket + 1 < Self.buckets, milliseconds >= Self.bounds[bucket + 1] { bucket += 1 }
    if counts[base + bucket] == .max {
      for slot in base..<base + Self.buckets { counts[slot] /= 2 }
    }
    counts[base + bucket] += 1
  }

  /// Fetches where an item's counts are.
  @inline(__always)
  mutating func fetchPlace(_ row: UInt32) { Prefetch.element(&heads, Int(row)) }

  /// Fetches an item's counts; `fetchPlace` came before.
  @inline(__always)
  mutating func fetchCounts(_ row: UInt32) {
    guard Int(row) < heads.count, heads[Int(row)] != 0 else { return }
    Prefetch.element(&counts, (Int(heads[Int(row)]) &- 1) &* Self.buckets)
  }

  /// The quantile in milliseconds; nil when the item was never dwelt on.
  package func quantile(_ row: UInt32, _ share: Float) -> Float? {
    guard Int(row) < heads.count, heads[Int(row)] != 0 else { return nil }
    let base = (Int(heads[Int(row)]) - 1) * Self.buckets
    var total = 0
    for slot in base..<base + Self.buckets { total += Int(counts[slot]) }
    guard total > 0 else { return nil }
    let rank = min(max(share, 0), 1) * Float(total)
    var below: Float = 0
    for bucket in 0..<Self.buckets {
      let count = Float(counts[base + bucket])
      if count > 0, below + count >= rank {
        let low = bucket == 0 ? 0 : Self.bounds[bucket]
        let high = Self.bounds[bucket] * Self.ratio
        return low + (high - low) * (rank - below) / count
      }
      below += count
    }
    return Self.bounds[Self.buckets - 1] * Self.ratio
  }

  /// The median and the ninth decile in milliseconds; 0 when the item was never dwelt on.
  package func spread(_ row: UInt32) -> (median: Float, long: Float) {
    guard Int(row) < heads.count, heads[Int(row)] != 0 else { return (0, 0) }
    let base = (Int(heads[Int(row)]) - 1) * Self.buckets
    let counts = self.counts.span.extracting(base..<base + Self.buckets)
    var total = 0
    for bucket in counts.indices { total &+= Int(counts[bucket]) }
    guard total > 0 else { return (0, 0) }
    let (half, most) = (0.5 * Float(total), 0.9 * Float(total))
    let bounds = Self.bounds.span
    var median: Float?
    var below: Float = 0
    for bucket in counts.indices where counts[bucket] > 0 {
      let count = Float(counts[bucket])
      if below + count >= half {
        let low = bucket == 0 ? 0 : bounds[bucket]
        let width = bounds[bucket] * Self.ratio - low
        if median == nil { median = low + width * (half - below) / count }
        if below + count >= most {
          return (median ?? 0, low + width * (most - below) / count)
        }
      }
      below += count
    }
    let end = bounds[Self.buckets - 1] * Self.ratio
    return (median ?? end, end)
  }

  /// Frees what an item held.
  package mutating func removeAll(_ row: UInt32) {
    guard Int(row) < heads.count, heads[Int(row)] != 0 else { return }
    let block = heads[Int(row)]
    let base = (Int(block) - 1) * Self.buckets
    for slot in base..<base + Self.buckets { counts[slot] = 0 }
    free.append(block)
    heads[Int(row)] = 0
  }

  private mutating func make() -> UInt32 {
    if let reused = free.popLast() { return reused }
    for _ in 0..<Self.buckets { counts.append(0) }
    return UInt32(counts.count / Self.buckets)
  }

  package init() {}

  func encode(_ writer: inout SnapshotWriter) throws(SnapshotError) {
    try writer.put(column: heads)
    try writer.put(column: counts)
    try writer.put(column: free)
  }

  init(_ reader: inout SnapshotReader) throws(SnapshotError) {
    heads = try reader.column(of: UInt32.self)
    counts = try reader.column(of: UInt16.self)
    free = try reader.column(of: UInt32.self)
  }
}

extension DwellStore {
  /// Whether every item's block is there.
  var isSound: Bool {
    let blocks = counts.count / Self.buckets
    return counts.count % Self.buckets == 0 && heads.allSatisfy { $0 <= blocks }
      && free.allSatisfy { $0 > 0 && $0 <= blocks }
  }
}
