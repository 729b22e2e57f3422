internal import Feed

/// The figures of the vector index.
enum IndexMetrics {
  static func write(_ engine: Engine, into text: inout PrometheusText) {
    let graphs = engine.graphViews
    let gauges: [(name: String, help: String, value: (GraphView) -> Double)] = [
      ("updraft_index_vectors", "Items with a vector.", { Double($0.rows) }),
      ("updraft_index_pending", "Vectors that wait to be linked.", { Double($0.pending) }),
      (
        "updraft_index_tombstones", "Removed vectors that links still lead through.",
        { Double($0.tombstones) }
      ),
      ("updraft_index_links_mean", "Links of a vector.", { $0.meanLinks }),
      ("updraft_index_bytes", "Memory of the graph.", { Double($0.bytes) }),
    ]
    for gauge in gauges {
      text.family(gauge.name, .gauge, gauge.help)
      for graph in graphs {
        text.sample(
          gauge.name, [("space", graph.space), ("version", "\(graph.version)")],
          gauge.value(graph))
      }
    }
    let nearest = engine.nearest
    text.family(
      "updraft_index_searches_total", .counter, "Searches for nearest items, by what they did.")
    for (strategy, count) in nearest.searches {
      text.sample("updraft_index_searches_total", [("strategy", strategy)], Double(count))
    }
    text.single(
      "updraft_index_visited_total", .counter, "Vectors compared by those searches.",
      Double(nearest.visited))
    text.single(
      "updraft_index_effort_total", .counter, "Vectors that their walks kept in view, added up.",
      Double(nearest.effort))
    text.single(
      "updraft_index_allowed_share", .gauge, "Of the vectors met, those that filters let through.",
      nearest.allowedShare)
    text.single(
      "updraft_index_probes_total", .counter, "Searches that were answered exactly too.",
      Double(nearest.probes))
    if let recall = nearest.recall {
      text.single(
        "updraft_index_probe_recall", .gauge, "Recall@10 of the probes, newer ones weighing more.",
        recall)
    }
  }
}
