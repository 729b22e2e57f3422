internal import Glibc

/// Lists of recommendations for one user, held against what they turned to later. `hits` says of
/// each place of the list, from the first, whether that item was one of the `relevant` ones; an
/// item that is not on the list is no hit.
extension RankingMetrics {
  /// The share of the first `k` places that are hits; a list that is shorter counts as if filled up
  /// with misses.
  public static func precision(hits: [Bool], k: Int) -> Double {
    k > 0 ? Double(hits.prefix(k).count { $0 }) / Double(k) : 0
  }

  /// The share of the relevant items that stand on the first `k` places.
  public static func recall(hits: [Bool], relevant: Int, k: Int) -> Double {
    relevant > 0 && k > 0 ? Double(hits.prefix(k).count { $0 }) / Double(relevant) : 0
  }

  /// 1 where a hit stands on the first `k` places, else 0.
  public static func hitRate(hits: [Bool], k: Int) -> Double {
    hits.prefix(max(0, k)).contains(true) ? 1 : 0
  }

  /// 1 / rank of the first hit on the first `k` places, else 0.
  public static func reciprocalRank(hits: [Bool], k: Int) -> Double {
    hits.prefix(max(0, k)).firstIndex(of: true).map { 1 / Double($0 + 1) } ?? 0
  }

  /// Average precision: Σ precision at the rank of each hit within `k`, over the number of relevant
  /// items, as `map` of Microsoft's recommenders library and trec_eval's `map_cut`.
  ///
  /// - Parameter isCapped: divide by at most `k`, so that a perfect list has 1 whatever is relevant
  ///   (`map_at_k` of the same library).
  public static func averagePrecision(
    hits: [Bool], relevant: Int, k: Int, isCapped: Bool = false
  ) -> Double {
    guard relevant > 0, k > 0 else { return 0 }
    var (found, sum) = (0, 0.0)
    for (place, isHit) in hits.prefix(k).enumerated() where isHit {
      found += 1
      sum += Double(found) / Double(place + 1)
    }
    return sum / Double(isCapped ? min(relevant, k) : relevant)
  }

  /// NDCG where every relevant item has the gain 1: Σ 1 / log2(1 + rank) over hits, over that of a
  /// list that begins with all relevant ones.
  public static func ndcg(hits: [Bool], relevant: Int, k: Int) -> Double {
    guard relevant > 0, k > 0 else { return 0 }
    var (gain, best) = (0.0, 0.0)
    for (place, isHit) in hits.prefix(k).enumerated() where isHit {
      gain += 1 / log2(Double(place + 2))
    }
    for place in 0..<min(relevant, k) { best += 1 / log2(Double(place + 2)) }
    return gain / best
  }
}
