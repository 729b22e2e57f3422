internal import Index

/// Fills page after page, place after place, each with the best item that the rules allow:
///
/// - of an author or a category at most so many on a page (caps);
/// - of an author or a category at most so many in a row (runs);
/// - so many places of a page for items of a source (reserved);
/// - among the best `mmrPool` remaining items, the one with the highest
///   λ·relevance − (1 − λ)·(highest cosine to the page so far), where relevance is the score scaled
///   to 0…1: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998,
///   doi:10.1145/290941.291025). It is most of the work, so it orders the first four pages;
///   further down, caps and runs alone keep the pages apart.
///
/// Where no remaining item satisfies caps and runs, runs are given up, then caps: a page is not
/// left short while there are items. A reserved place that no item fits goes to the best item.
///
/// A value only falls as the page grows, so an old value is a bound: an item is compared with the
/// page only when it would be picked by its bound. The picks are those of the full comparison.
package struct GreedySlate: Slate {
  /// Pages that MMR orders.
  package static let diversePages = 4

  package init() {}

  package func arrange(
    _ world: borrowing World, _ context: RankingContext,
    _ candidates: borrowing CandidateSet, _ scratch: inout SlateScratch, into order: inout [Int]
  ) -> Int {
    order.removeAll(keepingCapacity: true)
    let settings = context.surface.settings
    scratch.begin(candidates, settings, dimension: world.vectors.dimension)
    let isDiverse = settings.mmrLambda < 1 && !context.isTimeOver
    var filling = Filling(
      context, lambda: Float(max(0, settings.mmrLambda)), pool: max(1, settings.mmrPool))
    swap(&filling.scratch, &scratch)
    filling.scaleRelevance(candidates)
    let depth = min(candidates.count, max(settings.depth, context.limit))
    while order.count < depth {
      if order.count % context.limit == 0 {
        filling.beginPage(
          candidates,
          isDiverse: isDiverse && order.count / context.limit < Self.diversePages)
      }
      guard let index = filling.next(world, candidates) else { break }
      order.append(index)
    }
    let arranged = order.count
    swap(&filling.scratch, &scratch)
    for place in scratch.byScore.indices where !scratch.rules.isTaken(place) {
      order.append(scratch.byScore[place])
    }
    return arranged
  }
}
