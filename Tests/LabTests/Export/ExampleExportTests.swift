import Feed
import JSON
import Lab
import TestKit
import Testing

/// Examples as files: what stands in them, in each format, and that they are the same every time.
@Suite struct ExampleExportTests {
  private let folder = TemporaryFolder()
  private let start = Timestamp(milliseconds: 1_767_225_600_000)

  @Test func aTableHasARowForEachItemShown() throws {
    let log = try log()
    let report = try export(.csv, log, "a.csv")
    #expect(report.pages == 2)
    #expect(report.rows == 3)
    #expect(report.labels["click"] == 1)
    let lines = String(decoding: try bytes("a.csv"), as: UTF8.self).split(separator: "\r\n")
    #expect(lines.count == 4)
    let names = lines[0].split(separator: ",").map(String.init)
    #expect(names.suffix(Feature.allCases.count) == Feature.names[...])
    let row = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    #expect(row.count == names.count)
    let values = Dictionary(uniqueKeysWithValues: zip(names, row))
    #expect(values["request_id"] == "r1")
    #expect(values["position"] == "1")
    #expect(values["propensity"] == "0.5")
    #expect(values["sources"] == "followed|nearest")
    #expect(values["click"] == "1")
    #expect(values["long_dwell"] == "0")
    #expect(values["seen"] == "1")
    #expect(values["followed"] == "0.25")
    #expect(values["similarity"] == "0.75")
    #expect(values["recency"] == "")
    // A name with a comma and quotes stays one field.
    #expect(lines[3].contains("\"b,\"\"x\"\"\""))
  }

  @Test func linesOfJSONReadBack() throws {
    var export = ExampleExport(.jsonl)
    export.labels = [.hide, .click]
    export.unshown = true
    let path = folder.path + "/a.jsonl"
    let report = try export.write(examples(try log()), to: path)
    #expect(report.rows == 4)
    let lines = try bytes("a.jsonl").split(separator: 0x0A)
    #expect(lines.count == 4)
    let first = try JSONParser().parse(Array(lines[0]))
    #expect(try first.require("item").string() == "a")
    #expect(try first.require("labels").require("click").bool())
    #expect(try first.require("labels").members().map(\.key) == ["hide", "click"])
    #expect(try first.require("features").require("similarity").double() == 0.75)
    #expect(try first.require("features").members().map(\.key).count == 2)
    let unshown = try JSONParser().parse(Array(lines[2]))
    #expect(try unshown.require("item").string() == "z")
    #expect(try unshown.require("position").int() == 0)
    #expect(try unshown.require("seen").bool() == false)
  }

  @Test func arraysHaveTheShapesThatTheyPromise() throws {
    let report = try export(.npy, try log(), "arrays")
    let features = Feature.allCases.count
    for (name, kind, shape, rowBytes) in [
      ("X.npy", "<f4", "(3, \(features))", 4 * features),
      ("labels.npy", "|u1", "(3, 10)", 10), ("context.npy", "<f4", "(3, 7)", 28),
    ] {
      let bytes = try bytes("arrays/\(name)")
      let head = String(decoding: bytes[10..<128], as: UTF8.self)
      #expect(bytes[..<8] == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
      #expect(bytes[8] == 118 && bytes[9] == 0 && bytes[127] == 0x0A)
      #expect(
        head.hasPrefix("{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }"))
      #expect(bytes.count == 128 + report.rows * rowBytes, "\(name)")
    }
    let groups = try bytes("arrays/groups.npy")
    #expect(String(decoding: groups[10..<128], as: UTF8.self).contains("'shape': (2,)"))
    #expect(Array(groups[128...]) == [2, 0, 0, 0, 1, 0, 0, 0])
    let labels = try bytes("arrays/labels.npy")
    #expect(Array(labels[128..<138]) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    let columns = try JSONParser().parse(try bytes("arrays/columns.json"))
    #expect(try columns.require("rows").int() == 3)
    #expect(try columns.require("groups").int() == 2)
    #expect(try columns.require("X").elements().map { try $0.string() } == Feature.names)
  }

  @Test(arguments: ExampleExport.Format.allCases)
  func everyExportOfALogIsTheSame(format: ExampleExport.Format) throws {
    let log = try log(pages: 40)
    let names = format == .npy ? ["/X.npy", "/labels.npy", "/context.npy", "/groups.npy"] : [""]
    _ = try export(format, log, "first")
    let before = try names.map { try bytes("first" + $0) }
    // What comes later adds to the end only.
    var batch = EventBatch()
    batch.append(page("late", ["a"], hour: 500), received: at(500))
    _ = try log.append(batch)
    var export = ExampleExport(format)
    export.labels = Objective.allCases
    _ = try export.write(examples(log), to: folder.path + "/second")
    #expect(try names.map { try bytes("second" + $0) } == before)
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    #expect {
      _ = try export(.csv, try log(), "none/a.csv")
    } throws: { error in
      "\(error)".contains("none/a.csv")
    }
  }

  // MARK: Help

  private func examples(_ log: MemoryLog) -> JoinedExamples {
    JoinedExamples(log, Configuration())
  }

  private func export(
    _ format: ExampleExport.Format, _ log: MemoryLog, _ name: String
  ) throws -> ExampleExport.Report {
    try ExampleExport(format).write(examples(log), to: folder.path + "/" + name)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try TestFile.read(folder.path + "/" + name)
  }

  /// Pages of two items and one, a click on the first, and time enough for all windows to pass.
  private func log(pages: Int = 1) throws -> MemoryLog {
    let log = MemoryLog()
    var batch = EventBatch()
    for number in 1...pages {
      batch.append(page("r\(number)", ["a", "c"], hour: number), received: at(number))
      var click = Interaction(user: "bob", action: .click, target: "a", time: at(number))
      click.requestID = "r\(number)"
      batch.append(.interaction(click), received: at(number))
    }
    batch.append(page("last", ["b,\"x\""], hour: pages + 1), received: at(pages + 1))
    batch.append(
      .follow(Follow(follower: "x", followee: "y", time: at(pages + 100))),
      received: at(pages + 100))
    _ = try log.append(batch)
    return log
  }

  private func page(_ request: String, _ items: [String], hour: Int) -> Event {
    var page = PageServed(
      user: "bob", surface: "home", requestID: request, offset: .zero, servedBy: 0,
      time: at(hour), entries: items.map { .init(item: $0, score: 1, sources: 3) })
    page.features = [Feature.followed.rawValue, Feature.similarity.rawValue, 255]
    page.requestFeatures = [0.25]
    for place in page.entries.indices {
      page.entries[place].position = UInt16(place + 1)
      page.entries[place].propensity = 0.5
      page.entries[place].features = [0.75, 1]
    }
    if request == "r1" { page.unshown = [.init(item: "z", score: 0, sources: 1)] }
    return .pageServed(page)
  }

  private func at(_ hour: Int) -> Timestamp {
    start.advanced(milliseconds: Int64(hour) * 3_600_000)
  }
}
