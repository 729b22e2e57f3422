/// Removes candidates that must not be shown.
///
/// A filter is synchronous and can't fail: what it can't decide, it removes. It only removes:
/// `Verdicts` offers nothing else. Its verdict on a row depends on the World and the request, never
/// on the other rows, so that sets kept for paging can be checked again row by row.
package protocol Filter: Sendable {
  /// Removes rows of the batch.
  func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  )
}

/// Which candidates of a batch are still in; a filter can only remove.
package struct Verdicts {
  private(set) var isKept: [Bool] = []

  /// Begins a batch: everything is in.
  mutating func begin(count: Int) {
    isKept.removeAll(keepingCapacity: true)
    isKept.append(contentsOf: repeatElement(true, count: count))
  }

  /// Removes the candidate at `index`.
  @inline(__always)
  package mutating func remove(_ index: Int) { isKept[index] = false }
}
