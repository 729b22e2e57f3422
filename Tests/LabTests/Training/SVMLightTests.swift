import Feed
import Lab
import TestKit
import Testing

@Suite struct SVMLightTests {
  private let folder = TemporaryFolder()

  private func file(_ name: String, _ text: String) throws -> String {
    let path = folder.path + "/" + name
    try TestFile.write(path, Array(text.utf8))
    return path
  }

  @Test func readsRowsGroupsAndWhatIsMissing() throws {
    let rows = try file("rows", "2 1:0.5 3:-1e2 # the first\n\n0 2:7\r\n1 1:nan 3:1\n# nothing\n")
    let groups = try file("groups", "2\n0\n\n1\n")
    let table = try SVMLightFile.read(rows, groups: groups)
    #expect(table.features == ["f1", "f2", "f3"])
    #expect(table.grades == [2, 0, 1])
    #expect(table.groups == [2, 0, 1])
    #expect(table.labels == [Objective.click.bit, 0, Objective.click.bit])
    let seen = table.values.map { $0.isNaN ? nil : $0 }
    #expect(seen == [0.5, nil, -100, nil, 7, nil, nil, nil, 1])
  }

  @Test func queriesMayStandInTheRows() throws {
    let rows = try file("rows", "1 qid:7 0:1\n0 qid:7 0:2\n2 qid:3 0:3\n")
    let table = try SVMLightFile.read(rows, groups: nil)
    #expect(table.groups == [2, 1])
    #expect(table.features == ["f0"])
    #expect(table.values == [1, 2, 3])
  }

  @Test func aTableTakesTheColumnsOfAModel() throws {
    let rows = try file("rows", "1 qid:1 2:5\n")
    let table = try SVMLightFile.read(rows, groups: nil, features: ["f1", "f2", "f9"])
    #expect(table.values[1] == 5 && table.values[0].isNaN && table.values[2].isNaN)
    let less = try SVMLightFile.read(rows, groups: nil, features: ["f1"])
    #expect(less.values.count == 1 && less.values[0].isNaN)
    #expect(throws: LabError.self) {
      try SVMLightFile.read(rows, groups: nil, features: ["popularity", "f2"])
    }
  }

  @Test(arguments: [
    ("x 1:2\n", 1, "grade"), ("nan 1:2\n", 1, "grade"), ("-1 1:2\n", 1, "grade"),
    ("31 1:2\n", 1, "grade"), ("1 1:1\n1 a:2\n", 2, "index"), ("1 -1:2\n", 1, "index"),
    ("1 4294967297:2\n", 1, "index"), ("1 99999999:2\n", 1, "index"), ("1 2:1 2:1\n", 1, "rise"),
    ("1 3:1 2:1\n", 1, "rise"), ("1 1\n", 1, "index:value"), ("1 1:\n", 1, "value"),
    ("1 1:inf\n", 1, "value"), ("1 1:1e99\n", 1, "value"), ("0 qid:x 1:1\n", 1, "qid"),
    ("1 qid:1 1:1\n\n1 :\n", 3, "index"),
  ])
  func aBadLineIsNamed(_ text: String, _ line: Int, _ what: String) throws {
    let path = try file("rows", text)
    let error = #expect(throws: LabError.self) { try SVMLightFile.read(path, groups: nil) }
    #expect(error?.code == .format)
    #expect(error?.message.hasPrefix("\(path):\(line): ") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(what) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("1\n", "1 rows together"), ("3\n", ":1: "), ("1\n1\n1\n", ":3: "), ("2\nx\n", ":2: "),
    ("-2\n4\n", ":1: "), ("", "0 rows together"), ("99999999999999999999\n", ":1: "),
    ("9223372036854775807\n", ":1: "), ("1\n9223372036854775807\n", ":2: "),
  ])
  func groupsMustAddUpToTheRows(_ text: String, _ what: String) throws {
    let rows = try file("rows", "1 1:1\n0 1:2\n")
    let groups = try file("groups", text)
    let error = #expect(throws: LabError.self) { try SVMLightFile.read(rows, groups: groups) }
    #expect(error?.code == .format)
    #expect(error?.message.hasPrefix(groups) == true)
    #expect(error?.message.contains(what) == true, "\(error?.message ?? "")")
  }

  @Test func whatIsNoTableIsRefused() throws {
    let empty = try file("rows", "# nothing\n")
    #expect(throws: LabError.self) { try SVMLightFile.read(empty, groups: nil) }
    let without = try file("rows", "1 1:1\n")
    #expect(throws: LabError.self) { try SVMLightFile.read(without, groups: nil) }
    let some = try file("rows", "1 qid:1 1:1\n1 1:1\n")
    #expect(throws: LabError.self) { try SVMLightFile.read(some, groups: nil) }
    #expect(throws: LabError.self) { try SVMLightFile.read("/nowhere/rows", groups: nil) }
  }

  @Test func noBytesTrapTheReader() {
    var chance = SeededGenerator(seed: 11)
    let pieces = ["1", "qid:", ":", " ", "\n", "#", "nan", "-", "9", "\0", "é", "e", ".", "\r"]
    for _ in 0..<3_000 {
      let count = Int.random(in: 0...12, using: &chance)
      let text = (0..<count).map { _ in pieces.randomElement(using: &chance) ?? "" }.joined()
      var rows = SVMLightFile.Rows()
      for line in text.utf8.split(separator: 10) {
        try? SVMLightFile.parse(Array(line), into: &rows)
      }
      #expect(rows.indices.count == rows.values.count)
    }
  }
}
