import Feed
import TestKit
import Testing

/// Tables of neighbours: how they are put together, written, and read again.
@Suite struct NeighbourTableTests {
  private typealias Neighbour = NeighbourTable.Neighbour

  private static func table() throws -> NeighbourTable {
    var draft = NeighbourDraft(name: "test", pairsMax: 100)
    try draft.set("a", [.init(item: "b", weight: 0.25), .init(item: "c", weight: 0.5)])
    try draft.set("b", [.init(item: "a", weight: 3), .init(item: "z", weight: 1)])
    return draft.table(made: Timestamp(milliseconds: 1_800_000_000_000))
  }

  @Test func sharesAreOneAtMostAndStrongestFirst() throws {
    let table = try Self.table()
    #expect(
      table.neighbours(of: "a") == [
        Neighbour(item: "c", weight: 0.5), Neighbour(item: "b", weight: 0.25),
      ])
    #expect(
      table.neighbours(of: "b") == [
        Neighbour(item: "a", weight: 0.75), Neighbour(item: "z", weight: 0.25),
      ])
    #expect(table.neighbours(of: "z").isEmpty && table.neighbours(of: "nobody").isEmpty)
    #expect(table.items == 2 && table.pairs == 4)
  }

  @Test func whatIsSentAgainReplaces() throws {
    var draft = NeighbourDraft(name: "test", pairsMax: 5)
    try draft.set("a", [.init(item: "b", weight: 1), .init(item: "c", weight: 1)])
    try draft.set("a", [.init(item: "d", weight: 0.5)])
    #expect(draft.items == 1 && draft.pairs == 1)
    #expect(draft.table(made: .zero).neighbours(of: "a") == [Neighbour(item: "d", weight: 0.5)])
    try draft.set("a", [])
    #expect(draft.items == 0 && draft.table(made: .zero).pairs == 0)
  }

  private static let nonsense: [(item: String, neighbours: [(String, Float)], says: String)] = [
    ("a", [("a", 1)], "a is a neighbour of itself"), ("a", [("b", .nan)], "b has the weight nan"),
    ("a", [("b", .infinity)], "weight inf"), ("a", [("b", -1)], "weight -1"),
    ("a", [("b", 0)], "weight 0"), ("a", [("b", 1), ("b", 2)], "b stands twice"),
    ("", [("b", 1)], "an item has 0 bytes"), ("a", [("", 1)], "a neighbour of a has 0 bytes"),
    (String(repeating: "x", count: 129), [], "129 bytes"),
  ]

  @Test(arguments: nonsense)
  func whatMakesNoSenseIsRefused(
    item: String, neighbours: [(String, Float)], says: String
  ) throws {
    var draft = NeighbourDraft(name: "test", pairsMax: 100)
    try draft.set("a", [.init(item: "q", weight: 1)])
    let error = try #require(throws: NeighbourError.self) {
      try draft.set(item, neighbours.map { .init(item: $0.0, weight: $0.1) })
    }
    #expect(error.code == .invalid && error.message.contains(says), "\(error)")
    // What was there is there.
    #expect(draft.table(made: .zero).neighbours(of: "a") == [Neighbour(item: "q", weight: 1)])
  }

  @Test func boundsHold() throws {
    var draft = NeighbourDraft(name: "test", pairsMax: 250)
    let many = (0...NeighbourTable.neighboursMax).map { Neighbour(item: "n\($0)", weight: 1) }
    #expect(throws: NeighbourError.self) { try draft.set("a", many) }
    try draft.set("a", Array(many.dropLast()))
    let error = try #require(throws: NeighbourError.self) {
      try draft.set("b", Array(many.prefix(51)))
    }
    #expect(error.code == .tooMany && error.message.contains("neighbour_pairs_max"))
    try draft.set("b", Array(many.prefix(50)))
    #expect(draft.pairs == 250)
  }

  @Test func aTableComesBackFromItsBytes() throws {
    var chance = SeededGenerator.announced("tables as bytes")
    for _ in 0..<20 {
      var draft = NeighbourDraft(name: "täble", pairsMax: 10_000)
      for item in 0..<Int.random(in: 0...30, using: &chance) {
        let others = (0..<40).filter { $0 != item }.shuffled(using: &chance)
          .prefix(Int.random(in: 0...9, using: &chance))
        try draft.set(
          "item \(item)",
          others.map { .init(item: "item \($0)", weight: .random(in: 0.01...1, using: &chance)) })
      }
      let table = draft.table(made: Timestamp(milliseconds: 5))
      let read = try NeighbourTable(table.encoded(), "memory")
      #expect(read == table && read.name == "täble" && read.made.milliseconds == 5)
      for item in 0..<40 {
        #expect(read.neighbours(of: "item \(item)") == table.neighbours(of: "item \(item)"))
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try Self.table().encoded()
    for count in 0..<bytes.count {
      let error = try #require(throws: NeighbourError.self) {
        try NeighbourTable(Array(bytes.prefix(count)), "some place")
      }
      #expect(error.code == .corrupt && error.message.contains("some place"), "\(count): \(error)")
    }
    #expect(throws: NeighbourError.self) { try NeighbourTable(bytes + [0], "some place") }
  }

  @Test func everyFlippedBitIsRefused() throws {
    let bytes = try Self.table().encoded()
    for place in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      let error = try #require(throws: NeighbourError.self) {
        try NeighbourTable(flipped, "some place")
      }
      #expect(error.code == (8..<16 ~= place / 8 ? .version : .corrupt), "\(place): \(error)")
    }
  }

  /// Damage that somebody has put a right checksum on is found all the same, or harmless.
  @Test func aRightChecksumProvesNothing() throws {
    let bytes = try Self.table().encoded()
    func sealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var bytes = bytes
      change(&bytes)
      let sum = RecordView.over(bytes, 24..<bytes.count) { SnapshotWriter.checksum(of: $0) }
      for index in 0..<8 { bytes[16 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(index * 8)) }
      return bytes
    }
    // Behind the numbers lie four shares; before them four numbers of eight.
    let (shares, numbers) = (bytes.count - 16, bytes.count - 32)
    func put(_ number: UInt32, _ place: Int) -> (inout [UInt8]) -> Void {
      { bytes in
        for index in 0..<4 { bytes[place + index] = UInt8(number >> UInt32(index * 8) & 0xff) }
      }
    }
    for (change, says) in [
      (put(Float.nan.bitPattern, shares), "a share is nan"),
      (put(Float(-1).bitPattern, shares), "a share is -1"),
      (put(Float(7).bitPattern, shares), "add up to"), (put(99, numbers), "no item of the table"),
      (put(0, numbers), "its own neighbour"), (put(9, numbers - 12), "lists overlap"),
      ({ $0.append(0) }, "bytes that no table has"),
    ] as [((inout [UInt8]) -> Void, String)] {
      let error = try #require(throws: NeighbourError.self) {
        try NeighbourTable(sealed(change), "here")
      }
      #expect(error.message.contains(says), "\(error)")
    }
    var chance = SeededGenerator.announced("sealed damage")
    for _ in 0..<2_000 {
      let damaged = sealed { bytes in
        for _ in 0..<Int.random(in: 1...3, using: &chance) {
          bytes[Int.random(in: 24..<bytes.count, using: &chance)] = UInt8.random(
            in: 0...255, using: &chance)
        }
      }
      // No trap, and what is taken can be read.
      guard let table = try? NeighbourTable(damaged, "here") else { continue }
      for item in ["a", "b", "c", "z"] { _ = table.neighbours(of: item) }
    }
  }
}
