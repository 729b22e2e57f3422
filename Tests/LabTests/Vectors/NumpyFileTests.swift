import Foundation
import Index
import Lab
import TestKit
import Testing

@Suite struct NumpyFileTests {
  private let folder = try? TestFolder()

  private func write(_ bytes: [UInt8]) throws -> String {
    try #require(folder).write("x.npy", Data(bytes))
  }

  /// A file of version 1 with a head of our own.
  private func file(_ head: String, body: [UInt8]) throws -> String {
    var text = head
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let length = text.utf8.count
    return try write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
        + Array(text.utf8) + body)
  }

  private static func head(_ descr: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(descr)', 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  @Test func readsBackWhatItWrites() throws {
    let table = VectorTable(dimension: 3, values: [1, -2, 0.5, .leastNonzeroMagnitude, 1e30, -0.0])
    let path = try #require(folder).path + "/y.npy"
    try NumpyFile.write(table, to: path)
    #expect(try NumpyFile.read(path) == table)
  }

  /// Written by NumPy 2: `numpy.save(f, numpy.array([[1, -2.5], [65504, 6e-8]], "float16"))`; the
  /// last is the smallest half there is.
  @Test func readsHalves() throws {
    let body: [UInt8] = [0x00, 0x3c, 0x00, 0xc1, 0xff, 0x7b, 0x01, 0x00]
    let table = try NumpyFile.read(try file(Self.head("<f2", "(2, 2)"), body: body))
    #expect(table.dimension == 2)
    #expect(table.values == [1, -2.5, 65_504, 0x1p-24])
  }

  @Test(arguments: [
    (head("<f8", "(2, 2)"), 32, "type <f8"),
    (head(">f4", "(2, 2)"), 16, "type >f4"),
    (head("|O", "(2, 2)"), 16, "type |O"),
    (head("<f4", "(4,)"), 16, "two axes"),
    (head("<f4", "(1, 2, 2)"), 16, "two axes"),
    (head("<f4", "()"), 16, "two axes"),
    (head("<f4", "(2, 2)", fortran: "True"), 16, "column order"),
    (head("<f4", "(2, 2)"), 15, "promises"),
    (head("<f4", "(2, 2)"), 17, "promises"),
    (head("<f4", "(4294967295, 65536)"), 16, "promises"),
    (head("<f4", "(99999999999999999999, 2)"), 16, "two axes"),
    (head("<f4", "(9223372036854775807, 2)"), 16, "vectors of"),
    (head("<f4", "(0, 2)"), 0, "at least one"),
    (head("<f4", "(2, 0)"), 0, "at least one"),
    (head("<f4", "(1, 65537)"), 16, "65,536"),
    ("{}", 16, "names no descr"),
    ("", 16, "names no descr"),
  ])
  func refusesWhatItCannotRead(head: String, bytes: Int, says: String) throws {
    let path = try file(head, body: Array(repeating: 0, count: bytes))
    let error = #expect(throws: LabError.self) { try NumpyFile.read(path) }
    #expect(error?.code == .format)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix(path) == true)
  }

  @Test func refusesNumbersThatAreNone() throws {
    for bits: UInt32 in [0x7fc0_0000, 0x7f80_0000, 0xff80_0000] {
      let body: [UInt8] = [0, 0, 0, 0] + (0..<4).map { UInt8(bits >> (8 * $0) & 255) }
      let path = try file(Self.head("<f4", "(2, 1)"), body: body)
      let error = #expect(throws: LabError.self) { try NumpyFile.read(path) }
      #expect(error?.message.contains("vector 1, component 0") == true)
    }
  }

  @Test func everyTruncationOfAFileIsRefused() throws {
    let whole = try file(Self.head("<f2", "(2, 2)"), body: Array(repeating: 0, count: 8))
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: whole)))
    #expect(try NumpyFile.read(whole).count == 2)
    for length in 0..<bytes.count {
      let path = try write(Array(bytes[..<length]))
      #expect(throws: LabError.self) { try NumpyFile.read(path) }
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func changedBytesAreReadOrRefusedButNeverTrap(seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let whole = try file(Self.head("<f4", "(2, 2)"), body: Array(repeating: 1, count: 16))
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: whole)))
    for _ in 0..<500 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &chance)] = UInt8.random(
        in: 0...255, using: &chance)
      _ = try? NumpyFile.read(try write(changed))
    }
  }

  @Test func whatIsNoFileIsAnErrorWithItsName() throws {
    for path in ["/nonexistent/x.npy", try #require(folder).path] {
      let error = #expect(throws: LabError.self) { try NumpyFile.read(path) }
      #expect(error?.code == .file)
    }
  }
}

@Suite struct SeededVectorsTests {
  @Test func followFromTheirSeed() {
    let some = SeededVectors(count: 50, dimension: 16, seed: 7).made(queries: 5)
    let same = SeededVectors(count: 50, dimension: 16, seed: 7).made(queries: 5)
    let other = SeededVectors(count: 50, dimension: 16, seed: 8).made(queries: 5)
    #expect(some.vectors == same.vectors && some.queries == same.queries)
    #expect(some.vectors != other.vectors)
    #expect(some.vectors.count == 50 && some.queries.count == 5)
    for index in 0..<some.vectors.count {
      let length = some.vectors.values[index * 16..<(index + 1) * 16].reduce(0) { $0 + $1 * $1 }
      #expect((length - 1).magnitude < 1e-4)
    }
  }

  @Test func growNearTheirOrigins() {
    let table = VectorTable(dimension: 2, values: [0, 0, 10, 100])
    let grown = SeededVectors.grown(from: table, to: 200, share: 0.1)
    #expect(grown.count == 200)
    for index in 0..<200 {
      let origin: (Float, Float) = index.isMultiple(of: 2) ? (0, 0) : (10, 100)
      #expect((grown.values[index * 2] - origin.0).magnitude < 5)
      #expect((grown.values[index * 2 + 1] - origin.1).magnitude < 50)
    }
  }
}

@Suite struct ExactAnswersTests {
  @Test func piecesGiveTheSameAnswersAsTheWhole() {
    let seeded = SeededVectors(count: 70_000, dimension: 8, seed: 3)
    let whole = seeded.made(queries: 0).vectors
    let queries = seeded.queries(6)
    var seen = 0
    let some = ExactAnswers(seeded, queries: queries, k: 5, metric: .cosine, threads: 2) {
      first, vectors in
      #expect(first == seen)
      for index in 0..<vectors.count where index.isMultiple(of: 997) {
        let same = vectors.withVector(index) { one in
          whole.withVector(first + index) { other in
            one.indices.allSatisfy { one[$0] == other[$0] }
          }
        }
        #expect(same)
      }
      seen += vectors.count
    }
    #expect(seen == whole.count)
    let all = ExactAnswers(whole, metric: .cosine)
    #expect(
      some.thresholds(queries, k: 5, threads: 1) == all.thresholds(queries, k: 5, threads: 2))
  }
}
