import TestKit
import Testing
import Text

/// The model all-MiniLM-L6-v2 beside vectors of the reference implementation. Needs the model's
/// folder in `UPDRAFT_TEXT_MODEL`, and `titles-minilm` in `UPDRAFT_DATA`.
@Suite struct ReferenceTests {
  @Test(
    .enabled(
      if: Given.model != nil && Given.titles != nil,
      "no model at UPDRAFT_TEXT_MODEL, or no titles-minilm at UPDRAFT_DATA"),
    .timeLimit(.minutes(10)))
  func vectorsOfTitlesAreThoseOfTheReference() throws {
    let folder = try #require(Given.titles)
    let model = try TextModel(folder: #require(Given.model), time: RealTime())
    let lines = try TestFile.read(folder + "/titles.tsv").split(separator: UInt8(ascii: "\n"))
    let vectors = try HalfRows(TestFile.read(folder + "/vectors.npy"))
    #expect(vectors.width == model.dimension)
    // From all over the file.
    let rows = stride(from: 0, to: lines.count, by: max(1, lines.count / 1000)).prefix(1000)
    let titles = rows.map { row in
      String(decoding: lines[row].split(separator: 9, maxSplits: 2).last ?? [], as: UTF8.self)
    }
    var lowest: Float = 1
    for (row, vector) in zip(rows, model.embed(titles, threads: 2)) {
      let cosine = zip(vector, vectors.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
      lowest = min(lowest, cosine)
      #expect(cosine >= 0.999, "title \(row)")
    }
    print("lowest cosine of \(titles.count) titles: \(lowest)")
  }
}

/// The rows of a `.npy` file of halves.
private struct HalfRows {
  let width: Int
  private let bytes: ArraySlice<UInt8>

  init(_ file: [UInt8]) throws {
    let length = Int(file[8]) + Int(file[9]) << 8
    let header = String(decoding: file[10..<10 + length], as: UTF8.self)
    let shape = try #require(header.firstMatch(of: /'<f2'.*'shape': \((\d+), (\d+)\)/))
    width = try #require(Int(shape.2))
    bytes = file[(10 + length)...]
  }

  func row(_ index: Int) -> [Float] {
    (0..<width).map { i in
      let at = bytes.startIndex + 2 * (index * width + i)
      return Float(Float16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8))
    }
  }
}
