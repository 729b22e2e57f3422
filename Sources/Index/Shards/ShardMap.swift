/// Which shard has a row, and under which number.
///
/// 64 rows in a row stay together, so that a word of a filter belongs to one shard as it is. As
/// many such blocks as there are shards make a group, of which each shard gets one; a hash of the
/// group's number says which. So shards are even, their row numbers dense, and in the order of the
/// rows; and where a row lies never changes.
struct ShardMap: Sendable {
  let shards: Int

  /// The shard of `row`, and its number there.
  @inline(__always)
  func place(of row: UInt32) -> (shard: Int, local: UInt32) {
    guard shards > 1 else { return (0, row) }
    let (group, block) = Int(row >> 6).quotientAndRemainder(dividingBy: shards)
    return ((block + turn(group)) % shards, UInt32(group) << 6 | row & 63)
  }

  /// The row that has the number `local` in `shard`; the inverse of `place`.
  @inline(__always)
  func row(shard: Int, local: UInt32) -> UInt32 {
    guard shards > 1 else { return local }
    return UInt32(word(shard: shard, local: Int(local >> 6))) << 6 | local & 63
  }

  /// The rows of `set` that are in `shard`, by their numbers there.
  ///
  /// - Complexity: O(rows / 64 / shards)
  func part(of set: RowSet, shard: Int) -> RowSet {
    guard shards > 1 else { return set }
    let groups = (set.words.count + shards - 1) / shards
    return RowSet(words: (0..<groups).map { set.word(word(shard: shard, local: $0)) })
  }

  /// Rows that each shard needs room for, for `capacity` in all.
  func capacity(_ capacity: Int) -> Int {
    (max(capacity, 0) + 64 * shards - 1) / (64 * shards) * 64
  }

  private func word(shard: Int, local group: Int) -> Int {
    group * shards + (shard - turn(group) + shards) % shards
  }

  /// The hash: the finaliser of SplitMix64, which spreads neighbouring numbers.
  @inline(__always)
  private func turn(_ group: Int) -> Int {
    var x = UInt64(group) &+ 0x9e37_79b9_7f4a_7c15
    x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((x ^ x >> 31) % UInt64(shards))
  }
}
