/// Orders the page: from scored candidates to places, with regard to what stands beside what.
///
/// A slate is synchronous and can't fail. It gives the rest back too, in the order of their scores,
/// so that a hole can be filled and the next pages follow on. It never adds or drops a candidate.
package protocol Slate: Sendable {
  /// Sets `order` to every candidate's index: first the arranged ones, place by place, then the
  /// rest by score.
  ///
  /// - Returns: how many are arranged: the surface's depth, or all when there are fewer.
  func arrange(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ scratch: inout SlateScratch, into order: inout [Int]
  ) -> Int
}
