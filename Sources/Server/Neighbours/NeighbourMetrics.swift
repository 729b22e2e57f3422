internal import Feed

/// The figures of the learned neighbours.
enum NeighbourMetrics {
  static func write(_ engine: Engine, into text: inout PrometheusText) {
    let table = engine.neighbours.table
    text.single(
      "updraft_neighbours_items", .gauge, "Items that have learned neighbours.",
      Double(table?.items ?? 0))
    text.single(
      "updraft_neighbours_pairs", .gauge, "Pairs of an item and a learned neighbour.",
      Double(table?.pairs ?? 0))
    guard let table else { return }
    text.single(
      "updraft_neighbours_made_seconds", .gauge, "When the learned neighbours were made.",
      Double(table.made.milliseconds) / 1_000)
  }
}
