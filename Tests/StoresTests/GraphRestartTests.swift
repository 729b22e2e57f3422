import Feed
import Index
import Stores
import Sync
import TestKit
import Testing

@Suite("Graphs are files that a start goes on from, or does without")
struct GraphRestartTests {
  private let folder = TemporaryFolder()
  private var data: String { folder.path + "/data" }
  private var file: String { data + "/index/text-1.graph" }

  private static func title(_ number: Int) -> String {
    let words = ["harbour", "kettle", "meadow", "signal", "copper", "lantern", "violin", "glacier"]
    return (0..<4).map { words[(number >> (3 * $0)) & 7] + "\(number % 7)" }.joined(separator: " ")
  }

  private static func items(_ range: Range<Int>) -> EventBatch {
    var batch = EventBatch()
    for number in range {
      var item = Item(id: "i\(number)")
      item.title = title(number)
      item.created = Timestamp(milliseconds: 1_700_000_000_000)
      batch.append(.itemPublished(item), received: Timestamp(milliseconds: 1_700_000_000_000))
    }
    return batch
  }

  /// What an engine over the folder says, and how many of its vectors wait when it is ready.
  private struct Look {
    var digest: UInt64 = 0
    var notices: [String] = []
    var pending = 0
    var items = 0
    var hits: [[Hit]] = []
  }

  private static func graph(_ engine: Engine) throws -> GraphIndex {
    let named = engine.read { world in world.namedGraphs }
    return try #require(named.first { $0.0.space == "text" }).1
  }

  private static func hits(_ graph: GraphIndex) -> [[Hit]] {
    stride(from: 0, to: 600, by: 29).compactMap { row in
      var vector: [Float] = []
      guard graph.vector(row: UInt32(row), into: &vector) else { return nil }
      var hits: [Hit] = []
      _ = graph.search(
        query: vector.span, k: 8, effort: 0, allowed: nil, keepGoing: { true }, into: &hits)
      return hits
    }
  }

  /// Runs an engine until it is stopped, once every vector is linked.
  private func run(_ body: (Engine) throws -> Void = { _ in }) throws -> Look {
    let directory = try DataDirectory(data, access: .write)
    let log = try SQLiteLog(directory)
    let engine = Engine(
      configuration: Configuration(), log: log, snapshots: try FileSnapshots(directory),
      graphs: try FileGraphs(directory), time: FakeTime())
    #expect(engine.indexStates().isEmpty)
    try engine.start()
    var look = Look()
    let graph = try Self.graph(engine)
    look.pending = graph.pending
    try body(engine)
    graph.build(threads: 1)
    let state = try #require(engine.indexStates().first)
    #expect(state.space == "text" && state.version == 1 && !state.isBuilding)
    #expect(state.items == graph.count && state.linked == graph.count)
    look.items = state.items
    look.hits = Self.hits(graph)
    look.digest = try #require(engine.digest()).digest
    look.notices = engine.status.notices
    engine.stop()
    try log.close()
    return look
  }

  @Test func aStartGoesOnFromTheFile() throws {
    let first = try run { _ = try $0.submit(Self.items(0..<600)) }
    #expect(first.notices.isEmpty && first.items == 600)
    #expect(TestFile.names(data + "/index") == ["text-1.graph"])
    let again = try run()
    #expect(again.notices.isEmpty && again.pending == 0)
    #expect(again.digest == first.digest && again.hits == first.hits)
  }

  @Test func withoutTheFileOrWithADamagedOneItIsLinkedAnew() throws {
    let first = try run { _ = try $0.submit(Self.items(0..<600)) }
    let whole = try TestFile.read(file)
    var flipped = whole
    flipped[whole.count / 2] ^= 8
    var other = whole
    other[0] = 0
    for (bytes, word) in [
      (nil, "graph-missing"), (flipped, "its sums"), (Array(whole.prefix(9_000)), "bytes, not"),
      (other, "not the file of a graph"),
    ] as [([UInt8]?, String)] {
      try TestFile.remove(file)
      if let bytes { try TestFile.write(file, bytes) }
      let again = try run()
      #expect(again.notices.count == 1 && again.notices[0].contains(word), "\(again.notices)")
      #expect(again.notices.first?.contains("text") == true)
      #expect(again.notices.first?.contains("linked anew") == true)
      #expect(again.digest == first.digest && again.items == 600)
      // What is written when it stops serves the next start.
      let third = try run()
      #expect(third.notices.isEmpty && third.pending == 0 && third.hits == again.hits)
    }
  }

  /// A file of another time: rows that the World has not go, those that it lacks are linked.
  @Test func theWorldIsTheTruth() throws {
    _ = try run { _ = try $0.submit(Self.items(0..<500)) }
    let old = try TestFile.read(file)
    let grown = try run { engine in
      _ = try engine.submit(Self.items(400..<700))
      var batch = EventBatch()
      let received = Timestamp(milliseconds: 1_700_000_000_000)
      for number in 0..<50 {
        let empty = ItemVector(item: "i\(number)", space: "text", vector: [], time: received)
        batch.append(.itemVector(empty), received: received)
      }
      _ = try engine.submit(batch)
    }
    #expect(grown.items == 650)
    try TestFile.write(file, old)
    let again = try run()
    #expect(again.notices.isEmpty && again.items == 650 && again.digest == grown.digest)
    let gone = Set(0..<50 as Range<UInt32>)
    #expect(again.hits.allSatisfy { $0.allSatisfy { !gone.contains($0.row) } })
  }

  @Test func filesOfVersionsThatHaveGoneAreDropped() throws {
    _ = try run { _ = try $0.submit(Self.items(0..<300)) }
    for name in ["text-9.graph", "image-1.graph", "text-1.graph.part"] {
      try TestFile.write(data + "/index/" + name, [1])
    }
    _ = try run { _ = try $0.submit(Self.items(300..<301)) }
    #expect(TestFile.names(data + "/index") == ["text-1.graph"])
  }

  @Test func namesOfSpacesStayInsideTheFolder() throws {
    let directory = try DataDirectory(data, access: .write)
    let graphs = try FileGraphs(directory)
    let names = ["text", "a/../../b", "Bild", "bild", "a-1", "ü", "%2f", "/"].map {
      graphs.file(GraphName(space: $0, version: 1))
    }
    #expect(Set(names).count == names.count)
    let prefix = data + "/index/"
    #expect(names.allSatisfy { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") })
  }
}
