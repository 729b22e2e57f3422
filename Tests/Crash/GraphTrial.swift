internal import Feed
internal import Index
internal import PowerCut
internal import Stores

/// `graphs DIR SEED CALL FIRST`: saves four graphs of FIRST rows and more until the power is cut,
/// and says each that was saved.
struct GraphTrial {
  private let folder: String
  private let seed: Int
  private let call: Int
  private let first: Int

  init(_ arguments: [String]) throws {
    folder = try arguments.text(1)
    seed = try arguments.number(2)
    call = try arguments.number(3)
    first = try arguments.number(4)
  }

  func run() throws {
    let directory = try DataDirectory(folder, access: .write)
    unsafe powercut_watch(folder)
    powercut_cut_at(call, UInt64(seed))
    let graphs = try FileGraphs(directory)
    var settings = GraphSettings()
    settings.capacity = 1 << 10
    settings.degree = 4
    settings.constructionEffort = 8
    let graph = GraphIndex(dimension: 2, metric: .squaredEuclidean, settings: settings)
    for row in 0..<first + 4 {
      let vector = [Float(row), Float(row % 3)]
      graph.insert(row: UInt32(row), vector: vector.span)
      guard row >= first else { continue }
      _ = try graphs.save(graph, as: GraphName(space: "text", version: 1))
      Output.line("saved \(row)")
    }
    Output.line("done")
  }
}
