import CLI
import JSON
import TestKit
import Testing

/// `updraft score`: a model file and rows in, scores out.
@Suite struct ScoreTests {
  /// A stump in LightGBM's text: below or at 0.5 gives -1, above 2, missing 2.
  private static let stump = """
    tree
    version=v4
    num_class=1
    num_tree_per_iteration=1
    label_index=0
    max_feature_idx=1
    objective=binary sigmoid:1
    feature_names=a b
    tree_sizes=200

    Tree=0
    num_leaves=2
    num_cat=0
    split_feature=1
    threshold=0.5
    decision_type=8
    left_child=-1
    right_child=-2
    leaf_value=-1 2
    is_linear=0
    shrinkage=1

    end of trees
    """

  /// A `.npy` file of float32 in rows of `width`.
  private static func array(_ values: [Float], width: Int) -> [UInt8] {
    let shape = "(\(values.count / width), \(width))"
    var head = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    while (10 + head.utf8.count + 1) % 64 != 0 { head += " " }
    head += "\n"
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let length = head.utf8.count
    return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(head.utf8) + bytes
  }

  private static func floats(_ file: [UInt8]) -> [Float] {
    let start = 10 + Int(file[8]) + Int(file[9]) << 8
    return stride(from: start, to: file.count, by: 4).map { at in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(file[at + $1]) << (8 * $1) })
    }
  }

  @Test func scoresRowsWithMissingValues() throws {
    let folder = try TemporaryFolder()
    let (model, input) = (folder.path + "/model.txt", folder.path + "/x.npy")
    let output = folder.path + "/y.npy"
    try TestFile.write(model, Array(Self.stump.utf8))
    let rows: [Float] = [9, 0.5, 9, 0.75, 9, .nan]
    try TestFile.write(input, Self.array(rows, width: 2))
    let done = try Program.run(
      "score", "--model", model, "--input", input, "--output", output, "--margin", "--json")
    #expect(done.code == 0, "\(done.error)")
    #expect(try JSONParser().parse(done.output).require("rows").int() == 3)
    #expect(Self.floats(try TestFile.read(output)) == [-1, 2, 2])
    let linked = try Program.run(
      "score", "--model", model, "--input", input, "--output", output)
    #expect(linked.code == 0, "\(linked.error)")
    let scores = Self.floats(try TestFile.read(output))
    #expect(scores.count == 3 && abs(scores[0] - 0.26894142) < 1e-6, "\(scores)")
  }

  @Test func saysWhatIsWrong() throws {
    let folder = try TemporaryFolder()
    let (model, input) = (folder.path + "/model.txt", folder.path + "/x.npy")
    try TestFile.write(input, Self.array([1, 2, 3], width: 3))
    try TestFile.write(model, Array(Self.stump.utf8))
    func run() throws -> (code: Int32, error: String) {
      let ending = try Program.run(
        "score", "--model", model, "--input", input, "--output", folder.path + "/y.npy")
      return (ending.code, ending.error)
    }
    let width = try run()
    #expect(width.code == 1 && width.error.contains("3 columns"), "\(width.error)")
    try TestFile.write(model, Array("tree\n".utf8))
    let cut = try run()
    #expect(cut.code == 1 && cut.error.contains(model), "\(cut.error)")
    let none = try Program.run("score", "--input", input)
    #expect(none.code == 2 && none.error.contains("--model"), "\(none.error)")
  }

  @Test func measuresADrawnForest() throws {
    let done = try Program.run(
      "score", "--bench", "--rows", "300", "--features", "9", "--trees", "20", "--depth", "7",
      "--constant", "4", "--json")
    #expect(done.code == 0, "\(done.error)")
    let lines = done.output.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let json = try JSONParser().parse(String(line))
      #expect(try json.require("equal").bool())
      #expect(try json.require("cached_ms").double() > 0)
    }
  }
}
