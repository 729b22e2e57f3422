internal import Feed
internal import Index
internal import Stores

/// `graphs DIR SEED CALL FIRST`: saves a graph of FIRST + 1 rows, then three with a row more each.
enum GraphTrial {
  static func run(_ arguments: [String]) throws {
    let trial = try SavingTrial(arguments)
    try trial.run(4) { directory in
      let graphs = try FileGraphs(directory)
      var settings = GraphSettings()
      settings.capacity = 1 << 10
      settings.degree = 4
      settings.constructionEffort = 8
      let graph = GraphIndex(dimension: 2, metric: .squaredEuclidean, settings: settings)
      for row in 0..<trial.first { insert(row, graph) }
      return { row in
        insert(row, graph)
        _ = try graphs.save(graph, as: GraphName(space: "text", version: 1))
      }
    }
  }

  private static func insert(_ row: Int, _ graph: GraphIndex) {
    let vector = [Float(row), Float(row % 3)]
    graph.insert(row: UInt32(row), vector: vector.span)
  }
}
