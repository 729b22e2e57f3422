/// Brings candidates: rows of items that may be worth a place on the page.
///
/// A source brings at most `quota` rows, the best it knows, each with a value that says how
/// strongly it speaks for the row. It need not filter, but leaves out what `context.wants` refuses,
/// so that its quota is not spent on what would be removed. It may fail: what it added before it
/// threw stays, and the page is made from the other sources. A source that can take long looks at
/// `context.isSourceTimeOver` on its way. The same World and request give the same rows.
package protocol Source: Sendable {
  /// Which source this is.
  var name: SourceName { get }

  /// Adds at most `quota` rows to the candidates.
  func gather(
    _ world: borrowing World, _ context: RankingContext, quota: Int,
    into candidates: inout CandidateSet
  ) throws(SourceError)
}

/// Why a source brought less than it could.
package enum SourceError: Error, Equatable, Sendable {
  /// The time for sources was over.
  case deadline
  /// What it reads from can't be reached.
  case unavailable

  /// The stable code in `Page.degraded`.
  package var code: String {
    switch self {
    case .deadline: "deadline"
    case .unavailable: "unavailable"
    }
  }
}
