/// Removes items that are meant for another region than the reader's or the one asked for.
///
/// Items without a region pass. Of a reader whose region is not known nothing can be said, so
/// everything passes, unless the request names a region.
package struct RegionFilter: Filter {
  package init() {}

  package func review(
    _ world: borrowing World, _ context: RankingContext,
    _ batch: borrowing CandidateSet, _ verdicts: inout Verdicts
  ) {
    let own = context.state.region
    let asked = context.region
    if own == 0, !context.namesRegion { return }
    for index in batch.facts.indices {
      let region = batch.facts[index].region
      if region != 0, region != own, region != asked { verdicts.remove(index) }
    }
  }
}
