import Index
import Sync
import Synchronization
import TestKit
import Testing

@Suite struct GraphFileTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/text-1.graph" }

  /// Random inserts, replacements and removals with some linking in between.
  private static func churn(
    _ index: GraphIndex, _ draw: inout Drawing, _ vectors: [[Float]], steps: Int
  ) {
    for step in 0..<steps {
      let row = UInt32.random(in: 0..<500, using: &draw)
      if step % 3 == 2 {
        index.remove(row: row)
      } else {
        let vector = vectors[Int(row) % vectors.count]
        index.insert(row: row, vector: vector.span)
      }
      if step % 50 == 0 { _ = index.settle(most: 30) }
    }
  }

  private static func expectEqual(
    _ a: GraphIndex, _ b: GraphIndex, _ queries: [[Float]], _ name: String
  ) {
    #expect(a.count == b.count && a.rows() == b.rows() && a.pending == b.pending, "\(name)")
    var statistics = a.statistics(reach: true)
    // Slots that searches may still have seen are free at once after a start.
    statistics.freeSlots = b.statistics().freeSlots
    #expect(statistics.rows == b.statistics().rows, "\(name)")
    #expect(statistics == b.statistics(reach: true), "\(name)")
    for query in queries {
      #expect(
        GraphIndexTests.found(a, query, 10) == GraphIndexTests.found(b, query, 10), "\(name)")
    }
  }

  @Test(arguments: Metric.allCases, [GraphSettings.Keeps.half, .codesOnly])
  func comesBackAsItWentAndGoesOnTheSame(
    metric: Metric, keeps: GraphSettings.Keeps
  ) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var draw = Drawing(seed: seed)
      let vectors = GraphIndexTests.clustered(&draw, 300, 20)
      let index = GraphIndex(
        dimension: 20, metric: metric, settings: GraphIndexTests.small(keeps))
      // The first is saved empty, the second before its codes mean anything.
      Self.churn(index, &draw, vectors, steps: [0, 120, 900, 2_500][Int(seed) - 1])
      let name = "seed \(seed) \(metric) \(keeps)"
      let bytes = try index.save(to: path).bytes
      #expect(try TestFile.read(path).count == bytes, "\(name)")
      let again = try GraphIndex.open(path)
      #expect(again.settings == index.settings && again.metric == metric, "\(name)")
      Self.expectEqual(index, again, Array(vectors.prefix(20)), name)
      // It changes like any index, and the file stays as it was.
      Self.churn(again, &draw, vectors, steps: 700)
      again.build(threads: 1)
      Self.expectEqual(index, try GraphIndex.open(path), Array(vectors.prefix(20)), name)
      try again.save(to: path)
      Self.expectEqual(again, try GraphIndex.open(path), Array(vectors.prefix(20)), name)
      #expect(TestFile.names(folder.path) == ["text-1.graph"], "\(name)")
    }
  }

  private func small() throws -> (GraphIndex, [UInt8], [[Float]]) {
    var draw = Drawing(seed: 4)
    let vectors = GraphIndexTests.clustered(&draw, 300, 8)
    let index = GraphIndex(
      dimension: 8, metric: .cosine, settings: GraphIndexTests.small())
    Self.churn(index, &draw, vectors, steps: 900)
    try index.save(to: path)
    return (index, try TestFile.read(path), vectors)
  }

  @Test func everyTruncationIsRefused() throws {
    let (_, whole, _) = try small()
    // Every length of the first page and of the end, and each 61st between.
    let lengths =
      Array(0..<4_200) + Array(stride(from: 4_200, to: whole.count, by: 61))
      + Array(whole.count - 300..<whole.count)
    for length in lengths {
      try TestFile.write(path, Array(whole[..<length]))
      let error = #expect(throws: GraphFileError.self, "\(length)") { try GraphIndex.open(path) }
      #expect(error?.code == .corrupt, "\(length): \(String(describing: error))")
      #expect(error?.description.contains(path) == true)
    }
    try TestFile.write(path, whole + [0])
    #expect(throws: GraphFileError.self) { try GraphIndex.open(path) }
    try TestFile.write(path, whole)
    _ = try GraphIndex.open(path)
  }

  @Test func flippedBitsAreRefused() throws {
    var generator = SeededGenerator.announced("flipped bits of a graph")
    let (_, whole, _) = try small()
    let first = (0..<400).map { _ in Int.random(in: 0..<4_096 * 8, using: &generator) }
    let rest = (0..<400).map { _ in Int.random(in: 0..<whole.count * 8, using: &generator) }
    for bit in Array(0..<30 * 64) + first + rest {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try TestFile.write(path, damaged)
      #expect(throws: GraphFileError.self, "bit \(bit)") { try GraphIndex.open(path) }
    }
  }

  /// The page's sum, as the writer makes it, over numbers that no writer writes.
  @Test func hostileNumbersAreRefusedBeforeAnythingIsReserved() throws {
    let (_, whole, _) = try small()
    for place in 2..<24 {
      for number in [UInt64.max, 1 << 62, 1 << 40, UInt64(UInt32.max)] {
        // The seed may be anything.
        if place == 7 { continue }
        var bytes = whole
        Self.put(number, at: place, &bytes)
        Self.seal(&bytes)
        try TestFile.write(path, bytes)
        let error = #expect(throws: GraphFileError.self, "\(place) \(number)") {
          try GraphIndex.open(path)
        }
        #expect(error?.code == .corrupt, "\(place) \(number)")
      }
    }
    var bytes = whole
    Self.put(2, at: 1, &bytes)
    Self.seal(&bytes)
    try TestFile.write(path, bytes)
    let error = #expect(throws: GraphFileError.self) { try GraphIndex.open(path) }
    #expect(
      error?.description == "graph-version: \(path): has format 2, this program reads 1")
    #expect(throws: GraphFileError.self) { try GraphIndex.open(folder.path + "/none") }
  }

  private static func put(_ number: UInt64, at place: Int, _ bytes: inout [UInt8]) {
    for i in 0..<8 { bytes[place * 8 + i] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(i))) }
  }

  private static func seal(_ bytes: inout [UInt8]) {
    put(GraphIndex.sum(Array(bytes[..<4_088])), at: 511, &bytes)
  }

  @Test func aSaveBesideInsertsRemovalsAndSearchesIsWhole() throws {
    var draw = Drawing(seed: 9)
    let vectors = GraphIndexTests.clustered(&draw, 400, 16)
    let index = GraphIndex(dimension: 16, metric: .cosine, settings: GraphIndexTests.small())
    for (row, vector) in vectors.enumerated() {
      index.insert(row: UInt32(row), vector: vector.span)
    }
    index.build(threads: 2)
    let isOver = Atomic<Bool>(false)
    let path = path
    let other = Thread {
      var draw = Drawing(seed: 10)
      while !isOver.load(ordering: .relaxed) {
        let row = UInt32.random(in: 200..<400, using: &draw)
        let vector = vectors[Int(row)]
        index.remove(row: row)
        index.insert(row: row, vector: vector.span)
        if index.pending > 300 { _ = index.settle(most: 300) }
      }
    }
    for _ in 0..<5 {
      try index.save(to: path)
      let again = try GraphIndex.open(path)
      let missed = (0..<200).filter { row in
        GraphIndexTests.found(again, vectors[row], 1).first?.row != UInt32(row)
      }
      #expect(missed.isEmpty, "rows \(missed)")
      var (kept, now): ([Float], [Float]) = ([], [])
      again.rows().forEach { row in
        guard again.vector(row: row, into: &kept), index.vector(row: row, into: &now) else {
          return
        }
        #expect(kept == now, "row \(row)")
      }
      again.build(threads: 1)
      #expect(again.pending == 0 && again.count >= 399)
    }
    isOver.store(true, ordering: .relaxed)
    other.join()
  }

  @Test func aFolderThatIsMissingIsSaid() throws {
    let index = GraphIndex(dimension: 4, metric: .cosine, settings: GraphIndexTests.small())
    let error = #expect(throws: GraphFileError.self) {
      try index.save(to: folder.path + "/none/text-1.graph")
    }
    #expect(error?.code == .unavailable)
  }
}
